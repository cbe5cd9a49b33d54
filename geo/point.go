// Package geo is places on the Earth: points, areas and how far apart they are. Shapes are spherical (S2), so that an edge is a
// great circle and no zone breaks at a meridian; distances are those of the ellipsoid, because money hangs on them.
package geo

import (
	"encoding/json"
	"math"

	"github.com/golang/geo/s2"
)

// Point is a place in degrees, WGS84.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
}

// MarshalJSON writes six decimals, which are 11 cm: more would be noise that looks like knowledge.
func (p Point) MarshalJSON() ([]byte, error) {
	type plain Point
	return json.Marshal(plain{round(p.Lat), round(p.Lng)})
}

func round(degrees float64) float64 { return math.Round(degrees*1e6) / 1e6 }

// IsZero reports whether the point is 0/0, which devices send when they know nothing.
func (p Point) IsZero() bool { return p.Lat == 0 && p.Lng == 0 }

// Valid reports whether the point is on the Earth.
func (p Point) Valid() bool { return s2.LatLngFromDegrees(p.Lat, p.Lng).IsValid() }

func (p Point) s2() s2.Point { return s2.PointFromLatLng(s2.LatLngFromDegrees(p.Lat, p.Lng)) }

func fromS2(p s2.Point) Point {
	ll := s2.LatLngFromPoint(p)
	return Point{Lat: ll.Lat.Degrees(), Lng: ll.Lng.Degrees()}
}
