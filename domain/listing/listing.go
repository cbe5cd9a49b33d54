// Package listing is how a long list is asked for: in which order, from where on, how many rows. A page begins after the last
// row of the page before it, not after a number of rows, so rows that come or go meanwhile shift nothing.
package listing

import "rodada/domain/fault"

// Faults of asking for a list.
var (
	ErrSort   = fault.Declare(fault.Invalid, "sort_unknown", "The list can't be sorted by that.")
	ErrCursor = fault.Declare(fault.Invalid, "cursor_invalid", "This cursor does not belong to this list.")
)

// Order is what a list is sorted by. Rows that are equal in it are sorted by their ID, the same way round.
type Order struct {
	By         string
	Descending bool
}

// Place is a row's place in an order: its value, as text, and its ID.
type Place struct {
	Value string
	ID    string
}

// Query asks for one page.
type Query struct {
	Order
	After *Place // nil: from the beginning
	Limit int    // 0: all
}
