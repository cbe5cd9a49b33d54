package roles

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/postgres"
	"rodada/providers/webhook"
	"rodada/seal"
	"rodada/worker"
)

// tellWebhooks delivers until ctx ends.
func tellWebhooks(ctx context.Context, c config.Config, store *postgres.Store, keys seal.Keys, registry prometheus.Registerer, log *slog.Logger) (done <-chan struct{}) {
	const every = 2 * time.Second
	hooks := &worker.Webhooks{
		Store: store, Send: webhook.New(staff.NewReach(c.Webhook.Networks...)).Send, Open: keys.Open, Now: time.Now, Log: log, Count: worker.NewAttempts(registry),
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		hooks.Run(ctx, every)
	}()
	return over
}
