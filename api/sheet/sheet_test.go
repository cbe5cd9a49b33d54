package sheet_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"rodada/api/sheet"
)

// cells is a table without the numbers of its rows.
func cells(t sheet.Table) [][]string {
	all := [][]string{t.Header}
	for _, row := range t.Rows {
		all = append(all, row.Cells)
	}
	return all
}

func TestWhatSpreadsheetsWrite(t *testing.T) {
	latin := func(s string) string {
		raw, err := charmap.Windows1252.NewEncoder().String(s)
		require.NoError(t, err)
		return raw
	}
	wide := func(s string) string {
		raw, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(s)
		require.NoError(t, err)
		return raw
	}
	want := [][]string{{"matrícula", "nota"}, {"12AB", "a, b; c"}, {"34CD", ""}}
	for name, file := range map[string]string{
		"UTF-8":                         "matrícula,nota\n12AB,\"a, b; c\"\n34CD,\n",
		"with a mark, as Excel does":    "\uFEFFmatrícula;nota\r\n12AB;\"a, b; c\"\r\n34CD;\r\n",
		"Spanish Excel's own code page": latin("matrícula;nota\r\n12AB;\"a, b; c\"\r\n34CD;\r\n"),
		"Unicode text":                  wide("matrícula\tnota\r\n12AB\ta, b; c\r\n34CD\t\r\n"),
		"a line that tells":             "sep=|\nmatrícula|nota\n12AB|a, b; c\n34CD|\n",
		"no end of the last line":       "matrícula,nota\n12AB,\"a, b; c\"\n34CD,",
		"blank around and between":      "\n matrícula , nota ,,\n\n 12AB,\"a, b; c\"  \n,,\n34CD\n  ,\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sheet.Read([]byte(file))
			if name == "blank around and between" {
				require.Error(t, err, "a quote in the middle of a cell")
				got, err = sheet.Read([]byte(strings.ReplaceAll(file, "\"  \n", "\"\n")))
			}
			require.NoError(t, err)
			require.Equal(t, want, cells(got))
		})
	}
}

func TestRowsHaveTheNumbersThatASpreadsheetShows(t *testing.T) {
	got, err := sheet.Read([]byte("plate\nA\n\nB\n"))
	require.NoError(t, err)
	require.Equal(t, []int{2, 4}, []int{got.Rows[0].Number, got.Rows[1].Number})
	got, err = sheet.Read([]byte("sep=;\nplate\nA\n"))
	require.NoError(t, err)
	require.Equal(t, 3, got.Rows[0].Number)

	book := excelize.NewFile()
	for at, v := range map[string]any{"A2": "plate", "B2": "imei", "A5": "12", "B5": 860000000000019, "A6": "1E5"} {
		require.NoError(t, book.SetCellValue("Sheet1", at, v))
	}
	var file bytes.Buffer
	require.NoError(t, book.Write(&file))
	got, err = sheet.Read(file.Bytes())
	require.NoError(t, err)
	require.Equal(t, sheet.Table{
		Header: []string{"plate", "imei"},
		Rows:   []sheet.Row{{5, []string{"12", "860000000000019"}}, {6, []string{"1E5", ""}}},
	}, got)
}

// Excel keeps large numbers in the form 8.6E14 on its own disk, which is not how an IMEI reads.
func TestLargeNumbersKeepTheirDigits(t *testing.T) {
	file := remade(t, func(_, text string) string {
		return strings.ReplaceAll(text, "<v>860000000000019</v>", "<v>8.60000000000019E14</v>")
	})
	got, err := sheet.Read(file)
	require.NoError(t, err)
	require.Equal(t, "860000000000019", got.Rows[0].Cells[0])
}

