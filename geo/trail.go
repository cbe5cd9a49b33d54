package geo

import "time"

// lag is how many later fixes settle an earlier one: those that come after them change it by centimetres.
const lag = 12

// Trail is a route that is still going on: Smooth for fixes that come one by one. Its latest nodes move a little with every
// fix, those before have settled. It is not for use by several at once.
type Trail struct {
	options SmoothOptions
	keep    int
	settled []Node
	dropped int
	until   time.Time // what is not later has settled
	prior   *moment   // where the open fixes go on from
	open    []Fix
}

// NewTrail keeps the latest nodes: so many that have settled, and those that have not.
func NewTrail(o SmoothOptions, keep int) *Trail {
	return &Trail{options: o.orUsual(), keep: max(0, keep)}
}

// Add takes a fix. One that is too late, or no place at all, changes nothing, and it says so.
func (t *Trail) Add(f Fix) bool {
	if !f.Point.Valid() || !t.until.IsZero() && !f.At.After(t.until) {
		return false
	}
	t.open = inOrder(append(t.open, f))
	if len(t.open) >= 2*lag {
		t.settle()
	}
	return true
}

// settle fixes the nodes of the older half of what is open.
func (t *Trail) settle() {
	t.until = t.open[lag-1].At
	tracks, _ := smooth(t.open, t.options, t.prior)
	used := 0
	for _, track := range tracks {
		for i, f := range track.fixes {
			if f.At.After(t.until) {
				break
			}
			t.settled = append(t.settled, track.node(i))
			t.prior = &moment{track.filtered[i], f.At, track.plane}
			used++
		}
	}
	t.dropped += lag - used
	t.open = append([]Fix(nil), t.open[lag:]...)
	if over := len(t.settled) - t.keep; over > 0 {
		t.settled = append([]Node(nil), t.settled[over:]...)
	}
}

// Route is the trail as it looks now.
func (t *Trail) Route() Route {
	tracks, dropped := smooth(t.open, t.options, t.prior)
	r := Route{Nodes: append([]Node(nil), t.settled...), Dropped: t.dropped + dropped}
	for _, track := range tracks {
		for i := range track.fixes {
			r.Nodes = append(r.Nodes, track.node(i))
		}
	}
	return r
}
