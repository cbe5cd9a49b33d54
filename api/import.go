package api

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/text/unicode/norm"

	"rodada/api/sheet"
	"rodada/domain/fault"
)

// Faults of imported files. Those of a cell stand in the details "rows".
var (
	errImport        = fault.Declare(fault.Invalid, "import_invalid", "Nothing was imported: some rows are wrong; see rows.")
	errFileMissing   = fault.Declare(fault.Invalid, "file_missing", "Send one file as multipart/form-data in the field file, or as the body itself.")
	errFileFormat    = fault.Declare(fault.Invalid, "file_unreadable", "The file is no table in CSV or XLSX.")
	errFileLarge     = fault.Declare(fault.Invalid, "file_too_large", "The file is larger than an import may be.")
	errFileEmpty     = fault.Declare(fault.Invalid, "file_empty", "The file has no header, or no rows below it.")
	errColumnUnknown = fault.Declare(fault.Invalid, "column_unknown", "No such column is known.")
	errColumnTwice   = fault.Declare(fault.Invalid, "column_repeated", "The file has this column twice.")
	errColumnMissing = fault.Declare(fault.Invalid, "column_missing", "The file lacks a column that it must have.")
	errCellMissing   = fault.Declare(fault.Invalid, "cell_missing", "This cell must not be empty.")
	errCellInvalid   = fault.Declare(fault.Invalid, "cell_invalid", "This cell has no value that its column can have.")
	errCellBeyond    = fault.Declare(fault.Invalid, "cell_beyond_header", "This row has more cells than the header has columns.")
)

// importFaults are what every import may refuse.
var importFaults = []*fault.Error{errImport, errFileMissing, errFileFormat, errFileLarge, errFileEmpty}

// maxRowErrors bounds an answer: who reads more than this mends the file's form first.
const maxRowErrors = 500

// ImportIn is a file to import.
type ImportIn struct {
	DryRun      bool   `query:"dry_run" doc:"Try everything, change nothing, and say what would be done."`
	ContentType string `header:"Content-Type" hidden:"true"`
	RawBody     []byte `contentType:"text/csv"`
}

// upload documents what an import reads.
func upload() *huma.RequestBody {
	binary := &huma.Schema{Type: huma.TypeString, Format: "binary"}
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{"file": binary}, Required: []string{"file"}}
	return &huma.RequestBody{Content: map[string]*huma.MediaType{
		"multipart/form-data": {Schema: form}, "text/csv": {Schema: binary}, typeXLSX: {Schema: binary},
	}}
}

// importLimit is what an import reads at most: a file and the form around it.
const importLimit = sheet.MaxFile + 64<<10

// RowError is what is wrong with one cell of an imported file.
type RowError struct {
	Row     int            `json:"row" doc:"As a spreadsheet counts: the header is usually 1."`
	Column  string         `json:"column" doc:"The column's English name, or what the file calls it."`
	Code    string         `json:"code"`
	Message string         `json:"message"`
	Details map[string]any `json:"details,omitempty"`
}

// file is the uploaded file and its name.
func (in *ImportIn) file() (raw []byte, name string, err error) {
	kind, params, err := mime.ParseMediaType(in.ContentType)
	if err != nil || kind != "multipart/form-data" {
		return in.RawBody, "body", nil //nolint:nilerr // what is no form is the file itself
	}
	form := multipart.NewReader(bytes.NewReader(in.RawBody), params["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			return nil, "", errFileMissing.Because(err)
		}
		if part.FormName() != "file" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, sheet.MaxFile+1))
		if err != nil {
			return nil, "", errFileMissing.Because(err)
		}
		return raw, fileName(part.FileName()), nil
	}
}

// fileName is a name from outside, fit to be written down.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8Error {
			return -1
		}
		return r
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	if letters := []rune(name); len(letters) > 100 {
		name = string(letters[:100])
	}
	if name == "" || name == "." || name == "/" {
		return "file"
	}
	return name
}

const utf8Error = '\uFFFD'

