package worker

import (
	"context"
	"log/slog"
	"time"

	"rodada/domain/payment"
)

// RemovalStore is what the payment provider is still to forget.
type RemovalStore interface {
	DueRemovals(ctx context.Context, provider string, limit int, mine time.Duration) ([]payment.Removal, error)
	Removed(ctx context.Context, r payment.Removal) error
	NotRemoved(ctx context.Context, r payment.Removal, next time.Time) error
}

// Removals has the provider forget cards that were taken away, and riders who left, and erases what it called them.
type Removals struct {
	Store    RemovalStore
	Provider payment.Provider
	Open     func(sealed, purpose string) (string, error)
	Now      func() time.Time
	Log      *slog.Logger
}

const (
	removalsAtOnce = 5
	removalTime    = 2 * time.Minute
	// removalAgain is when one that failed is tried again: for as long as it takes, as somebody's card is kept against their will.
	removalAgain = 10 * time.Minute
)

// Run removes until ctx ends.
func (w *Removals) Run(ctx context.Context, every time.Duration) { w.outbox().run(ctx, every) }

// Deliver removes all that is due now.
func (w *Removals) Deliver(ctx context.Context) error { return w.outbox().sendDue(ctx) }

func (w *Removals) outbox() outbox[payment.Removal] {
	return outbox[payment.Removal]{
		due: func(ctx context.Context) ([]payment.Removal, error) {
			return w.Store.DueRemovals(ctx, w.Provider.Name(), removalsAtOnce, removalTime)
		},
		send: w.remove, forget: func(context.Context, time.Time) error { return nil }, now: w.Now, log: w.Log, fails: "the payment provider is not told to forget cards",
	}
}

func (w *Removals) remove(ctx context.Context, r payment.Removal) error {
	reference, err := w.Open(r.Reference, r.Purpose())
	switch {
	case err != nil:
	case r.Customer:
		err = w.Provider.ForgetCustomer(ctx, reference)
	default:
		err = w.Provider.Detach(ctx, reference)
	}
	switch {
	case err == nil:
		return w.Store.Removed(ctx, r)
	case ctx.Err() != nil:
		return ctx.Err() // we stop; it is due again in a while
	}
	w.Log.Warn("the payment provider has not forgotten a card or a rider yet", "id", r.ID, "error", err)
	return w.Store.NotRemoved(ctx, r, w.Now().Add(removalAgain))
}
