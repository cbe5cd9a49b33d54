package rider

import (
	"time"

	"rodada/domain/money"
)

// State is what an account is to staff.
type State string

// The states of accounts.
const (
	Active    State = "active"
	Suspended State = "suspended"
	Deleted   State = "deleted" // by its owner: nobody any more
)

// Filter picks accounts; what is empty picks all.
type Filter struct {
	Text   string // part of the names, the email or the phone, or the ID
	States []State
	InDebt *bool
	Since  time.Time // registered then or later
	Until  time.Time // registered before
}

// Record is an account as staff see it.
type Record struct {
	Rider
	SuspendedReason string
	DeletedAt       time.Time // zero: there is somebody
	Balance         money.Amount
	Rides           int       // that were ridden to their end
	LastRide        time.Time // when the last was opened; zero: never
	OpenRental      string    // ID; empty: none
}

// State is what the account is.
func (r Record) State() State {
	switch {
	case !r.DeletedAt.IsZero():
		return Deleted
	case !r.SuspendedAt.IsZero():
		return Suspended
	}
	return Active
}

// Tally is what there is in the books of an account, in numbers. Money is minor units of the currency of its balance.
type Tally struct {
	Voids    int   // rentals that came to nothing
	Charged  int64 // for rides, in all
	Refunded int64 // of that
	ToppedUp int64
	Sessions int // that are open
}