// table reads the uploaded file.
func (in *ImportIn) table() (t sheet.Table, name string, err error) {
	raw, name, err := in.file()
	if err != nil {
		return t, "", err
	}
	t, err = sheet.Read(raw)
	switch {
	case errors.Is(err, sheet.ErrTooLarge):
		return t, "", errFileLarge.Because(err).With("max_bytes", sheet.MaxFile).With("max_rows", sheet.MaxRows)
	case errors.Is(err, sheet.ErrEmpty):
		return t, "", errFileEmpty
	case err != nil:
		return t, "", errFileFormat.Because(err)
	}
	return t, name, nil
}

// columnWords is a kind of file: the names that a column may have, in English and Spanish, folded by foldWord, and the English
// one that it is known by; an empty one: nothing is read from it.
type columnWords map[string]string

// read finds the columns. at says where each is, ignored which are known and not read; a header that is wrong is wrong[...] of row 1.
func (w columnWords) read(t sheet.Table, must ...string) (at map[string]int, ignored []string, wrong []rowFault) {
	at, ignored = map[string]int{}, []string{}
	for i, title := range t.Header {
		column, known := w[foldWord(title)]
		_, twice := at[column]
		switch {
		case title == "":
		case !known:
			wrong = append(wrong, rowFault{1, title, errColumnUnknown})
		case column == "":
			ignored = append(ignored, title)
		case twice:
			wrong = append(wrong, rowFault{1, title, errColumnTwice})
		default:
			at[column] = i
		}
	}
	for _, column := range must {
		if _, ok := at[column]; !ok {
			wrong = append(wrong, rowFault{1, column, errColumnMissing})
		}
	}
	return at, ignored, wrong
}

// beyond is what is wrong with a row that is longer than the header.
func beyond(t sheet.Table, row sheet.Row) []rowFault {
	if len(row.Cells) <= len(t.Header) {
		return nil
	}
	return []rowFault{{row.Number, row.Cells[len(row.Cells)-1], errCellBeyond}}
}

// rowFault is a fault with its place in a file.
type rowFault struct {
	row    int
	column string
	fault  *fault.Error
}

// refuse is the answer to a file with bad rows: each of them, with its row, column and code.
func refuse(language string, wrong []rowFault) error {
	shown := make([]RowError, min(len(wrong), maxRowErrors))
	for i := range shown {
		f := wrong[i].fault
		shown[i] = RowError{
			Row: wrong[i].row, Column: wrong[i].column, Code: f.Code, Message: say(language, f.Code, f.Message), Details: f.Details,
		}
	}
	return errImport.With("rows", shown).With("errors_total", len(wrong))
}

// foldWord makes words equal that differ in case, accents, blanks and dashes alone.
func foldWord(s string) string {
	var folded strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(strings.TrimSpace(s))) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsSpace(r), r == '-', r == '/':
			folded.WriteByte('_')
		default:
			folded.WriteRune(r)
		}
	}
	return folded.String()
}

// words makes the table of names out of lines: the column's name, then what else it may be called.
func words(lines ...string) columnWords {
	w := columnWords{}
	for _, line := range lines {
		names := strings.Fields(line)
		for _, name := range slices.Compact(names) {
			w[name] = names[0]
		}
	}
	return w
}

// Imported is what an import did, or a dry run would do.
type Imported struct {
	Applied   bool             `json:"applied" doc:"False after a dry run, and when there was nothing to do."`
	Created   []string         `json:"created"`
	Changed   []ImportedChange `json:"changed"`
	Unchanged int              `json:"unchanged"`
	Ignored   []string         `json:"ignored_columns" doc:"Columns of the file that an import does not set, such as those of an export that are for reading only."`
}

// ImportedChange is one row that differs from what is registered.
type ImportedChange struct {
	Row     int      `json:"row"`
	Name    string   `json:"name"`
	Columns []string `json:"columns" doc:"What differs."`
}

type importedOut struct {
	Body Imported
}

// importMeta is what the imports have in common.
func importMeta(id, summary, description string, faults ...*fault.Error) meta {
	return meta{
		ID: id, Summary: summary, Description: description, Status: http.StatusOK, Upload: upload(), UploadLimit: importLimit,
		Faults: slices.Concat(importFaults, faults),
	}
}
