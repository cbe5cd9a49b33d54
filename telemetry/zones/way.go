package zones

import (
	"math"
	"time"

	"rodada/domain/zone"
	"rodada/geo"
)

const (
	// passGap is the longest time between two fixes whose straight way stands for the ride.
	passGap = time.Minute
	// longestWay is how many fixes near borders are kept; a ride that hugs them for longer has passed nothing.
	longestWay = 32
)

// mark is a fix on the way.
type mark struct {
	Point geo.Point `json:"at"`
	Time  time.Time `json:"time"`
}

// way is where a ride has been since it was last clearly in what is in force for it, and that place first.
type way []mark

// and is the way with one more fix, unless that is where the last one was.
func (w way) and(m mark) way {
	switch {
	case len(w) == 0 || len(w) == longestWay:
		return nil
	case geo.Distance(w[len(w)-1].Point, m.Point) < clearly:
		return w
	}
	return append(w, m)
}

// passed finds what was in force on a way and is at neither end of it, which lie clearly in what is. Fixes that are a few metres
// off graze much: a zone was passed only when the straight way between the ends meets it, and the way does so wherever it is
// moved to by as much as fixes are off. So it lies across the way, and may be as narrow as it likes.
func (w way) passed(set zone.Set, c zone.Case, ends ...string) []zone.Crossing {
	from, to := w[0].Point, w[len(w)-1].Point
	straight := (way{w[0], w[len(w)-1]}).met(set, c, from, ends)
	if len(straight) == 0 || from == to {
		return nil
	}
	var everywhere []map[zone.Force]bool // what the moved ways meet
	for _, moved := range around(from, clearly) {
		everywhere = append(everywhere, w.met(set, c, moved, ends))
	}
	var passes []zone.Crossing
	seen := map[string]bool{"": true}
	for _, k := range ends {
		seen[k] = true
	}
	for i, m := range w[1:] {
		before := w[i]
		for _, s := range along(set, before.Point, m.Point, c) {
			k := key(s.Crossing)
			if seen[k] || !straight[s.Force] || !inAll(everywhere, s.Force) {
				continue
			}
			seen[k] = true
			s.At, s.Passed = before.Time.Add(time.Duration(s.middle*float64(m.Time.Sub(before.Time)))), true
			passes = append(passes, s.Crossing)
		}
	}
	return passes
}

// met is what is in force along a way that is moved so that it begins at from, but for what is so at its ends.
func (w way) met(set zone.Set, c zone.Case, from geo.Point, ends []string) map[zone.Force]bool {
	met := map[zone.Force]bool{}
	north, east := from.Lat-w[0].Point.Lat, from.Lng-w[0].Point.Lng
	moved := func(p geo.Point) geo.Point {
		return geo.Point{Lat: min(max(p.Lat+north, -90), 90), Lng: math.Remainder(p.Lng+east, 360)}
	}
	for i, m := range w[1:] {
		for _, s := range along(set, moved(w[i].Point), moved(m.Point), c) {
			if k := key(s.Crossing); k != "" && k != ends[0] && k != ends[1] {
				met[s.Force] = true
			}
		}
	}
	return met
}

func inAll(all []map[zone.Force]bool, f zone.Force) bool {
	for _, met := range all {
		if !met[f] {
			return false
		}
	}
	return true
}
