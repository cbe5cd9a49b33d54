package roles

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/internal/config"
	"rodada/postgres"
	"rodada/providers/webhook"
	"rodada/seal"
	"rodada/worker"
)

// tellWebhooks delivers until ctx ends.
func tellWebhooks(ctx context.Context, c config.Config, store *postgres.Store, keys seal.Keys, registry prometheus.Registerer, log *slog.Logger) (done <-chan struct{}) {
	const every = 2 * time.Second
	var networks []netip.Prefix
	for _, text := range c.Webhook.Networks {
		networks = append(networks, netip.MustParsePrefix(text)) // config has checked it
	}
	hooks := &worker.Webhooks{
		Store: store, Send: webhook.New(networks).Send, Open: keys.Open, Now: time.Now, Log: log, Count: worker.NewAttempts(registry),
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		hooks.Run(ctx, every)
	}()
	return over
}
