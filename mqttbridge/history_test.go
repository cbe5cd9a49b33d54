package mqttbridge_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
	"rodada/telemetry/spool"
)

// keeper is a disk that stands still while its gate is closed, and fails when it is told to.
type keeper struct {
	gate chan struct{} // closed: the disk works

	mu      sync.Mutex
	failure error
	tries   int
	lines   []string
	points  int
}

func newKeeper() *keeper { return &keeper{gate: make(chan struct{})} }

func (k *keeper) Append(lines []byte, points int) error {
	<-k.gate
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tries++
	if k.failure != nil {
		return k.failure
	}
	k.lines = append(k.lines, strings.Split(strings.TrimSuffix(string(lines), "\n"), "\n")...)
	k.points += points
	return nil
}

func (k *keeper) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failure = err
}

func (k *keeper) state() (lines []string, points, tries int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lines, k.points, k.tries
}

// keeping is a bridge on a broker that keeps points in k.
func keeping(t *testing.T, s *devstack.Stack, k *keeper, pace history.Pace) *rig {
	t.Helper()
	r := newRig(t, s)
	r.options.History, r.options.Pace = k, pace
	r.start(t)
	return r
}

// The disk stands still: nothing is acknowledged, and an answer is signalled all the same.
func TestAnswersDoNotWaitForTheDisk(t *testing.T) {
	k := newKeeper()
	r := keeping(t, testkit.Mosquitto(t), k, history.Pace{})
	const reports = 500
	for n := range reports {
		r.say(t, `{"a":19,"i":"A2","g":"3020.5887,12006.4229,0,0","t":%d}`, time.Now().Unix()-int64(n))
	}
	r.awaitCount(t, "messages_total", "code", "19", reports)
	for n := range 3 {
		send := fmt.Sprint("s", n)
		r.wait(t, "A1", protocol.PowerOnAck, send)
		r.say(t, `{"a":2,"i":"A1","s":0}`)
		require.Equal(t, send, r.temporal.nextAck(t, "A1").SendID)
	}
	lines, _, _ := k.state()
	require.Empty(t, lines, "the disk has nothing yet")
	close(k.gate)
	require.Eventually(t, func() bool { _, points, _ := k.state(); return points == 2*reports }, patience, time.Millisecond)
}

// A bridge that is told to stop hears nothing more: each report is kept once, by it or by the next one.
func TestReportsAroundARestartAreKeptOnce(t *testing.T) {
	k := newKeeper()
	r := keeping(t, testkit.Mosquitto(t), k, history.Pace{})
	r.say(t, `{"a":98,"i":"A1","x":0}`)
	r.awaitCount(t, "messages_total", "code", "98", 1)
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.bridge.Stop() }()
	const reports = 98 // as many levels as there are
	for n := 1; n < reports; n++ {
		r.say(t, `{"a":98,"i":"A1","x":%d}`, n)
	}
	close(k.gate)
	<-stopped
	r.start(t)
	require.Eventually(t, func() bool { _, points, _ := k.state(); return points >= reports }, patience, time.Millisecond)
	lines, _, _ := k.state()
	for n, line := range lines {
		require.Contains(t, line, fmt.Sprintf(" level=%di,", n))
	}
	require.Len(t, lines, reports)
}

// A disk that fails for a moment costs nothing; one that goes on failing holds up no acknowledgement for long.
func TestDiskThatFails(t *testing.T) {
	k := newKeeper()
	close(k.gate)
	k.fail(errors.New("i/o error"))
	r := keeping(t, testkit.Mosquitto(t), k, history.Pace{})
	r.say(t, `{"a":98,"i":"A1","x":1}`)
	require.Eventually(t, func() bool { _, _, tries := k.state(); return tries > 2 }, patience, time.Millisecond)
	k.fail(nil)
	require.Eventually(t, func() bool { _, points, _ := k.state(); return points == 1 }, patience, time.Millisecond)

	k.fail(errors.New("i/o error"))
	const more = 3000 // than the broker leaves unacknowledged
	for n := range more {
		r.say(t, `{"a":98,"i":"A1","x":%d}`, n%98)
	}
	r.awaitCount(t, "messages_total", "code", "98", more+1)
	r.awaitCount(t, "points_dropped_total", "cause", "disk", more)
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
	k.fail(nil)
	r.say(t, `{"a":98,"i":"A1","x":7}`)
	require.Eventually(t, func() bool { _, points, _ := k.state(); return points == 2 }, patience, time.Millisecond)
}

