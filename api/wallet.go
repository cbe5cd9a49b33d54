package api

import (
	"context"

	"rodada/domain/debt"
	"rodada/domain/money"
	"rodada/domain/wallet"
)

// walletStore is what money needs of the books.
type walletStore interface {
	Balance(ctx context.Context, account wallet.Account, currency string) (money.Amount, error)
	Movements(ctx context.Context, riderID, currency string, limit int, before string) ([]wallet.Movement, error)
	DebtOf(ctx context.Context, riderID string) (debt.Debt, error)
}

// wallets is the riders' money.
type wallets struct {
	store    walletStore
	currency string
}

type walletOut struct {
	Body struct {
		Balance money.Amount `json:"balance"`
		Debt    *Debt        `json:"debt,omitempty" doc:"While the balance is below zero: how that is collected."`
	}
}

func (w *wallets) balance(ctx context.Context, riderID string) (money.Amount, error) {
	return w.store.Balance(ctx, wallet.Rider(riderID), w.currency)
}

// getWallet is GET /v1/wallet.
type getWallet struct{ *wallets }

func (getWallet) Meta() meta { return meta{ID: "get-wallet", Summary: "Your balance", Suspended: true} }

func (e getWallet) Execute(ctx context.Context, _ *struct{}) (*walletOut, error) {
	who := subjectFrom(ctx)
	balance, err := e.balance(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &walletOut{}
	if out.Body.Balance = balance; balance.Minor < 0 {
		owed, err := e.store.DebtOf(ctx, who)
		if err != nil {
			return nil, err
		}
		out.Body.Debt = showDebt(owed)
	}
	return out, nil
}
