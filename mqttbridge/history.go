package mqttbridge

import (
	"sync"
	"time"

	"rodada/broker"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
)

// Keeper keeps points until the history has them. When Append returns nil they are safe, whatever happens to this process; after an
// error the same may be appended again.
type Keeper interface {
	Append(lines []byte, points int) error
}

const (
	// gather is how long messages are gathered before they are made safe together and acknowledged.
	gather = 3 * time.Millisecond
	// keepPatience is how long a keeper that fails holds up acknowledgements. Longer, and the broker would send no answers to
	// commands either.
	keepPatience = 2 * time.Second
	// mostGathered bounds what waits in memory for a keeper that is slow.
	mostGathered = 64 << 20
)

// Why points are not in the history.
const (
	pointsFull       = "queue_full" // more came than the keeper takes
	pointsDisk       = "disk"       // the keeper failed for too long
	pointsUnwritable = "unwritable" // of a plate that InfluxDB has no way to write
)

// group is what is made safe in one go: points, and the messages to acknowledge when they are.
type group struct {
	lines    []byte
	points   int
	messages []broker.Message
}

// gathering is the group that messages are added to. Its writer is the session, its reader the lane that keeps.
type gathering struct {
	mu     sync.Mutex
	group  group
	closed bool
	wake   chan struct{} // has room for one: there is something to take
}

// add puts a message and its reading, if any, into the group, in the order of arrival. It reports whether the reading had room.
func (g *gathering) add(in broker.Message, r *history.Reading) (fits bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return true // not acknowledged: it comes again
	}
	if fits = len(g.group.lines) < mostGathered || r.Parts == 0; fits {
		g.group.lines = r.Append(g.group.lines)
		g.group.points += r.Lines()
	}
	g.group.messages = append(g.group.messages, in)
	g.nudge()
	return fits
}

func (g *gathering) nudge() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// take swaps the group for an empty one; false: it is closed, and this is the last.
func (g *gathering) take(empty group) (group, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	full := g.group
	g.group = group{lines: empty.lines[:0], messages: empty.messages[:0]}
	return full, !g.closed
}

func (g *gathering) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.nudge()
}

// workHistory makes one group after the other safe and acknowledges its messages: an answer is on its way to whoever waits for
// it by then, and does not wait for this.
func (b *Bridge) workHistory() {
	var g group
	for more := true; more; {
		<-b.gathered.wake
		b.await(gather)
		g, more = b.gathered.take(g)
		b.keep(&g)
		for i, m := range g.messages {
			m.Ack()
			g.messages[i] = broker.Message{}
		}
	}
}

// await waits, unless the bridge stops.
func (b *Bridge) await(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-b.stopping:
	}
}

// keep makes a group safe, or gives it up: while the keeper fails it is offered each group once, so that acknowledgements
// go on, and what it does not take is counted.
func (b *Bridge) keep(g *group) {
	if g.points == 0 || b.options.History == nil {
		return
	}
	wait := gather
	for began := time.Now(); ; {
		err := b.options.History.Append(g.lines, g.points)
		if err == nil {
			b.keeperFails = false
			return
		}
		if b.keeperFails || time.Since(began) > keepPatience {
			b.keeperFails = true
			b.counts.pointsDropped.WithLabelValues(pointsDisk).Add(float64(g.points))
			b.options.Log.Error("points are lost: they can't be kept", "points", g.points, "error", err)
			return
		}
		b.options.Log.Warn("points can't be kept; the broker waits for its acknowledgements", "points", g.points, "error", err)
		b.await(wait)
		wait = min(2*wait, keepPatience/8)
	}
}

// record thins what a report says and gathers the rest for the history, with the message that is acknowledged after it.
func (b *Bridge) record(in broker.Message, e event.Report) {
	r := history.ReadingOf(e)
	if b.options.History == nil {
		r.Parts = 0
	}
	if r.Parts != 0 {
		b.thin(&r)
	}
	b.counts.clock(e)
	if !b.gathered.add(in, &r) {
		b.counts.pointsDropped.WithLabelValues(pointsFull).Add(float64(r.Lines()))
	}
}

func (b *Bridge) thin(r *history.Reading) {
	said := r.Lines()
	if b.sampler.Thin(r) {
		b.counts.repeated.Inc()
	} else if left := r.Lines(); left < said {
		b.counts.thinned.Add(float64(said - left))
	}
	if r.Parts != 0 && !r.Writable() {
		b.counts.pointsDropped.WithLabelValues(pointsUnwritable).Add(float64(r.Lines()))
		r.Parts = 0
	}
	b.counts.points.Add(float64(r.Lines()))
}
