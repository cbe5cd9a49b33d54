package worker

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"
)

// keptSent is how long one can see what went out.
const keptSent = 30 * 24 * time.Hour

// outbox sends what the books have for others, a few at a time. Any number of workers may: each takes what nobody has.
type outbox[T any] struct {
	due    func(ctx context.Context) ([]T, error)
	send   func(ctx context.Context, one T) error // an error: the books are away
	forget func(ctx context.Context, before time.Time) error
	now    func() time.Time
	log    *slog.Logger
	fails  string // to say when nothing goes out
}

// run sends until ctx ends.
func (o outbox[T]) run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	var cleaned time.Time
	failed := false
	for {
		err := o.sendDue(ctx)
		if now := o.now(); err == nil && now.Sub(cleaned) > time.Hour {
			if err = o.forget(ctx, now.Add(-keptSent)); err == nil {
				cleaned = now
			}
		}
		if err != nil && !failed && ctx.Err() == nil {
			o.log.Warn(o.fails, "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sendDue sends all that is due now.
func (o outbox[T]) sendDue(ctx context.Context) error {
	for {
		due, err := o.due(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		var group errgroup.Group
		for _, one := range due {
			group.Go(func() error { return o.send(ctx, one) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
}
