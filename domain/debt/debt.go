// Package debt is what riders owe after their rides. A debt begins when a wallet falls below zero and is collected from the rider's
// card step by step, always all that is owed at the moment; it ends when the wallet does not stand below zero any more, however that
// came. How much it is, the ledger says alone.
package debt

import (
	"fmt"
	"time"

	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/payment"
)

// Faults of debts.
var (
	ErrNone    = fault.Declare(fault.Conflict, "debt_none", "You owe nothing.")
	ErrUnknown = fault.Declare(fault.NotFound, "debt_unknown", "There is no such debt.")
	ErrOver    = fault.Declare(fault.Conflict, "debt_over", "This debt is paid.")
)

// A new default card has a debt collected at once, but not more often than MaxAsked in AskedWithin: thieves try cards.
const (
	MaxAsked    = 5
	AskedWithin = time.Hour
)

// Debt is one debt of a rider, who has one at a time.
type Debt struct {
	ID       string // UUID; empty: there is none
	RiderID  string
	Owed     money.Amount // now; zero once it is over
	BeganAt  time.Time
	Attempts int       // to collect it, that are over
	Trouble  Trouble   // of the last of them
	NextAt   time.Time // of the next attempt; zero: there is none, unless somebody asks for it
	EndedAt  time.Time // zero: it is not over
}

// Trouble says why an attempt came to nothing: a payment's failure, or NoCard.
type Trouble string

// NoCard is the trouble with a rider who has no card to collect from.
const NoCard Trouble = "no_card"

// Own reports whether the trouble is ours and not the rider's: an attempt that does not count.
func (t Trouble) Own() bool { return t == Trouble(payment.Unreachable) }

// State is how far a debt is.
type State string

// The states.
const (
	Open    State = "open"    // it is collected
	Blocked State = "blocked" // every step failed; the rider or staff have to do something
	Ended   State = "ended"
)

// State is how far it is.
func (d Debt) State() State {
	switch {
	case !d.EndedAt.IsZero():
		return Ended
	case d.NextAt.IsZero():
		return Blocked
	}
	return Open
}

// Key is what the payment of an attempt is known by: whoever makes it again meets the same.
func (d Debt) Key(attempt int) string { return fmt.Sprintf("debt/%s/%d", d.ID, attempt) }

// Steps are when a debt is collected, counted from its beginning, each later than the one before.
type Steps []time.Duration

// First is how long after its beginning a debt is collected first.
func (s Steps) First() time.Duration { return s[0] }

// After is when a debt is collected next after an attempt that came to nothing; false: not any more. An attempt that failed for a
// reason of ours is made again after the time of the first step.
func (s Steps) After(began, now time.Time, t Trouble) (time.Time, bool) {
	again := now.Add(s.First())
	for _, step := range s {
		if at := began.Add(step); at.After(now) {
			if t.Own() && again.Before(at) {
				return again, true
			}
			return at, true
		}
	}
	return again, t.Own()
}

// Outcome is what an attempt came to.
type Outcome struct {
	DebtID  string
	Attempt int
	Trouble Trouble   // empty: all that was owed when it began is paid
	Due     time.Time // when it was to be: whoever asks for another meanwhile changes that, and is not forgotten
	Next    time.Time // of the next; zero: none
}

// Filter picks debts; what is empty picks all.
type Filter struct {
	RiderID      string
	States       []State
	Since, Until time.Time // of its beginning
}
