package roles

import (
	"context"
	"log/slog"
	"time"

	"rodada/postgres"
	"rodada/telemetry/live"
	"rodada/worker"
)

// ridesEvery is how often the register of rides is compared with the books.
const ridesEvery = time.Minute

// reconcileRides keeps the register of rides right until ctx is over.
func reconcileRides(ctx context.Context, log *slog.Logger, register *live.Store, store *postgres.Store) (done <-chan struct{}) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		for ctx.Err() == nil {
			mended, err := worker.ReconcileRides(ctx, register, store)
			switch {
			case err != nil && ctx.Err() == nil:
				log.Warn("the register of rides can't be compared with the books", "error", err)
			case mended > 0:
				log.Info("the register of rides was behind", "rides", mended)
			}
			select {
			case <-ctx.Done():
			case <-time.After(ridesEvery):
			}
		}
	}()
	return over
}
