// Package zone says what may happen where: rules on areas, in the terms of GBFS v3 geofencing_zones.
package zone

import (
	"math"

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
	Zone   string    `json:"zone"` // its name; empty outside of every zone
	Point  geo.Point `json:"point"`
	Meters float64   `json:"meters"` // from where the rider is, to the centimetre
}

// MayEnd judges the end of a ride at p: the first zone that contains p decides; outside of every zone a ride may end only
// when no zone allows ends at all. When it may not, the nearest allowed place comes with the answer, if there is one.
func (s Set) MayEnd(p geo.Point) (bool, *Place) {
	if allowed, _ := s.judge(p); allowed {
		return true, nil
	}
	areas := make([]geo.Area, len(s.Zones))
	for i, z := range s.Zones {
		areas[i] = z.Area
	}
	at, meters, found := geo.Nearest(p, areas, func(p geo.Point) bool {
		allowed, _ := s.judge(p)
		return allowed
	})
	if !found {
		return false, nil
	}
	_, name := s.judge(at)
	return false, &Place{Zone: name, Point: at, Meters: math.Round(100*meters) / 100}
}

// judge says whether a ride may end at p, and which zone says so, if any.
func (s Set) judge(p geo.Point) (allowed bool, zone string) {
	somewhere := false
	for _, z := range s.Zones {
		if z.Area.Contains(p) {
			return z.RideEnd, z.Name
		}
		somewhere = somewhere || z.RideEnd
	}
	return !somewhere, ""
}
