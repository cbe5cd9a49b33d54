package fleet

import "rodada/domain/fault"

// Record is a scooter as an imported file tells of it. nil is what the file does not say: it stays as it is, or gets what a
// new scooter gets.
type Record struct {
	Row      int
	Plate    string
	QRCode   *string
	IMEI     *string
	Model    *string // by its name
	Service  *Service
	Reason   *string
	Station  *string // by its short name; FreeFloating: none
	LimitKmh *int
	Note     *string
	Wrong    []Flaw // cells that can't be what their column says; each is nil above
}

// Flaw is what is wrong with the cell of a row in a column.
type Flaw struct {
	Column string
	Fault  *fault.Error
}

// RowError is what is wrong with one cell of a file.
type RowError struct {
	Row    int
	Column string
	Fault  *fault.Error
}

// Place is a station as far as an import looks at it.
type Place struct {
	ID        string
	ShortName string
	Room      int  // how many more scooters it can take
	Closed    bool // and then none
}

// Known is what an import is judged by.
type Known struct {
	Scooters map[string]Scooter // of the file's plates, and of those that differ from them in case alone
	IMEIs    map[string]string  // plates of the file's IMEIs
	Codes    map[string]string  // plates of the file's printed codes; empty for one that nobody may have any more
	Models   map[string]Model   // by Fold of their name
	Stations map[string]Place   // by Fold of their short name
}

// Plan is what an import would do.
type Plan struct {
	Create    []Scooter
	Change    []Revision
	Unchanged int
	Errors    []RowError
}

// Revision is a scooter as an import leaves it, and the columns that differ.
type Revision struct {
	Row     int
	Before  Scooter
	After   Scooter
	Columns []string
	Reason  string // why, as the row says
}

// Faults of imported rows.
var (
	ErrRowTwice    = fault.Declare(fault.Invalid, "row_repeated", "Another row of the file has the same value.")
	ErrCodeDiffers = fault.Declare(fault.Invalid, "qr_code_differs", "The scooter has another printed code. Replacing it is an operation of its own.")
	ErrRowModel    = fault.Declare(fault.Invalid, "model_missing", "A new scooter needs a model.")
)
