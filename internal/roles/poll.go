package roles

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"rodada/broker"
	"rodada/internal/config"
	"rodada/lease"
	"rodada/telemetry/live"
	"rodada/telemetry/poll"
)

// ask asks the scooters for what they only say when asked, until it is told to stop. It has a connection of its own: the
// bridge's is busy with listening.
func ask(
	ctx context.Context, c config.Config, log *slog.Logger, registry prometheus.Registerer, redis redis.UniversalClient, now *live.Store,
) (stop func(), err error) {
	if c.Poll.Rate == 0 {
		return func() {}, nil
	}
	way, err := brokerOptions(c.MQTT, log)
	if err != nil {
		return nil, err
	}
	conn, err := broker.Dial(way)
	if err != nil {
		return nil, err
	}
	poller, err := poll.New(poll.Options{
		Turns: lease.New(redis, c.Redis.Prefix), Live: now, Publisher: conn,
		Ride: poll.Pace{Position: c.Poll.Position, Vehicle: c.Poll.Vehicle, Signal: c.Poll.Signal},
		Idle: poll.Pace{Position: c.Poll.IdlePosition, Vehicle: c.Poll.IdleVehicle, Signal: c.Poll.IdleSignal},
		Rate: c.Poll.Rate, Window: c.Poll.Window, Silence: c.Telemetry.OfflineAfter, Metrics: registry, Log: log,
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		poller.Run(ctx)
	}()
	return func() { cancel(); <-stopped; conn.Close() }, nil
}
