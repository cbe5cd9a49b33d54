package worker

import (
	"context"
	"log/slog"
	"time"

	"rodada/domain/staff"
)

// DeliveryStore is what is on its way to webhooks.
type DeliveryStore interface {
	DueDeliveries(ctx context.Context, limit int, mine time.Duration) ([]staff.Delivery, error)
	Delivered(ctx context.Context, id string) error
	NotDelivered(ctx context.Context, id, trouble string, next time.Time) error
	ForgetDeliveries(ctx context.Context, before time.Time) error
}

// Webhooks delivers what the books have for webhooks.
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
)

// Run delivers until ctx ends.
func (w *Webhooks) Run(ctx context.Context, every time.Duration) { w.outbox().run(ctx, every) }

// Deliver tells all that is due now.
func (w *Webhooks) Deliver(ctx context.Context) error { return w.outbox().sendDue(ctx) }

func (w *Webhooks) outbox() outbox[staff.Delivery] {
	return outbox[staff.Delivery]{
		due: func(ctx context.Context) ([]staff.Delivery, error) {
			return w.Store.DueDeliveries(ctx, deliveriesAtOnce, deliveryTime)
		},
		send: w.deliver, forget: w.Store.ForgetDeliveries, now: w.Now, log: w.Log, fails: "webhooks are not told of alerts",
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
