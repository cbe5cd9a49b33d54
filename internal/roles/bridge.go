package roles

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"rodada/domain/fleet"
	"rodada/internal/config"
	"rodada/lease"
	"rodada/mqttbridge"
	"rodada/protocol"
	"rodada/telemetry/event"
)

// Bridge carries what scooters say to workflows, live state and history.
func Bridge(ctx context.Context, c config.Config, log *slog.Logger) error {
	registry := newRegistry()
	temporal, err := dialTemporal(ctx, c, log, registry)
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	defer temporal.Close()
	redis, err := openRedis(c, log)
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	defer redis.Close()

	session, err := brokerOptions(c.MQTT, log)
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	if session.ClientID, err = clientID(c.MQTT); err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	ingest, err := openIngest(c, session.ClientID, log, registry)
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	defer ingest.close(log)
	now := newLive(redis, c).store
	tracker, track := newTracker(c, log, redis, now, temporal)
	defer during(ctx, track)()
	bridge, err := mqttbridge.New(mqttbridge.Options{
		Broker: session, Topics: protocol.Topics{Bike: c.MQTT.TopicBike, Other: c.MQTT.TopicOther},
		Leases: lease.New(redis, c.Redis.Prefix), Sinks: []mqttbridge.Sink{now, tracker}, Signals: temporal,
		History: ingest.spool, Pace: paceOf(c.History), Limits: event.Limits{MaxKmh: c.Telemetry.MaxKmh},
		Places:  func(ctx context.Context) (map[string]fleet.Sighted, error) { return lastPlaces(ctx, now) },
		Metrics: registry, Log: log,
	})
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	if err := bridge.Start(ctx); err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	defer bridge.Stop()
	asks, err := ask(ctx, c, log, registry, redis, now)
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	defer asks()
	rebuilt, err := rebuildLive(ctx, c, log, redis)
	if err != nil {
		return fmt.Errorf("bridge: %w", err)
	}
	defer rebuilt()
	return operate(ctx, c.HTTP.MetricsAddr, log, registry, map[string]check{
		"mqtt":     func(context.Context) error { return bridge.Ready() },
		"redis":    func(ctx context.Context) error { return redis.Ping(ctx).Err() },
		"temporal": reachable(temporal),
	})
}

// clientID names the bridge's persistent session: it must be the same after a restart and another one on another machine.
func clientID(c config.MQTT) (string, error) {
	if c.ClientID != "" {
		return c.ClientID, nil
	}
	host, err := os.Hostname()
	if err != nil {
		return "", fmt.Errorf("no RODADA_MQTT_CLIENT_ID, and the machine has no name: %w", err)
	}
	return "rodada-bridge-" + host, nil
}
