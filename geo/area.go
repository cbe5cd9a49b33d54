package geo

import (
	"fmt"

	"github.com/golang/geo/s2"
)

// earthRadius is the mean radius of WGS84 in metres (IUGG).
const earthRadius = 6371008.8

// Area is one or more polygons, each an outer ring with holes, as in a GeoJSON MultiPolygon (RFC 7946, 3.1.7).
type Area struct {
	polygon *s2.Polygon
}

// NewArea builds an area from polygons of rings; a ring is closed by itself, and its direction does not matter.
func NewArea(polygons [][][]Point) (Area, error) {
	var loops []*s2.Loop
	for _, rings := range polygons {
		for _, ring := range rings {
			loop, err := newLoop(ring)
			if err != nil {
				return Area{}, err
			}
			loops = append(loops, loop)
		}
	}
	if len(loops) == 0 {
		return Area{}, fmt.Errorf("an area needs at least one ring")
	}
	if cross(loops) {
		return Area{}, fmt.Errorf("the area's rings cross themselves or each other")
	}
	polygon := s2.PolygonFromLoops(loops)
	if err := polygon.Validate(); err != nil {
		return Area{}, fmt.Errorf("the area's rings make no polygon: %w", err)
	}
	return Area{polygon}, nil
}

func newLoop(ring []Point) (*s2.Loop, error) {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		ring = ring[:n-1]
	}
	if len(ring) < 3 {
		return nil, fmt.Errorf("a ring needs at least three corners, this one has %d", len(ring))
	}
	points := make([]s2.Point, len(ring))
	for i, p := range ring {
		if !p.Valid() {
			return nil, fmt.Errorf("corner %d is not on the Earth: %v", i, p)
		}
		points[i] = p.s2()
	}
	loop := s2.LoopFromPoints(points)
	loop.Normalize()
	if err := loop.Validate(); err != nil {
		return nil, fmt.Errorf("a ring is degenerate: %w", err)
	}
	return loop, nil
}

// cross reports whether any two edges of the rings cross, which the library's own validation does not look for.
func cross(loops []*s2.Loop) bool {
	index := s2.NewShapeIndex()
	for _, loop := range loops {
		index.Add(loop)
	}
	query := s2.NewCrossingEdgeQuery(index)
	for _, loop := range loops {
		for i := range loop.NumVertices() {
			if len(query.CrossingsEdgeMap(loop.Vertex(i), loop.Vertex(i+1), s2.CrossingTypeInterior)) > 0 {
				return true
			}
		}
	}
	return false
}

// Contains reports whether p lies in the area.
func (a Area) Contains(p Point) bool { return a.polygon != nil && a.polygon.ContainsPoint(p.s2()) }

// Distance is the great-circle distance of two points in metres.
func Distance(a, b Point) float64 {
	return a.s2().Distance(b.s2()).Radians() * earthRadius
}
