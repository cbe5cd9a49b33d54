package workflows_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/protocol"
	"rodada/workflows"
)

// gauge is what a world's workflows measure of their commands.
type gauge struct {
	client.MetricsHandler
	tags map[string]string
	all  *measured
}

type measured struct {
	mu     sync.Mutex
	counts map[string]int64         // by "command outcome"
	times  map[string]time.Duration // by command
}

func newGauge() gauge {
	return gauge{client.MetricsNopHandler, nil, &measured{counts: map[string]int64{}, times: map[string]time.Duration{}}}
}

func (g gauge) WithTags(tags map[string]string) client.MetricsHandler {
	if _, ours := tags["command"]; ours {
		g.tags = tags
	}
	return g
}

func (g gauge) Counter(name string) client.MetricsCounter {
	if name != workflows.CommandsTotal {
		return g.MetricsHandler.Counter(name)
	}
	return inc(func(n int64) {
		g.all.mu.Lock()
		defer g.all.mu.Unlock()
		g.all.counts[g.tags["command"]+" "+g.tags["outcome"]] += n
	})
}

func (g gauge) Timer(name string) client.MetricsTimer {
	if name != workflows.CommandSeconds {
		return g.MetricsHandler.Timer(name)
	}
	return timed(func(d time.Duration) {
		g.all.mu.Lock()
		defer g.all.mu.Unlock()
		g.all.times[g.tags["command"]] = d
	})
}

type (
	inc   func(int64)
	timed func(time.Duration)
)

func (f inc) Inc(n int64)              { f(n) }
func (f timed) Record(d time.Duration) { f(d) }

// Every command of a ride is counted once, by how it ended.
func TestCommandsAreMeasured(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOn, answer{after: 300 * time.Millisecond})
	w.box.will(protocol.Pause, answer{status: 1})
	w.box.will(protocol.ClearTripTime, answer{silent: true})
	w.after(time.Minute, func() { w.pause() })
	w.endAfter(2 * time.Minute)
	w.run(w.input())
	w.consistent()

	got := w.gauge.all
	require.EqualValues(t, 1, got.counts["power-on done"])
	require.EqualValues(t, 1, got.counts["pause refused"])
	require.EqualValues(t, 1, got.counts["clear-trip-time silent"])
	require.EqualValues(t, 1, got.counts["power-off done"])
	require.Equal(t, 300*time.Millisecond, got.times["power-on"])
	require.NotContains(t, got.times, "pause")
	var all int64
	for _, n := range got.counts {
		all += n
	}
	require.Len(t, w.box.sent, int(all))
}
