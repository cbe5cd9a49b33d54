package worker

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"rodada/domain/staff"
)

// DeliveryStore is what is on its way to webhooks.
type DeliveryStore interface {
	DueDeliveries(ctx context.Context, limit int, mine time.Duration) ([]staff.Delivery, error)
	Delivered(ctx context.Context, id string) error
	NotDelivered(ctx context.Context, id, trouble string, next time.Time) error
	ForgetDeliveries(ctx context.Context, before time.Time) error
}

// Webhooks delivers what the books have for webhooks. Any number of workers may: each takes deliveries of its own.
type Webhooks struct {
	Store DeliveryStore
	Send  func(ctx context.Context, d staff.Delivery, secret string) error
	Open  func(sealed, purpose string) (string, error)
	Now   func() time.Time
	Log   *slog.Logger
	Count *Attempts // nil: nobody counts
}

const (
	deliveriesAtOnce = 20
	// deliveryTime is how long a delivery is ours: longer than the other side may take, after which another worker tries.
	deliveryTime = time.Minute
	// deliveriesKept is how long one can see what was told.
	deliveriesKept = 30 * 24 * time.Hour
)

// Run delivers until ctx ends.
func (w *Webhooks) Run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var cleaned time.Time
	failed := false
	for {
		err := w.Deliver(ctx)
		if now := w.Now(); err == nil && now.Sub(cleaned) > time.Hour {
			if err = w.Store.ForgetDeliveries(ctx, now.Add(-deliveriesKept)); err == nil {
				cleaned = now
			}
		}
		if err != nil && !failed && ctx.Err() == nil {
			w.Log.Warn("webhooks are not told of alerts", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Deliver tells all that is due now.
func (w *Webhooks) Deliver(ctx context.Context) error {
	for {
		due, err := w.Store.DueDeliveries(ctx, deliveriesAtOnce, deliveryTime)
		if err != nil || len(due) == 0 {
			return err
		}
		var group errgroup.Group
		for _, d := range due {
			group.Go(func() error { return w.deliver(ctx, d) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}

func (w *Webhooks) deliver(ctx context.Context, d staff.Delivery) error {
	secret, err := w.Open(d.Secret, staff.WebhookPurpose(d.WebhookID))
	if err == nil {
		err = w.Send(ctx, d, secret)
	}
	switch {
	case err == nil:
		w.Count.count(attemptArrived)
		return w.Store.Delivered(ctx, d.ID)
	case ctx.Err() != nil:
		return ctx.Err() // we stop; the delivery is due again in a while
	}
	var next time.Time
	if wait, again := staff.TryAgain(d.Attempts); again {
		w.Count.count(attemptFailed)
		next = w.Now().Add(wait)
	} else {
		w.Count.count(attemptLast)
		w.Log.Warn("a webhook was not told, and will not be", "webhook", d.WebhookID, "delivery", d.ID, "error", err)
	}
	return w.Store.NotDelivered(ctx, d.ID, err.Error(), next)
}
