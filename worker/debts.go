package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"rodada/domain/debt"
	"rodada/workflows"
)

// debtBooks lists what is owed and not collected.
type debtBooks interface {
	FollowDebt(ctx context.Context, riderID, currency string, first time.Duration) (debt.Debt, error)
	OverdueDebts(ctx context.Context, before time.Time) ([]string, error)
	UnfollowedDebts(ctx context.Context, currency string, since time.Time) ([]string, error)
}

// collecting starts workflows and tells those that run.
type collecting interface {
	starter
	SignalWithStartWorkflow(ctx context.Context, id, signal string, arg any, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
}

// Debts sees to it that what riders owe is collected.
type Debts struct {
	Books    debtBooks
	Temporal collecting
	Queue    string
	Limits   workflows.TopUpLimits // of each payment
	Currency string
	First    time.Duration // step of each debt
	Now      func() time.Time
}

// StartTopUp begins the collection of a payment; one that runs has it already.
func (d Debts) StartTopUp(ctx context.Context, paymentID, riderID string) error {
	in := workflows.TopUpInput{PaymentID: paymentID, RiderID: riderID, Limits: d.Limits}
	_, err := d.Temporal.ExecuteWorkflow(ctx, workflows.TopUpStart(d.Queue, in), workflows.TopUpName, in)
	return err
}

// FollowDebt begins to collect the debt of a rider, or has whoever does so look at it again; without one nothing happens.
func (d Debts) FollowDebt(ctx context.Context, riderID string) error {
	found, err := d.Books.FollowDebt(ctx, riderID, d.Currency, d.First)
	if err != nil || found.ID == "" {
		return err
	}
	in := workflows.DebtInput{RiderID: riderID}
	_, err = d.Temporal.SignalWithStartWorkflow(ctx, workflows.DebtID(riderID), workflows.SignalDebtNews, nil, workflows.DebtStart(d.Queue, in), workflows.DebtName, in)
	return err
}

// debtGrace is how late a step must be before its workflow is looked for.
const debtGrace = time.Minute

// Resume goes on with debts that are not collected when they should be: whoever was to begin died first, or somebody ended it from
// outside. Wallets below zero without a debt are looked for among those that changed since a time; the zero time: all. It returns how
// many there were.
func (d Debts) Resume(ctx context.Context, since time.Time) (int, error) {
	overdue, err := d.Books.OverdueDebts(ctx, d.Now().Add(-debtGrace))
	if err != nil {
		return 0, err
	}
	unfollowed, err := d.Books.UnfollowedDebts(ctx, d.Currency, since)
	if err != nil {
		return 0, err
	}
	var errs []error
	each := func(riders []string, resume func(context.Context, string) error) {
		for _, rider := range riders {
			if ctx.Err() != nil {
				return
			}
			if err := resume(ctx, rider); err != nil { // of one rider: it stands in no other's way
				errs = append(errs, fmt.Errorf("debt of %s: %w", rider, err))
			}
		}
	}
	each(overdue, d.resume)
	each(unfollowed, d.FollowDebt)
	return len(overdue) + len(unfollowed), errors.Join(errs...)
}

// resume starts the workflow of a debt; one that runs may wait for a payment, and is left alone.
func (d Debts) resume(ctx context.Context, riderID string) error {
	in := workflows.DebtInput{RiderID: riderID}
	_, err := d.Temporal.ExecuteWorkflow(ctx, workflows.DebtStart(d.Queue, in), workflows.DebtName, in)
	return err
}

// DebtWatch resumes debts again and again.
type DebtWatch struct {
	Debts Debts
	whole time.Time // when all wallets were looked at last
}

// All wallets are looked at every so often, which reads the whole ledger, and those that changed lately each time.
const (
	wholeEvery = 6 * time.Hour
	lately     = time.Hour
	// mostDebtors is how many the books name at once.
	mostDebtors = 1000
)

// Look is Resume, now.
func (w *DebtWatch) Look(ctx context.Context) (int, error) {
	now := w.Debts.Now()
	since := now.Add(-lately)
	if now.Sub(w.whole) >= wholeEvery {
		since = time.Time{}
	}
	n, err := w.Debts.Resume(ctx, since)
	if err == nil && since.IsZero() && n < mostDebtors { // else there may be more
		w.whole = now
	}
	return n, err
}
