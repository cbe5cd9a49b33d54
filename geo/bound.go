package geo

import (
	"math"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// Near reports whether the area may come within so many metres of p: false only when it does not.
func (a Area) Near(p Point, meters float64) bool {
	if a.polygon == nil {
		return false
	}
	if math.IsInf(meters, 1) {
		return true
	}
	bound := a.polygon.CapBound()
	// A hundredth more than the sphere says, for the ellipsoid is up to half of that off.
	return bound.Center().Distance(p.s2()) <= bound.Radius()+s1.Angle(1.01*meters/earthRadius)
}

// Box is a part of a map: between two parallels and two meridians. West is greater than east where it spans the antimeridian.
type Box struct{ West, South, East, North float64 }

// Valid reports whether there is such a part of the Earth.
func (b Box) Valid() bool {
	return Point{Lat: b.South, Lng: b.West}.Valid() && Point{Lat: b.North, Lng: b.East}.Valid() && b.South <= b.North
}

// Touches reports whether the area may lie in a box, in part: false only when it does not.
func (a Area) Touches(b Box) bool {
	if a.polygon == nil {
		return false
	}
	box := s2.RectFromLatLng(s2.LatLngFromDegrees(b.South, b.West))
	box.Lat.Hi = s2.LatLngFromDegrees(b.North, b.East).Lat.Radians()
	box.Lng.Hi = s2.LatLngFromDegrees(b.North, b.East).Lng.Radians()
	return a.polygon.RectBound().Intersects(box)
}