func TestPointsAreThinnedJudgedAndCounted(t *testing.T) {
	k := newKeeper()
	close(k.gate)
	r := newRig(t, testkit.Broker(t))
	r.options.History, r.options.Pace = k, history.DefaultPace()
	r.options.Places = func(context.Context) (map[string]fleet.Sighted, error) {
		return map[string]fleet.Sighted{"A2": {Position: geo.Point{Lat: 40, Lng: -3}, At: time.Now().Add(-time.Minute)}}, nil
	}
	r.start(t)
	at := time.Now().Unix() - 100
	for n := range 11 {
		r.say(t, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":%d}`, at+int64(n))
	}
	for range 2 { // again
		r.say(t, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":%d}`, at+5)
	}
	r.say(t, `{"a":19,"i":"A2","g":"3020.5887,12006.4229,0,0","t":%d}`, at)       // a jump from where it was a minute ago
	r.say(t, `{"a":19,"i":"A3","g":"3020.5887,12006.4229,0,0","t":%d}`, int64(7)) // a clock that never ran
	r.say(t, `{"a":19,"i":"A4","g":"3020.5887,12006.4229,0,0","t":%d}`, at+9e6)
	r.say(t, `{"a":98,"i":"A\\5","x":3}`)
	r.say(t, `{"a":98,"i":"A6","x":3}`)
	require.Eventually(t, func() bool {
		lines, _, _ := k.state()
		return len(lines) > 0 && strings.HasPrefix(lines[len(lines)-1], "signal,plate=A6 ")
	}, patience, time.Millisecond)
	lines, points, _ := k.state()
	require.Len(t, lines, points)
	got := map[string]int{}
	for _, line := range lines {
		got[strings.Fields(line)[0]]++
		if strings.HasPrefix(line, "gps,plate=A2") {
			require.Contains(t, line, `valid=false,flaw="jump"`)
		}
	}
	require.Equal(t, 3, got["gps,plate=A1"], "0, 5 and 10 seconds")
	require.Equal(t, 1, got["status,plate=A1"])
	require.InDelta(t, 2, r.sum(t, "positions_repeated_total"), 0)
	require.InDelta(t, 18, r.sum(t, "points_thinned_total"), 0)
	r.awaitCount(t, "clocks_corrected_total", "clock", "unset", 1)
	r.awaitCount(t, "clocks_corrected_total", "clock", "ahead", 1)
	for clock, text := range map[event.Clock]string{
		event.Behind: fmt.Sprint(at - 9e5), event.Absurd: "9223372036854775807", event.Ahead: fmt.Sprint(time.Now().Add(time.Hour).UnixMilli()), event.Unset: "-5",
	} {
		before := r.count(t, "clocks_corrected_total", "clock", string(clock))
		r.say(t, `{"a":19,"i":"A7","g":"3020.5887,12006.4229,0,0","t":%s}`, text)
		r.awaitCount(t, "clocks_corrected_total", "clock", string(clock), before+1)
	}
	r.awaitCount(t, "points_dropped_total", "cause", "unwritable", 1)
}

// sum is the value of a counter without labels.
func (r *rig) sum(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := r.registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "rodada_bridge_"+name {
			for _, m := range f.GetMetric() {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func TestPointsOfAScooterStayInOrder(t *testing.T) {
	k := newKeeper()
	close(k.gate)
	r := keeping(t, testkit.Broker(t), k, history.Pace{})
	const each = 98 // as many levels as there are
	for n := range each {
		for plate := range 4 {
			r.sayOn(t, "bike", byte(n%2), fmt.Sprintf(`{"a":98,"i":"A%d","x":%d}`, plate, n))
		}
	}
	require.Eventually(t, func() bool { _, points, _ := k.state(); return points == 4*each }, patience, time.Millisecond)
	next := map[string]int{}
	lines, _, _ := k.state()
	for _, line := range lines {
		plate, rest, _ := strings.Cut(line, " ")
		require.True(t, strings.HasPrefix(rest, fmt.Sprintf("level=%di,", next[plate])), line)
		next[plate]++
	}
}

// InfluxDB is away, 10,000 reports come, and answers among them; then it is back. All on the parts of production.
func TestInfluxAwayDelaysNobody(t *testing.T) {
	influx := testkit.PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.Influx}})
	at := influx.Addresses()
	require.NoError(t, influx.StopService(t.Context(), devstack.Influx))
	store, err := spool.Open(spool.Options{Dir: filepath.Join(t.TempDir(), "spool"), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer store.Close()
	w, err := history.NewWriter(history.WriterOptions{
		URL: at.InfluxURL, Bucket: at.InfluxBucket, From: store, Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler),
		RetryMax: 200 * time.Millisecond,
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	writing.Go(func() { w.Run(ctx) })
	defer writing.Wait()
	defer cancel()

	r := newRig(t, testkit.Mosquitto(t))
	r.options.History = store
	r.start(t)
	r.bridge.Stop() // so that all of it waits at the broker
	const reports = 10_000
	began := time.Now().Add(-time.Hour).Unix()
	for n := range reports {
		r.say(t, `{"a":19,"i":"A%d","g":"3020.5887,12006.4229,0,0","t":%d}`, 10+n%10, began+int64(n/10))
	}
	r.start(t)
	for n := range 20 {
		send := fmt.Sprint("s", n)
		r.wait(t, "A1", protocol.PowerOnAck, send)
		r.say(t, `{"a":2,"i":"A1","s":0}`)
		require.Equal(t, send, r.temporal.nextAck(t, "A1").SendID)
	}
	r.awaitCount(t, "messages_total", "code", "19", reports)
	require.Eventually(t, func() bool { return r.sum(t, "points_total") == 2*reports }, patience, time.Millisecond)
	require.False(t, store.State().Oldest.IsZero(), "nothing is written yet")
	require.NoError(t, influx.StartService(t.Context(), devstack.Influx))
	require.Eventually(t, func() bool { return store.State().Oldest.IsZero() }, patience, 10*time.Millisecond)
	require.EqualValues(t, reports, stored(t, at.InfluxURL, at.InfluxBucket))
}

// stored is how many positions the history has.
func stored(t *testing.T, url, bucket string) (n int64) {
	t.Helper()
	c := influxdb2.NewClient(url, "")
	defer c.Close()
	result, err := c.QueryAPI("").Query(t.Context(), fmt.Sprintf(
		`from(bucket: %q) |> range(start: -2d) |> filter(fn: (r) => r._measurement == "gps" and r._field == "valid") |> group() |> count()`, bucket))
	require.NoError(t, err)
	for result.Next() {
		n, _ = result.Record().Value().(int64)
	}
	require.NoError(t, result.Err())
	return n
}

func TestHistoryGoesOnWithoutRedis(t *testing.T) {
	k := newKeeper()
	close(k.gate)
	r := newRigOn(t, testkit.Mosquitto(t), "127.0.0.1:1", "nowhere:")
	r.options.History, r.options.Drain = k, 10*time.Millisecond
	r.start(t)
	const reports = 3000 // more than the broker leaves unacknowledged
	for n := range reports {
		r.say(t, `{"a":98,"i":"A1","x":%d}`, n%98)
	}
	require.Eventually(t, func() bool { _, points, _ := k.state(); return points == reports }, patience, time.Millisecond)
}