// remade is a workbook with one IMEI, its parts changed by edit.
func remade(t *testing.T, edit func(name, text string) string) []byte {
	t.Helper()
	book := excelize.NewFile()
	require.NoError(t, book.SetCellValue("Sheet1", "A1", "imei"))
	require.NoError(t, book.SetCellValue("Sheet1", "A2", 860000000000019))
	var file bytes.Buffer
	require.NoError(t, book.Write(&file))
	old, err := zip.NewReader(bytes.NewReader(file.Bytes()), int64(file.Len()))
	require.NoError(t, err)
	var made bytes.Buffer
	w := zip.NewWriter(&made)
	for _, part := range old.File {
		r, err := part.Open()
		require.NoError(t, err)
		var text bytes.Buffer
		_, err = text.ReadFrom(r)
		require.NoError(t, err)
		to, err := w.Create(part.Name)
		require.NoError(t, err)
		_, err = to.Write([]byte(edit(part.Name, text.String())))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return made.Bytes()
}

func TestFilesThatAreRefused(t *testing.T) {
	sheet1 := func(rows string) func(string, string) string {
		return func(name, text string) string {
			if name != "xl/worksheets/sheet1.xml" {
				return text
			}
			before, _, _ := strings.Cut(text, "<sheetData>")
			return before + "<sheetData>" + rows + "</sheetData></worksheet>"
		}
	}
	bomb := remade(t, sheet1(`<row r="1"><c r="A1" t="inlineStr"><is><t>`+strings.Repeat(" ", 60<<20)+`</t></is></c></row>`))
	require.Less(t, len(bomb), 1<<20, "small on the outside")
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":            {nil, sheet.ErrEmpty},
		"a header alone":     {[]byte("plate,imei\n"), sheet.ErrEmpty},
		"a NUL":              {[]byte("plate\na\x00b\n"), sheet.ErrUnreadable},
		"an open quote":      {[]byte("plate\n\"12AB\n"), sheet.ErrUnreadable},
		"a picture":          {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), sheet.ErrUnreadable},
		"an empty archive":   {[]byte("PK\x03\x04"), sheet.ErrUnreadable},
		"half an archive":    {bomb[:len(bomb)/2], sheet.ErrUnreadable},
		"another archive":    {remade(t, func(string, string) string { return "?" }), sheet.ErrUnreadable},
		"too many bytes":     {bytes.Repeat([]byte("a,b\n"), sheet.MaxFile), sheet.ErrTooLarge},
		"too many rows":      {bytes.Repeat([]byte("a\n"), sheet.MaxRows+2), sheet.ErrTooLarge},
		"too many columns":   {[]byte("a\n" + strings.Repeat("a,", sheet.MaxColumns+1) + "a\n"), sheet.ErrTooLarge},
		"too large a cell":   {[]byte("a\n" + strings.Repeat("a", sheet.MaxCell+1)), sheet.ErrTooLarge},
		"a zip bomb":         {bomb, sheet.ErrTooLarge},
		"a row far below":    {remade(t, sheet1(`<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c r="A1000000"><v>1</v></c></row>`)), sheet.ErrTooLarge},
		"a column far right": {remade(t, sheet1(`<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="XFD2"><v>1</v></c></row>`)), sheet.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sheet.Read(c.file)
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestNothingThatIsWrittenIsAFormula(t *testing.T) {
	var file bytes.Buffer
	require.NoError(t, sheet.WriteCSV(&file, ';', [][]string{{"plate", "note"}, {"=1+1", "@SUM(A1)"}, {"-3.70", "+34 600"}, {"\t=1", "'=1"}}))
	require.Equal(t, "\uFEFFplate;note\r\n'=1+1;'@SUM(A1)\r\n-3.70;'+34 600\r\n'\t=1;''=1\r\n", file.String())
}

// What is written comes back as it was, from both kinds of file, but for the blank around it.
func TestWhatIsWrittenIsRead(t *testing.T) {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", "=1", "'=1", "-3.5", "@x", "a;b", "a,b", "\"", "x\ny", "ñ €", "\uFF1D1", "''", "0012", "1E5"}),
		rapid.StringMatching(`[ -~áéñü€\n]{0,12}`),
	)
	rapid.Check(t, func(r *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(text, 2, 2), 1, 6).Draw(r, "rows")
		want := [][]string{{"one", "two"}}
		for i := range rows {
			for j := range rows[i] {
				rows[i][j] = strings.TrimSpace(rows[i][j])
			}
			if rows[i][0]+rows[i][1] != "" {
				want = append(want, rows[i])
			}
		}
		if len(want) == 1 {
			return
		}
		rows = append([][]string{{"one", "two"}}, rows...)
		var csv, xlsx bytes.Buffer
		require.NoError(r, sheet.WriteCSV(&csv, rapid.SampledFrom([]rune(",;")).Draw(r, "comma"), rows))
		require.NoError(r, sheet.WriteXLSX(&xlsx, "Scooters", rows))
		for _, file := range [][]byte{csv.Bytes(), xlsx.Bytes()} {
			got, err := sheet.Read(file)
			require.NoError(r, err)
			require.Equal(r, want, cells(got))
		}
	})
}

func FuzzRead(f *testing.F) {
	var xlsx bytes.Buffer
	require.NoError(f, sheet.WriteXLSX(&xlsx, "S", [][]string{{"plate"}, {"12AB"}}))
	for _, seed := range []string{"plate,imei\n12AB,1\n", "\uFEFFa;b\r\n\"1\n2\";3", "sep=\t\na\tb\n1\t2", "\xff\xfea\x00\n\x00b\x00", "\xe1;\xe9\n1;2", "PK\x03\x04"} {
		f.Add([]byte(seed))
	}
	f.Add(xlsx.Bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := sheet.Read(file)
		if err != nil {
			require.Empty(t, got)
			return
		}
		require.NotEmpty(t, got.Header)
		require.NotEmpty(t, got.Rows)
		require.LessOrEqual(t, len(got.Rows), sheet.MaxRows)
		last := 0
		for _, row := range got.Rows {
			require.GreaterOrEqual(t, len(row.Cells), len(got.Header))
			require.LessOrEqual(t, len(row.Cells), sheet.MaxColumns)
			require.Greater(t, row.Number, last)
			last = row.Number
			for _, cell := range row.Cells {
				require.NotContains(t, cell, "\x00")
				require.LessOrEqual(t, len(cell), sheet.MaxCell)
			}
		}
	})
}
