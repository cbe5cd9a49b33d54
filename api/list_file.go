package api

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"rodada/api/sheet"
	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/staff"
)

// fileOut is an answer that is a file.
type fileOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// The media types of tables.
const (
	typeCSV  = "text/csv; charset=utf-8"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// exportLimit bounds an export; what is longer is exported in parts.
const exportLimit = 50_000

// exportPatience is how much longer a long file may take than other answers.
const exportPatience = time.Minute

var errExport = fault.Declare(fault.Invalid, "export_too_large", "That is too much for one file. Narrow it with filters.")

// attachment is a file to keep, with the day in its name.
func attachment(now time.Time, kind, name, extension string, body []byte) *fileOut {
	name = fmt.Sprintf("%s-%s.%s", name, now.UTC().Format(time.DateOnly), extension)
	return &fileOut{ContentType: kind, Disposition: fmt.Sprintf("attachment; filename=%q", name), Body: body}
}

// FileIn is what a list takes, beside its filters, when it is a file.
type FileIn struct {
	Sort      string `query:"sort" maxLength:"40" doc:"As of the list."`
	Separator string `query:"separator" enum:"comma,semicolon" default:"comma" doc:"Of CSV. Excel wants a semicolon where commas are for decimals."`
}

func (in FileIn) comma() rune {
	if in.Separator == "semicolon" {
		return ';'
	}
	return ','
}

// whole asks for all of a list at once.
func (in FileIn) whole(s sorts) (listing.Query, error) {
	return Listing{Sort: in.Sort, Limit: exportLimit}.page(s, nil)
}

// listFile is GET …/<name>.csv and .xlsx: a list as a file.
type listFile[I interface{ comma() rune }] struct {
	name   string
	title  string
	needs  staff.Permission
	faults []*fault.Error
	excel  bool
	rows   func(ctx context.Context, in *I) ([][]string, error) // a header and a row for each
	log    *audits
	now    func() time.Time
}

// forExcel is the same list for Excel.
func (e listFile[I]) forExcel() listFile[I] {
	e.excel = true
	return e
}

func (e listFile[I]) Meta() meta {
	m := meta{
		ID: "export-" + e.name + "-csv", Summary: e.title + " as CSV", Needs: e.needs, Files: []string{"text/csv"}, Patience: exportPatience,
		Description: "All that the filters pick, in the order of the list. Amounts are in minor units. A text that a spreadsheet would take for a formula " +
			"has an apostrophe before it. Who took it is in the audit log.",
		Faults: append([]*fault.Error{errExport, listing.ErrSort}, e.faults...),
	}
	if e.excel {
		m.ID, m.Summary, m.Files = "export-"+e.name+"-xlsx", e.title+" for Excel", []string{typeXLSX}
	}
	return m
}

func (e listFile[I]) Execute(ctx context.Context, in *I) (*fileOut, error) {
	rows, err := e.rows(ctx, in)
	if err != nil {
		return nil, err
	}
	var file bytes.Buffer
	kind, extension, write := typeCSV, "csv", func() error { return sheet.WriteCSV(&file, (*in).comma(), rows) }
	if e.excel {
		kind, extension, write = typeXLSX, "xlsx", func() error { return sheet.WriteXLSX(&file, e.name, rows) }
	}
	if err := write(); err != nil {
		return nil, err
	}
	if err := e.log.exported(ctx, e.name, extension, len(rows)-1); err != nil {
		return nil, err
	}
	return attachment(e.now(), kind, e.name, extension, file.Bytes()), nil
}

// tableOf makes the table of a list that was asked for as a whole: errExport when it is longer than one file may be.
func tableOf[T any](header []string, list []T, total int, row func(T) []string) ([][]string, error) {
	if total > exportLimit {
		return nil, errExport.With("limit", exportLimit)
	}
	return append([][]string{header}, each(list, row)...), nil
}

// moment is a time for a table; one that has not come is empty.
func moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// pageOf cuts a page out of what the books gave, of which there may be one row more.
func pageOf[T, U any](list []T, places []listing.Place, total int, q listing.Query, filters any, show func(T) U) ([]U, Paging) {
	places, paging := cut(places, total, q, filters, func(p listing.Place) listing.Place { return p })
	return each(list[:len(places)], show), paging
}
