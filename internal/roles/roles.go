// Package roles runs the parts that the one binary can play: api, worker, bridge, migrate, simulate. A role waits for the
// services that it needs, runs until its context ends, and stops what it started.
package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"rodada/broker"
	"rodada/internal/config"
	"rodada/internal/meter"
)

// retryEvery is how often a service that is not there yet is tried.
const retryEvery = time.Second

// Logger makes the log of a role.
func Logger(c config.Log, role string) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Level)); err != nil {
		return nil, fmt.Errorf("RODADA_LOG_LEVEL: %w", err)
	}
	options := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(os.Stderr, options)
	if c.Format == "json" {
		handler = slog.NewJSONHandler(os.Stderr, options)
	}
	return slog.New(handler).With("role", role), nil
}

// patiently calls open until it succeeds or ctx ends, and says what it waits for.
func patiently[T any](ctx context.Context, log *slog.Logger, what string, open func(context.Context) (T, error)) (T, error) {
	for {
		got, err := open(ctx)
		if err == nil {
			return got, nil
		}
		if ctx.Err() != nil {
			var none T
			return none, fmt.Errorf("%s: %w", what, errors.Join(ctx.Err(), err))
		}
		log.Warn("waiting for "+what, "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(retryEvery):
		}
	}
}

// dialTemporal connects to Temporal; what the client and its workers do is measured in registry, where there is one.
func dialTemporal(ctx context.Context, c config.Config, log *slog.Logger, registry *prometheus.Registry) (client.Client, error) {
	var metrics client.MetricsHandler
	if registry != nil {
		metrics = meter.NewTemporal(registry).Handler()
	}
	var connection client.ConnectionOptions
	if c.Temporal.Secure {
		var err error
		if connection.TLS, err = clientTLS(c.Temporal.TLS, "RODADA_TEMPORAL", log); err != nil {
			return nil, err
		}
	}
	return patiently(ctx, log, "Temporal", func(ctx context.Context) (client.Client, error) {
		temporal, err := client.DialContext(ctx, client.Options{
			HostPort: c.Temporal.Addr, Namespace: c.Temporal.Namespace, Logger: sdklog.NewStructuredLogger(log),
			MetricsHandler: metrics, ConnectionOptions: connection,
		})
		if err != nil && connection.TLS != nil {
			err = errors.Join(err, distrust(ctx, c.Temporal.Addr, connection.TLS)) // its client says nothing but that time is up
		}
		return temporal, err
	})
}

// openRedis makes a client that connects when it is used; more than one address is a cluster.
func openRedis(c config.Config, log *slog.Logger) (redis.UniversalClient, error) {
	quieten(log)
	o := &redis.UniversalOptions{
		Addrs: c.Redis.Addrs, Username: c.Redis.Username, Password: c.Redis.Password,
		ContextTimeoutEnabled: true, DialTimeout: 2 * time.Second, ReadTimeout: 2 * time.Second, WriteTimeout: 2 * time.Second,
		DialerRetries: 1, MaxRetryBackoff: 100 * time.Millisecond, // who asks tries again, or does without: a Redis that is away keeps nobody
	}
	if c.Redis.Secure {
		var err error
		if o.TLSConfig, err = clientTLS(c.Redis.TLS, "RODADA_REDIS", log); err != nil {
			return nil, err
		}
	}
	return redis.NewUniversalClient(o), nil
}

func brokerOptions(c config.MQTT, log *slog.Logger) (broker.Options, error) {
	t, err := clientTLS(c.TLS, "RODADA_MQTT", log)
	return broker.Options{URL: c.URL, Username: c.Username, Password: c.Password, TLS: t, Log: log}, err
}
