package roles

import (
	"context"
	"log/slog"
	"time"

	"rodada/worker"
)

// upgradesEvery is how often upgrades without a workflow are looked for.
const upgradesEvery = time.Minute

// reviveUpgrades goes on with upgrades that lost their workflow until ctx is over.
func reviveUpgrades(ctx context.Context, log *slog.Logger, upgrades worker.Upgrades) (done <-chan struct{}) {
	over := make(chan struct{})
	go func() {
		defer close(over)
		for ctx.Err() == nil {
			revived, err := upgrades.Revive(ctx)
			if revived > 0 {
				log.Warn("upgrades had no workflow any more; they are parked", "upgrades", revived)
			}
			if err != nil && ctx.Err() == nil {
				log.Warn("can't look after upgrades without a workflow", "error", err)
			}
			select {
			case <-ctx.Done():
			case <-time.After(upgradesEvery):
			}
		}
	}()
	return over
}
