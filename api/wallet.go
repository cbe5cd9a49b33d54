package api

import (
	"context"

	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// walletStore is what money needs of the books.
type walletStore interface {
	Book(ctx context.Context, t wallet.Transaction) error
	Balance(ctx context.Context, account wallet.Account, currency string) (money.Amount, error)
	Movements(ctx context.Context, riderID, currency string, limit int, before string) ([]wallet.Movement, error)
}

// wallets is the riders' money.
type wallets struct {
	store    walletStore
	currency string
}

type walletOut struct {
	Body struct {
		Balance money.Amount `json:"balance"`
	}
}

func (w *wallets) show(ctx context.Context, riderID string) (*walletOut, error) {
	balance, err := w.store.Balance(ctx, wallet.Rider(riderID), w.currency)
	if err != nil {
		return nil, err
	}
	out := &walletOut{}
	out.Body.Balance = balance
	return out, nil
}

// getWallet is GET /v1/wallet.
type getWallet struct{ *wallets }

func (getWallet) Meta() meta { return meta{ID: "get-wallet", Summary: "Your balance"} }

func (e getWallet) Execute(ctx context.Context, _ *struct{}) (*walletOut, error) {
	return e.show(ctx, subjectFrom(ctx))
}

// topUp is POST /v1/wallet/topups, on a developer's machine only: money from nowhere.
type topUp struct{ *wallets }

type topUpIn struct {
	Keyed
	Body struct {
		Amount int64 `json:"amount" minimum:"1" maximum:"100000" example:"2000" doc:"In minor units."`
	}
}

func (topUp) Meta() meta {
	return meta{
		ID: "top-up", Summary: "Put play money into your wallet", Description: "Exists in development only.",
		Faults: []*fault.Error{rental.ErrKeyMissing, rental.ErrKeyInvalid, wallet.ErrKeyConflict},
	}
}

func (e topUp) Execute(ctx context.Context, in *topUpIn) (*walletOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	id := subjectFrom(ctx)
	deposit := wallet.Deposit(id+"/"+digest(key), id, money.Of(in.Body.Amount, e.currency))
	if err := e.store.Book(ctx, deposit); err != nil {
		return nil, err
	}
	return e.show(ctx, id)
}
