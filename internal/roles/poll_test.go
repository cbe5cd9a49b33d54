package roles_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/simulator"
	"rodada/telemetry/live"
)

// The settings reach the scooters: one that rides is asked what its pace says, and nothing once the bridge stops.
func TestTheBridgeAsksAsTheSettingsSay(t *testing.T) {
	at := testkit.Broker(t).Addresses()
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	street, err := simulator.New(simulator.Options{
		Broker: at.MQTT, Plates: []string{"RIDES", "STANDS"}, Password: func(string) string { return testkit.ScooterPassword }, Still: true,
		Interval: simulator.Intervals{Heartbeat: time.Hour, Position: time.Hour},
	})
	require.NoError(t, err)
	require.NoError(t, street.Start(t.Context()))
	t.Cleanup(street.Stop)
	rides, stands := street.Scooter("RIDES"), street.Scooter("STANDS")

	store, now := live.New(client, prefix), time.Now().UTC()
	for _, plate := range []string{"RIDES", "STANDS"} {
		require.NoError(t, store.Update(t.Context(), []live.Report{{Plate: plate, Seen: now}}))
		require.NoError(t, store.Stand(t.Context(), []fleet.Standing{{Plate: plate, Service: fleet.InService, Hold: fleet.Free, At: now}}))
	}
	require.NoError(t, store.SetRide(t.Context(), "RIDES", live.Ride{RentalID: "r", Since: now}))

	c, err := config.Read([]string{
		"RODADA_TOKEN_SECRET=0123456789abcdef0123456789abcdef", "RODADA_REDIS_PREFIX=" + prefix, "RODADA_TELEMETRY_OFFLINE_AFTER=1h",
		"RODADA_MQTT_URL=" + at.MQTT, "RODADA_MQTT_USERNAME=" + at.MQTTUser, "RODADA_MQTT_PASSWORD=" + at.MQTTPassword,
		"RODADA_POLL_POSITION=50ms", "RODADA_POLL_VEHICLE=0", "RODADA_POLL_SIGNAL=50ms", "RODADA_POLL_WINDOW=10ms",
		"RODADA_POLL_IDLE_POSITION=0", "RODADA_POLL_IDLE_VEHICLE=50ms", "RODADA_POLL_IDLE_SIGNAL=0",
	})
	require.NoError(t, err)
	start := func() (stop func()) {
		stop, err := roles.Ask(t.Context(), c, slog.New(slog.DiscardHandler), prometheus.NewRegistry(), client, store)
		require.NoError(t, err)
		return stop
	}
	require.Positive(t, c.Poll.Rate, "it asks unless it is told not to")
	stop := start()
	require.Eventually(t, func() bool {
		return rides.Count(protocol.QueryPosition) > 1 && rides.Count(protocol.QuerySignal) > 1 && stands.Count(protocol.QueryVehicle) > 0
	}, 30*time.Second, 5*time.Millisecond)
	stop()
	require.Zero(t, rides.Count(protocol.QueryVehicle))
	require.Equal(t, len(stands.Received()), stands.Count(protocol.QueryVehicle))

	c.Poll.Rate, c.MQTT.URL = 0, "tcp://127.0.0.1:1"
	start()() // nothing to connect for
}
