// Package receipt is what a ride cost, in the end and line by line, as the books have it: the bill that was made at its end, and
// what was charged, given back or waived since. Nothing in it is computed anew from a tariff.
package receipt

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// The faults of asking for a receipt.
var (
	ErrNotYet = fault.Declare(fault.Conflict, "receipt_not_yet", "There is a receipt once the ride has ended.")
	ErrNone   = fault.Declare(fault.Conflict, "receipt_none", "This rental came to nothing and cost nothing: it has no receipt.")
)

// State is how the money of a ride stands.
type State string

// The states of receipts.
const (
	Due            State = "due" // the wallet has not been charged yet
	Paid           State = "paid"
	PartlyRefunded State = "partly_refunded"
	Refunded       State = "refunded" // all of it
	Waived         State = "waived"   // it was never charged and will not be
)

// Tax is a tax that prices have in them. The zero value is none.
type Tax = fare.Tax

// Issue is the number and the date of a receipt, which it keeps.
type Issue struct {
	Number int64
	At     time.Time
}

// Operator is who gives the receipt.
type Operator struct {
	Name    string
	TaxID   string
	Address string
	Contact string
	Tax     Tax
	// Country is where it is, which decides how amounts are written (ISO 3166); Zone is whose clocks tell when.
	Country string
	Zone    *time.Location
}

// Receipt is what a ride cost.
type Receipt struct {
	State     State
	Lines     []fare.Line // of the bill; they sum to Total
	Total     money.Amount
	Movements []wallet.Movement // of the ride, in their order
	Charged   int64             // minor units; as Refunded
	Refunded  int64
	Cost      money.Amount // what the ride costs after all
	Tax       Tax          // at the rate of when the ride opened
	Included  int64        // of Tax in Cost
	Issue     Issue
}

// Of makes the receipt of a ride with the movements that are about it: ErrNotYet, ErrNone. now is the tax of now, for a ride of which
// nobody kept it.
func Of(r rental.Rental, movements []wallet.Movement, now Tax) (Receipt, error) {
	switch {
	case r.Outcome == rental.Voided:
		return Receipt{}, ErrNone
	case r.Outcome != rental.Ridden || r.Bill == nil:
		return Receipt{}, ErrNotYet
	}
	out := Receipt{State: Due, Lines: r.Bill.Lines, Total: r.Bill.Total, Movements: movements, Cost: r.Bill.Total}
	waived, charged := false, false
	for _, m := range movements {
		switch m.Kind {
		case wallet.Ride:
			charged, out.Charged = true, out.Charged-m.Amount.Minor
		case wallet.Refund:
			out.Refunded += m.Amount.Minor
		case wallet.Void:
			waived = true
		}
	}
	switch {
	case waived:
		out.State, out.Cost.Minor = Waived, 0
	case charged:
		out.Cost.Minor = out.Charged - out.Refunded
		out.State = Paid
		if out.Refunded > 0 {
			out.State = PartlyRefunded
		}
		if out.Refunded > 0 && out.Cost.Minor == 0 {
			out.State = Refunded
		}
	}
	out.Tax = now
	if r.Tax != nil {
		out.Tax = *r.Tax
	}
	out.Included = out.Tax.Included(out.Cost.Minor)
	return out, nil
}
