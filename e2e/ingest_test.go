package e2e_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

// everything stores what comes, however often.
var everything = set{
	"HISTORY_GPS_EVERY": "0s", "HISTORY_SPEED_EVERY": "0s", "HISTORY_BATTERY_EVERY": "0s", "HISTORY_STATUS_EVERY": "0s", "HISTORY_SIGNAL_EVERY": "0s",
}

// fixesStored is how many different positions of the fleet the history has.
func (w *world) fixesStored(t *testing.T) (n int64) {
	t.Helper()
	c := influxdb2.NewClient(w.at.InfluxURL, "")
	defer c.Close()
	result, err := c.QueryAPI("").Query(t.Context(), fmt.Sprintf(
		`from(bucket: %q) |> range(start: -2d) |> filter(fn: (r) => r._measurement == "gps" and r._field == "lat") |> group() |> count()`, w.at.InfluxBucket))
	require.NoError(t, err)
	for result.Next() {
		n, _ = result.Record().Value().(int64)
	}
	require.NoError(t, result.Err())
	return n
}

// Scooters report as fast as the broker takes it, with QoS 1, while the bridge is killed again and again. Each says a time of its
// own in each report, so that all of them can be counted.
func TestKilledBridgeLosesNoReport(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	w := newWorldOn(t, devstack.Mosquitto, everything)
	scooters, err := broker.Connect(t.Context(), broker.Options{URL: w.at.MQTT, Username: w.at.MQTTUser, Password: w.at.MQTTPassword})
	require.NoError(t, err)
	defer scooters.Close()

	const kills = 8
	began := time.Now().Add(-12 * time.Hour).Unix()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	sent := make(chan int64, 1)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			frame := fmt.Sprintf(`{"a":19,"i":"%s","g":"3020.5887,12006.4229,0,0","t":%d}`, w.plates[n%len(w.plates)], began+int64(n/len(w.plates)))
			if scooters.Publish(t.Context(), "bike", 1, []byte(frame)) != nil {
				break
			}
		}
		sent <- int64(n)
	}()
	for range kills { // as soon as it hears what waited for it, and what comes
		w.bridge.kill()
		w.bridge.start(t)
	}
	stop()
	reports := <-sent
	require.Greater(t, reports, int64(1000))
	require.Eventually(t, func() bool { return w.fixesStored(t) >= reports }, time.Minute, 100*time.Millisecond)
	require.Equal(t, reports, w.fixesStored(t))
}
