package zones

import (
	"math"
	"time"

	"rodada/domain/zone"
	"rodada/geo"
	"rodada/telemetry/event"
)

// Ride is what a ride would be told of: what is in force after each change, and what it passed. A fix comes every so often.
func Ride(set zone.Set, every time.Duration, fixes ...geo.Point) (told []zone.Crossing) {
	s, at := begin("r1"), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, p := range fixes {
		at = at.Add(every)
		was := key(s.In)
		told = append(told, s.move(set, p, at, 7)...)
		if key(s.In) != was {
			told = append(told, s.In)
		}
	}
	return told
}

// Takes says of each report of a place whether a ride goes by it.
func Takes(reports []event.Report) []bool {
	s, taken := begin("r1"), make([]bool, len(reports))
	for i, r := range reports {
		for _, f := range r.Facts {
			if p, is := f.(event.Position); is {
				taken[i] = !s.repeats(p.Point, r.At())
				s.move(zone.NewSet(1, nil), p.Point, r.At(), 7)
			}
		}
	}
	return taken
}

// Knows reports whether the tracker goes by a version of the zones.
func (t *Tracker) Knows(version int64) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.known && t.set.Version == version
}

// Idle reports whether rides have heard of all that there is.
func (t *Tracker) Idle() bool {
	t.errands.mu.Lock()
	defer t.errands.mu.Unlock()
	return len(t.errands.open) == 0
}

// Offset is the place so many metres away in a direction.
func Offset(p geo.Point, meters, direction float64) geo.Point {
	sin, cos := math.Sincos(direction)
	return offset(p, meters*cos, meters*sin)
}
