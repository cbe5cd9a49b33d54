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
	// passGap is the longest time in seconds between two fixes whose straight way stands for the ride, and passStep how
	// finely that way is looked at, in metres.
	passGap  = 60
	passStep = 5
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

// within reports whether the same is in force all around p, so many metres away.
func within(set zone.Set, p geo.Point, c zone.Case, what string, meters float64) bool {
	const directions = 8
	for i := range directions {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / directions)
		if key(inForce(set, offset(p, meters*cos, meters*sin), c)) != what {
			return false
		}
	}
	return true
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

// pass is a zone on the way between two fixes, and how much of the way lies before it.
type pass struct {
	zone.Crossing
	part float64
}

// passed finds what was in force on the straight way between two fixes, clearly beyond its border, and is at neither end. The way
// is looked at closely only when it touches a zone that its ends do not lie in.
func passed(set zone.Set, from, to geo.Point, c zone.Case, known ...string) []pass {
	ends := map[int]bool{}
	for _, i := range append(set.At(from), set.At(to)...) {
		ends[i] = true
	}
	touched := false
	for _, i := range set.Crossed(from, to) {
		touched = touched || !ends[i]
	}
	if !touched {
		return nil
	}
	var passes []pass
	seen := map[string]bool{"": true}
	for _, k := range known {
		seen[k] = true
	}
	steps := int(geo.Distance(from, to) / passStep)
	for i := 1; i < steps; i++ {
		part := float64(i) / float64(steps)
		p := geo.Point{Lat: from.Lat + part*(to.Lat-from.Lat), Lng: from.Lng + part*math.Remainder(to.Lng-from.Lng, 360)}
		there := inForce(set, p, c)
		if k := key(there); !seen[k] && within(set, p, c, k, clearly) {
			seen[k] = true
			passes = append(passes, pass{there, part})
		}
	}
	return passes
}
