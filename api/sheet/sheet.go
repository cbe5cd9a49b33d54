// Package sheet reads and writes the tables that people keep in spreadsheets: CSV as the programs of several countries write
// it, and Excel's .xlsx. What comes in was made by anybody, so everything about it is bounded; what goes out can't be taken for
// a formula.
package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of a table. They hold whatever the file says of itself.
const (
	MaxFile     = 4 << 20  // bytes
	MaxRows     = 5000     // below the header
	MaxColumns  = 60       //
	MaxCell     = 2000     // bytes
	maxUnzipped = 48 << 20 // bytes of an .xlsx, so that a small file can't grow without end
)

// Why a file can't be read.
var (
	ErrUnreadable = errors.New("not a table in CSV or XLSX")
	ErrTooLarge   = errors.New("larger than a table may be")
	ErrEmpty      = errors.New("no header, or no rows below it")
)

// Table is a header and the rows below it.
type Table struct {
	Header []string
	Rows   []Row
}

// Row is one row, with as many cells as the header has.
type Row struct {
	Number int // as a spreadsheet counts them: the header is usually 1
	Cells  []string
}

// Read reads a CSV or an .xlsx file, whichever it is: of an .xlsx its first sheet. Rows without any text are left out, and so
// is the blank around texts.
func Read(file []byte) (Table, error) {
	if len(file) > MaxFile {
		return Table{}, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(file))
	}
	b := &builder{}
	var err error
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) {
		err = readXLSX(file, b.add)
	} else {
		err = readCSV(file, b.add)
	}
	if err != nil {
		return Table{}, err
	}
	if len(b.table.Header) == 0 || len(b.table.Rows) == 0 {
		return Table{}, ErrEmpty
	}
	return b.table, nil
}

// builder makes a table out of rows as they come.
type builder struct{ table Table }

func (b *builder) add(number int, cells []string) error {
	cells = slices.Clone(cells)
	for i, cell := range cells {
		if len(cell) > MaxCell {
			return fmt.Errorf("%w: row %d: a cell of %d bytes", ErrTooLarge, number, len(cell))
		}
		if strings.ContainsRune(cell, 0) {
			return fmt.Errorf("%w: row %d has a NUL", ErrUnreadable, number)
		}
		cells[i] = unescape(strings.TrimSpace(cell))
	}
	for len(cells) > 0 && cells[len(cells)-1] == "" {
		cells = cells[:len(cells)-1]
	}
	switch {
	case len(cells) == 0:
		return nil
	case len(cells) > MaxColumns:
		return fmt.Errorf("%w: row %d has %d columns", ErrTooLarge, number, len(cells))
	case b.table.Header == nil:
		b.table.Header = cells
		return nil
	case len(b.table.Rows) == MaxRows:
		return fmt.Errorf("%w: more than %d rows", ErrTooLarge, MaxRows)
	}
	for len(cells) < len(b.table.Header) {
		cells = append(cells, "")
	}
	b.table.Rows = append(b.table.Rows, Row{Number: number, Cells: cells})
	return nil
}
