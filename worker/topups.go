package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"rodada/domain/payment"
	"rodada/workflows"
)

// topUpBooks lists the payments that are not over.
type topUpBooks interface {
	OpenPayments(ctx context.Context, before time.Time) ([]string, error)
	Payment(ctx context.Context, riderID, id string) (payment.Payment, error)
	ForgetEvents(ctx context.Context, before time.Time) error
}

// starter starts workflows.
type starter interface {
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
}

// TopUps sees to it that every payment that is not over is being collected.
type TopUps struct {
	Books    topUpBooks
	Temporal starter
	Queue    string
	Limits   workflows.TopUpLimits
	Now      func() time.Time
}

// topUpGrace is how old a payment must be before its workflow is looked for: whoever opened it starts one.
const topUpGrace = 30 * time.Second

// keptEvents is how long a webhook is known again; a provider repeats one for some days.
const keptEvents = 60 * 24 * time.Hour

// Resume starts a workflow for each open payment that has none: whoever opened it may have died first, or somebody ended it from
// outside. It returns how many are open; for those that have one nothing happens.
func (t TopUps) Resume(ctx context.Context) (int, error) {
	if err := t.Books.ForgetEvents(ctx, t.Now().Add(-keptEvents)); err != nil {
		return 0, err
	}
	open, err := t.Books.OpenPayments(ctx, t.Now().Add(-topUpGrace))
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, id := range open {
		if err := t.resume(ctx, id); err != nil { // of one payment: it stands in no other's way
			errs = append(errs, fmt.Errorf("payment %s: %w", id, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return len(open), errors.Join(errs...)
}

func (t TopUps) resume(ctx context.Context, id string) error {
	p, err := t.Books.Payment(ctx, "", id)
	if err != nil || p.State.Final() {
		return err
	}
	in := workflows.TopUpInput{PaymentID: p.ID, RiderID: p.RiderID, Limits: t.Limits}
	_, err = t.Temporal.ExecuteWorkflow(ctx, workflows.TopUpStart(t.Queue, in), workflows.TopUpName, in)
	return err
}
