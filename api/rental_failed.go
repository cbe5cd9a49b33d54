package api

import (
	"context"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// failedStore is what claims of failed rides need of the books.
type failedStore interface {
	ClaimFailed(ctx context.Context, riderID, rentalID string, rule rental.FailedRule) (wallet.Settlement, error)
}

// claimFailed is POST /v1/rentals/{id}/failed.
type claimFailed struct {
	store failedStore
	debts *debtors
	rule  rental.FailedRule
}

func (claimFailed) Meta() meta {
	return meta{
		ID: "claim-failed-ride", Summary: "Say that a ride failed",
		Description: "A ride that was over after less than three minutes and 200 metres, unless configured otherwise, because the scooter did not work. It costs nothing: it " +
			"is not charged, or the wallet gets its price back. Three times in 30 days; saying it again changes nothing. A ride on which the scooter is known not to have moved is void with nobody saying so, and counts as one of the three.",
		Faults: []*fault.Error{rental.ErrUnknown, rental.ErrState, rental.ErrNotFailed, rental.ErrFailedOver, wallet.ErrNothingLeft},
	}
}

func (e claimFailed) Execute(ctx context.Context, in *RentalRef) (*refundRentalOut, error) {
	who := subjectFrom(ctx)
	s, err := e.store.ClaimFailed(ctx, who, in.ID, e.rule)
	if err != nil {
		return nil, err
	}
	e.debts.follow(ctx, who)
	return &refundRentalOut{Body: rideMoney(in.ID, s)}, nil
}
