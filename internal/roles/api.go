package roles

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"rodada/api"
	"rodada/internal/config"
	"rodada/internal/meter"
	"rodada/lease"
	"rodada/telemetry/history"
	"rodada/throttle"
)

// API answers riders and staff.
func API(ctx context.Context, c config.Config, log *slog.Logger) error {
	listener, err := listen(ctx, c.HTTP.Addr, "RODADA_HTTP_ADDR")
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer listener.Close()
	secure, err := serverTLS(c.HTTP, log)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	store, err := openAPIStore(ctx, c.Postgres, log)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer store.Close()
	if err := sameCurrency(ctx, store, c.Currency); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	registry := newRegistry()
	registry.MustRegister(meter.NewCensus(store, log, time.Now))
	temporal, err := dialTemporal(ctx, c, log, registry)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer temporal.Close()
	redis, err := openRedis(c, log)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer redis.Close()

	access, err := historyAccess(c.Influx, log)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	access.Patience = c.HTTP.Deadline / 2
	past := history.Open(access) // not asked by /readyz: rides go on without a history
	defer past.Close()

	keys, err := sealKeys(c)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	logins, err := loginServices(c.Login)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	provider, closeProvider, err := paymentProvider(c, log)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer closeProvider()
	handler, err := api.New(api.Options{
		Config: c, Store: store, Live: newLive(redis, c), Changes: changes{newLive(redis, c).store}, History: past, Temporal: temporal,
		Progress: lease.New(redis, c.Redis.Prefix), Sealer: keys, Open: keys.Open, Payments: provider, Throttle: throttle.New(redis, c.Redis.Prefix, log),
		Logins: logins, Log: log, Registry: registry,
		Ready: map[string]api.Check{
			"postgres": store.Ping,
			"redis":    func(ctx context.Context) error { return redis.Ping(ctx).Err() },
			"temporal": api.Check(reachable(temporal)),
		},
	})
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	defer followZones(ctx, store, log)()
	log.Info("the API answers", "addr", listener.Addr().String(), "tls", secure != nil)
	return api.NewServer(handler, c.HTTP, log).Secure(secure).Serve(ctx, listener)
}
