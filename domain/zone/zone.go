// Package zone says what may happen where: rules on areas, in the terms of GBFS v3 geofencing_zones.
package zone

import (
	"rodada/geo"
)

// Zone is one version of an area with a rule. Versions never change; the set in force has a version of its own.
type Zone struct {
	ID      int64
	Version int64
	Name    string
	Order   int // lower goes first: the first zone that contains a place decides
	Area    geo.Area
	// RideEnd says whether a ride may end here. (GBFS ride_end_allowed)
	RideEnd bool
}

// Set is the zones in force with the version of the whole.
type Set struct {
	Version int64
	Zones   []Zone // by Order
}

// Place is somewhere a ride may end.
type Place struct {
	Zone   string    `json:"zone"`
	Point  geo.Point `json:"point"`
	Meters float64   `json:"meters"` // from where the rider is
}

// MayEnd judges the end of a ride at p: the first zone that contains p decides; outside of every zone a ride may end only
// when no zone allows ends at all. When it may not, the nearest allowed place comes with the answer, if there is one.
func (s Set) MayEnd(p geo.Point) (bool, *Place) {
	somewhere := false
	for _, z := range s.Zones {
		if z.Area.Contains(p) {
			if z.RideEnd {
				return true, nil
			}
			return false, s.nearest(p)
		}
		somewhere = somewhere || z.RideEnd
	}
	if !somewhere {
		return true, nil
	}
	return false, s.nearest(p)
}

// nearest finds the closest point where a ride may end. A point on the border of an allowed zone that an earlier zone
// forbids does not count.
func (s Set) nearest(p geo.Point) *Place {
	var best *Place
	for _, z := range s.Zones {
		if !z.RideEnd {
			continue
		}
		at, meters := z.Area.Nearest(p)
		if best != nil && meters >= best.Meters || s.forbidden(at, z) {
			continue
		}
		best = &Place{Zone: z.Name, Point: at, Meters: meters}
	}
	return best
}

func (s Set) forbidden(p geo.Point, allowing Zone) bool {
	for _, z := range s.Zones {
		if z.Order >= allowing.Order {
			return false
		}
		if !z.RideEnd && z.Area.Contains(p) {
			return true
		}
	}
	return false
}
