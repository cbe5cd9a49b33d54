package activities

import (
	"context"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// Ledger books transactions.
type Ledger interface {
	Book(ctx context.Context, t wallet.Transaction) error
}

// Wallets moves riders' money.
type Wallets struct {
	Ledger Ledger
}

// ChargeInput is the price of one ride.
type ChargeInput struct {
	RentalID string       `json:"rental_id"`
	RiderID  string       `json:"rider_id"`
	Price    money.Amount `json:"price"`
}

// Charge takes the price of a ride from its rider's wallet, once by rental.
func (w *Wallets) Charge(ctx context.Context, in ChargeInput) error {
	return Failure(w.Ledger.Book(ctx, wallet.Charge(in.RentalID, in.RiderID, in.Price)))
}
