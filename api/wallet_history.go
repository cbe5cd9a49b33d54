package api

import (
	"context"
	"time"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// Movement is one thing that happened in a wallet, as its rider sees it.
type Movement struct {
	ID       string        `json:"id" format:"uuid"`
	Kind     wallet.Kind   `json:"kind" enum:"ride,topup,refund,bonus,adjustment,void,pass,pass_refund" doc:"A void moves nothing: the ride costs nothing after all."`
	At       time.Time     `json:"at"`
	Amount   money.Amount  `json:"amount" doc:"What the wallet got; below zero, what it gave."`
	Items    []wallet.Part `json:"items,omitempty" doc:"The parts of a ride's charge: the ride, its pauses, and what a promotion or a pass paid of them."`
	RentalID string        `json:"rental_id,omitempty" format:"uuid"`
}

func showMovement(m wallet.Movement) Movement {
	return Movement{ID: m.ID, Kind: m.Kind, At: m.At.UTC(), Amount: m.Amount, Items: m.Items, RentalID: m.RentalID}
}

// listMovements is GET /v1/wallet/entries.
type listMovements struct{ *wallets }

type listMovementsIn struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Before string `query:"before" format:"uuid" doc:"The next of the page before: only what happened before this one."`
}

type movementsOut struct {
	Body struct {
		Entries []Movement `json:"entries" nullable:"false" doc:"The newest first."`
		Next    string     `json:"next,omitempty" doc:"What to pass as before for the following page; absent on the last."`
	}
}

func (listMovements) Meta() meta {
	return meta{
		ID: "list-wallet-entries", Summary: "What happened in your wallet", Suspended: true,
		Description: "Top-ups, charges of rides, refunds and the like. The balance is the sum of all of them.",
	}
}

func (e listMovements) Execute(ctx context.Context, in *listMovementsIn) (*movementsOut, error) {
	page, err := e.store.Movements(ctx, subjectFrom(ctx), e.currency, in.Limit+1, in.Before)
	if err != nil {
		return nil, err
	}
	out := &movementsOut{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = page[in.Limit-1].ID
	}
	out.Body.Entries = make([]Movement, len(page))
	for i, m := range page {
		out.Body.Entries[i] = showMovement(m)
	}
	return out, nil
}
