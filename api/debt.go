package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/debt"
	"rodada/domain/fault"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/rental"
	"rodada/workflows"
)

// debtStore is what debts need of the books.
type debtStore interface {
	FollowDebt(ctx context.Context, riderID, currency string, first time.Duration) (debt.Debt, error)
	AskForDebt(ctx context.Context, riderID string) error
	DebtOf(ctx context.Context, riderID string) (debt.Debt, error)
	OpenDebtPayment(ctx context.Context, n payment.New) (payment.Payment, error)
}

// debtors are the riders who owe.
type debtors struct {
	store    debtStore
	temporal Temporal
	queue    string
	currency string
	steps    debt.Steps
	off      bool // nobody collects here
}

// follow has a rider's debt collected if there is one now, and ended if there is none any more. Whoever books calls it after; what
// can't be begun now is begun within minutes, for the worker looks by itself.
func (d *debtors) follow(ctx context.Context, riderID string) {
	if d.off {
		return
	}
	found, err := d.store.FollowDebt(ctx, riderID, d.currency, d.steps.First())
	if err == nil && found.ID != "" {
		in := workflows.DebtInput{RiderID: riderID}
		_, err = d.temporal.SignalWithStartWorkflow(
			ctx, workflows.DebtID(riderID), workflows.SignalDebtNews, nil, workflows.DebtStart(d.queue, in), workflows.DebtName, in)
	}
	if err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "a debt is followed later", slog.String("rider", riderID), slog.String("error", err.Error()))
	}
}

// ask has a rider's debt collected now, if there is one.
func (d *debtors) ask(ctx context.Context, riderID string) {
	if err := d.store.AskForDebt(ctx, riderID); err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "a debt is collected at its next step only", slog.String("rider", riderID), slog.String("error", err.Error()))
	}
	d.follow(ctx, riderID)
}

// Debt is what a rider owes, as the rider sees it.
type Debt struct {
	State    debt.State `json:"state" enum:"open,blocked" doc:"Open: it is collected from the default card. Blocked: that failed for the last time."`
	BeganAt  time.Time  `json:"began_at"`
	NextAt   *time.Time `json:"next_attempt_at,omitempty"`
	Attempts int        `json:"attempts" doc:"That came to nothing."`
	Trouble  string     `json:"trouble,omitempty" doc:"Of the last attempt: no_card, or why a payment failed."`
}

func showDebt(d debt.Debt) *Debt {
	if d.ID == "" {
		return nil
	}
	return &Debt{State: d.State(), BeganAt: d.BeganAt, NextAt: happened(d.NextAt), Attempts: d.Attempts, Trouble: string(d.Trouble)}
}

// payDebt is POST /v1/wallet/debt/pay.
type payDebt struct{ *payments }

type payDebtIn struct {
	Keyed
	Body struct {
		CardID string `json:"card_id,omitempty" format:"uuid" doc:"Of a saved card; absent: the default one."`
	}
}

func (payDebt) Meta() meta {
	return meta{
		ID: "pay-debt", Summary: "Pay what you owe, now", Suspended: true,
		Description: "A top-up of exactly what the wallet is below zero, whatever a top-up has to be at least: the same answers, and the rider is there to " +
			"confirm it with the bank. While another payment of the rider's is not over it is refused, so that nothing is paid twice.",
		Also: map[int]string{http.StatusAccepted: "It is not over yet."},
		Faults: []*fault.Error{
			rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused, payment.ErrOff, debt.ErrNone, payment.ErrUnderWay, payment.ErrNoCard,
			payment.ErrCardUnknown, payment.ErrFailed, payment.ErrAway, payment.ErrLimited,
		},
	}
}

func (e payDebt) Execute(ctx context.Context, in *payDebtIn) (*topUpOut, error) {
	key, err := in.key()
	switch {
	case err != nil:
		return nil, err
	case e.provider == nil:
		return nil, payment.ErrOff
	}
	if err := e.tries.card(ctx); err != nil {
		return nil, err
	}
	p, err := e.debts.store.OpenDebtPayment(ctx, payment.New{
		ID: uuid.NewString(), RiderID: subjectFrom(ctx), MethodID: in.Body.CardID, Provider: e.provider.Name(), Purpose: payment.TopUp,
		Amount: money.Of(0, e.wallets.currency), Key: digest(key), Digest: digest("debt", in.Body.CardID),
	})
	if err != nil {
		e.tries.good(ctx)
		return nil, err
	}
	return e.answer(ctx, p)
}
