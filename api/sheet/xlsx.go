package sheet

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// readXLSX hands over the rows of the first sheet.
func readXLSX(file []byte, add func(int, []string) error) (err error) {
	defer func() { // a library that trusts a file's own numbers may fall over it
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrUnreadable, p)
		}
	}()
	book, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped,
	})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") { // it has no error of its own for that
			return fmt.Errorf("%w: %w", ErrTooLarge, err)
		}
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer book.Close()
	name := book.GetSheetName(0)
	rows, err := book.Rows(name)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	defer rows.Close()
	// A sheet may say that its rows are far apart; what lies between them counts too.
	for number := 1; rows.Next(); number++ {
		if number > 4*MaxRows {
			return fmt.Errorf("%w: more than %d rows", ErrTooLarge, MaxRows)
		}
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrUnreadable, err)
		}
		for i, cell := range cells[:min(len(cells), MaxColumns)] {
			cells[i] = wholeNumber(book, name, i+1, number, cell)
		}
		if err := add(number, cells); err != nil {
			return err
		}
	}
	if err := rows.Error(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return nil
}

// wholeNumber writes a number such as an IMEI with all of its digits, where Excel keeps 8.6E14.
func wholeNumber(book *excelize.File, sheet string, column, row int, cell string) string {
	n, err := strconv.ParseFloat(cell, 64)
	if err != nil || !strings.ContainsAny(cell, "eE") || n != math.Trunc(n) || math.Abs(n) >= 1<<53 {
		return cell
	}
	at, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return cell
	}
	if kind, err := book.GetCellType(sheet, at); err != nil || (kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset) {
		return cell
	}
	return strconv.FormatFloat(n, 'f', -1, 64)
}

// WriteXLSX writes rows as the one sheet of an .xlsx, all of it text, the first row in bold and always in sight.
func WriteXLSX(w io.Writer, name string, rows [][]string) error {
	book := excelize.NewFile()
	defer book.Close()
	if err := book.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	stream, err := book.NewStreamWriter(name)
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		if err := stream.SetColWidth(1, len(rows[0]), 18); err != nil {
			return err
		}
	}
	if err := stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, cell := range row {
			cells[j] = escape(cell) // no formula here, but one in the CSV that somebody saves it as
			if i == 0 {
				cells[j] = excelize.Cell{StyleID: bold, Value: cells[j]}
			}
		}
		if err := stream.SetRow(fmt.Sprintf("A%d", i+1), cells); err != nil {
			return err
		}
	}
	if err := stream.Flush(); err != nil {
		return err
	}
	return book.Write(w)
}
