package activities

import (
	"context"
	"errors"

	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// Ledger books transactions.
type Ledger interface {
	Book(ctx context.Context, t wallet.Transaction) error
	// Waived reports whether a ride is never to be charged.
	Waived(ctx context.Context, rentalID string) (bool, error)
	// WaiveUnmoved waives a ride on which the scooter did not move, while its rider may have one waived. It tells whether it is.
	WaiveUnmoved(ctx context.Context, rentalID string, rule rental.FailedRule) (bool, error)
}

// Payments begins payments, each a workflow of its own that outlives whoever began it.
type Payments interface {
	// StartPayment begins the payment of a rental, once: one that has begun already is as good.
	StartPayment(ctx context.Context, in SettleInput) error
}

// Wallets moves riders' money.
type Wallets struct {
	Ledger   Ledger
	Payments Payments
	// Debts follows what riders owe; nil: nobody does.
	Debts Collectors
	// Failed says which rides are not charged because the scooter did not even move.
	Failed rental.FailedRule
}

// ChargeInput is the price of one ride.
type ChargeInput struct {
	RentalID string       `json:"rental_id"`
	RiderID  string       `json:"rider_id"`
	Price    money.Amount `json:"price"`
	// Pauses is what of the price is for pauses, in minor units.
	Pauses int64 `json:"pauses,omitempty"`
	// Discount is what a promotion pays beside the price, in minor units, and Pass what a pass does.
	Discount int64 `json:"discount,omitempty"`
	Pass     int64 `json:"pass,omitempty"`
}

// SettleInput is a ride to be charged.
type SettleInput struct {
	ChargeInput
	Plate string `json:"plate"`
}

// Settle sees to it that a ride is charged, now or later, whatever becomes of the workflow that asks for it.
func (w *Wallets) Settle(ctx context.Context, in SettleInput) error {
	return Failure(w.Payments.StartPayment(ctx, in))
}

// Charge takes the price of a ride from its rider's wallet, once by rental, unless it was waived before. A ride on which the
// scooter did not move is waived here.
func (w *Wallets) Charge(ctx context.Context, in ChargeInput) error {
	if w.Failed.Under > 0 {
		waived, err := w.Ledger.WaiveUnmoved(ctx, in.RentalID, w.Failed)
		if err != nil || waived {
			return Failure(err)
		}
	}
	err := w.Ledger.Book(ctx, wallet.ChargeWith(wallet.Others{Promotion: in.Discount, Pass: in.Pass}, in.RentalID, in.RiderID, in.Price, in.Pauses))
	if errors.Is(err, wallet.ErrKeyConflict) {
		waived, look := w.Ledger.Waived(ctx, in.RentalID)
		if look != nil || waived {
			return Failure(look) // one of the two is in the books
		}
	}
	if err == nil && w.Debts != nil {
		err = w.Debts.FollowDebt(ctx, in.RiderID)
	}
	return Failure(err)
}
