package mqttbridge_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"

	"rodada/domain/command"
	"rodada/mqttbridge"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/live"
)

func TestReportsBecomeLiveState(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		before := time.Now().Add(-time.Millisecond)
		r.say(t, `{"a":27,"i":"A1","b":81,"c":0,"s":0,"r":41.5}`)
		r.say(t, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0"}`)
		r.sayOn(t, "o", 0, `{"a":55,"i":"A1","s":1}`)
		r.say(t, `{"a":16,"i":"A1","k":25,"p ":12,"e ":0,"b ":80,"y":9,"q":99,"w":7,"z":3,"c":0}`)
		var got live.State
		require.Eventually(t, func() bool {
			state, _, err := r.live.Get(t.Context(), "A1")
			got = state
			return err == nil && state.SpeedKmh.Known() && state.Fix.Known() && state.Fallen.Is
		}, patience, time.Millisecond)
		require.Equal(t, 12, got.SpeedKmh.Is)
		require.Equal(t, 80, got.Battery.Is)
		require.InDelta(t, 30.343145, got.Fix.Is.Lat, 1e-6)
		require.True(t, got.Fallen.Is)
		require.WithinRange(t, got.Seen, before, time.Now())
	})
}

// recorder keeps reports in the order they are written, once the gate is open.
type recorder struct {
	gate chan struct{}

	mu   sync.Mutex
	seen map[string][]int
}

func newRecorder() *recorder { return &recorder{gate: make(chan struct{}), seen: map[string][]int{}} }

func (l *recorder) Name() string { return "recorder" }

func (l *recorder) Take(_ context.Context, batch []event.Report) error {
	<-l.gate
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range batch {
		l.seen[r.Plate] = append(l.seen[r.Plate], live.ReportOf(r).Battery.Is)
	}
	return nil
}

func (l *recorder) of(plate string) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.seen[plate]
}

// A sink that refuses everything costs nobody else a report.
func TestSinksDoNotHinderEachOther(t *testing.T) {
	record := newRecorder()
	close(record.gate)
	r := started(t, func(o *mqttbridge.Options) { o.Sinks = []mqttbridge.Sink{full{}, record} })
	r.say(t, `{"a":27,"i":"A1","b":50,"c":0}`)
	require.Eventually(t, func() bool { return len(record.of("A1")) == 1 }, patience, time.Millisecond)
	r.awaitCount(t, "reports_dropped_total", "cause", "full", 1)
}

type full struct{}

func (full) Name() string                               { return "full" }
func (full) Take(context.Context, []event.Report) error { return errors.New("no room") }

func TestReportsOfAScooterStayInOrder(t *testing.T) {
	record := newRecorder()
	close(record.gate)
	r := started(t, func(o *mqttbridge.Options) { o.Sinks = []mqttbridge.Sink{record} })
	var want []int
	for n := range 100 {
		want = append(want, n)
		for plate := range 5 {
			r.sayOn(t, "bike", 0, fmt.Sprintf(`{"a":27,"i":"A%d","b":%d,"c":0}`, plate, n))
		}
	}
	for plate := range 5 {
		name := fmt.Sprint("A", plate)
		require.Eventually(t, func() bool { return len(record.of(name)) == 100 }, patience, time.Millisecond)
		require.Equal(t, want, record.of(name))
	}
}

// Redis takes nothing, reports flood in: an answer goes its way, and what does not fit is counted.
func TestFloodDoesNotDelayAnAnswer(t *testing.T) {
	record := newRecorder()
	r := started(t, func(o *mqttbridge.Options) {
		o.Sinks, o.Shards, o.ReportQueue = []mqttbridge.Sink{record}, 1, 100
	})
	opened := false
	defer func() {
		if !opened {
			close(record.gate)
		}
	}()
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	const flood = 1000
	for range flood {
		r.sayOn(t, "bike", 0, `{"a":27,"i":"A1","b":50,"c":0}`)
	}
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
	dropped := r.count(t, "reports_dropped_total", "cause", "queue_full")
	require.Positive(t, dropped)
	close(record.gate)
	opened = true
	require.Eventually(t, func() bool { return len(record.of("A1")) == flood+1-int(dropped) }, patience, time.Millisecond,
		"every report is written or counted")
}

func TestScooterIsHeard(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		for n, frame := range []string{`{"a":27,"i":"A1","b":50,"c":0}`, `{"a":2,"i":"A1","s":0}`, `{"a":199,"i":"A1"}`} {
			send := fmt.Sprint("s", n)
			require.NoError(t, r.leases.TakeHeard(t.Context(), "A1", waiter("A1", send), window))
			r.say(t, `{"a":27,"i":"A2","b":50,"c":0}`) // another
			r.say(t, "%s", frame)
			got := r.temporal.next(t)
			require.Equal(t, "scooter/A1", got.workflow)
			require.Equal(t, "heard", got.name)
			heard, ok := got.arg.(command.Heard)
			require.True(t, ok)
			require.Equal(t, send, heard.SendID)
			require.False(t, heard.At.IsZero())
			require.Eventually(t, func() bool {
				all, err := r.leases.Listeners(t.Context(), "A1")
				return err == nil && len(all) == 0
			}, patience, time.Millisecond, "who was told is not told again")
		}
		require.Equal(t, 3, r.temporal.total())
	})
}

func TestListenerIsToldWhenTemporalIsBack(t *testing.T) {
	r := started(t, func(o *mqttbridge.Options) { o.Patience = 50 * time.Millisecond })
	r.temporal.fail(serviceerror.NewUnavailable("restarting"))
	require.NoError(t, r.leases.TakeHeard(t.Context(), "A1", waiter("A1", "s1"), window))
	r.say(t, `{"a":27,"i":"A1","b":50,"c":0}`)
	r.awaitCount(t, "heard_total", "outcome", "late", 1)
	r.temporal.fail(nil)
	require.Eventually(t, func() bool { // the next message, or one after it, brings the signal
		r.say(t, `{"a":27,"i":"A1","b":50,"c":0}`)
		return r.temporal.total() == 1
	}, patience, 20*time.Millisecond)
}

func TestListenerThatEndedIsForgotten(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.temporal.fail(serviceerror.NewNotFound("gone"))
	require.NoError(t, r.leases.TakeHeard(t.Context(), "A1", waiter("A1", "s1"), window))
	r.say(t, `{"a":27,"i":"A1","b":50,"c":0}`)
	require.Eventually(t, func() bool {
		all, err := r.leases.Listeners(t.Context(), "A1")
		return err == nil && len(all) == 0
	}, patience, time.Millisecond)
}
