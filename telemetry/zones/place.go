package zones

import (
	"fmt"
	"math"

	"rodada/domain/zone"
	"rodada/geo"
)

// The hysteresis, for fixes that are about 5 m off.
const (
	// deep is how far beyond a border, in metres, one fix is enough to have crossed it.
	deep = 15
	// clearly is how far beyond it several fixes in a row are, and several how many.
	clearly = 5
	several = 3
	// directions is in how many directions a fix may be off.
	directions = 8
)

// inForce is what holds for a case at p, as the ride would be told.
func inForce(set zone.Set, p geo.Point, c zone.Case) zone.Crossing {
	return crossingOf(set, set.Judge(p, c))
}

func crossingOf(set zone.Set, v zone.Verdict) zone.Crossing {
	c := zone.Crossing{Set: set.Version, Force: zone.Force{Through: v.RideThrough, MaxKmh: v.MaxKmh}}
	if v.Zone != nil {
		c.ZoneID, c.ZoneVersion, c.Zone = v.Zone.ID, v.Zone.Version, v.Zone.Name
	}
	return c
}

// key tells what is in force from anything else. Where nothing is, it does not matter in which zone.
func key(c zone.Crossing) string {
	if c.Free() {
		return ""
	}
	return fmt.Sprintf("%d/%d %t %d", c.ZoneID, c.ZoneVersion, c.Through, c.MaxKmh)
}

// within reports whether what is in force at p is so all around it, up to so many metres away.
func within(set zone.Set, p geo.Point, c zone.Case, what string, meters float64) bool {
	for _, to := range around(p, meters) {
		if len(set.Cuts(p, to)) == 0 {
			continue
		}
		for _, s := range along(set, p, to, c) {
			if key(s.Crossing) != what {
				return false
			}
		}
	}
	return true
}

// around is the places so many metres from p.
func around(p geo.Point, meters float64) (all [directions]geo.Point) {
	for i := range all {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / directions)
		all[i] = offset(p, meters*cos, meters*sin)
	}
	return all
}

// stretch is a piece of a straight way on which the same is in force.
type stretch struct {
	zone.Crossing
	middle float64 // as a part of the way
}

// along is the stretches of the straight way between two places.
func along(set zone.Set, from, to geo.Point, c zone.Case) []stretch {
	var all []stretch
	begin := 0.0
	for _, end := range append(set.Cuts(from, to), 1) {
		if end > begin {
			middle := (begin + end) / 2
			all = append(all, stretch{inForce(set, geo.Along(from, to, middle), c), middle})
		}
		begin = end
	}
	return all
}

// offset is the place so many metres to the north and to the east, near enough for tens of metres.
func offset(p geo.Point, north, east float64) geo.Point {
	const perDegree = 111_320
	p.Lat = min(max(p.Lat+north/perDegree, -90), 90)
	p.Lng += east / (perDegree * max(math.Cos(p.Lat*math.Pi/180), 0.01))
	if p.Lng > 180 {
		p.Lng -= 360
	}
	if p.Lng < -180 {
		p.Lng += 360
	}
	return p
}
