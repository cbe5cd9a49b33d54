package api

import (
	"context"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// walletStore is what money needs of the books.
type walletStore interface {
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
