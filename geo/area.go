package geo

import (
	"cmp"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// earthRadius is the mean radius of WGS84 in metres (IUGG).
const earthRadius = 6371008.8

// Area is one or more polygons, each an outer ring with holes, as in a GeoJSON MultiPolygon (RFC 7946, 3.1.7).
type Area struct {
	polygon *s2.Polygon
}

// NewArea builds an area from polygons of rings; a ring is closed by itself, and its direction does not matter. Where they
// make no area the error is a *ShapeError.
func NewArea(polygons [][][]Point) (Area, error) { return newArea(polygons, true) }

// KnownArea is NewArea for what made an area before: where its rings lie is not looked at again.
func KnownArea(polygons [][][]Point) (Area, error) { return newArea(polygons, false) }

func newArea(polygons [][][]Point, check bool) (Area, error) {
	var loops []*s2.Loop
	var places []place
	for i, rings := range polygons {
		if len(rings) == 0 {
			return Area{}, &ShapeError{Polygon: i + 1, Flaw: NoRing, Problem: "has no ring"}
		}
		for j, ring := range rings {
			at := place{polygon: i + 1, ring: j + 1}
			loop, err := newLoop(at, ring)
			if err != nil {
				return Area{}, err
			}
			loops, places = append(loops, loop), append(places, at)
		}
	}
	if len(loops) == 0 {
		return Area{}, &ShapeError{Flaw: NoRing, Problem: "has no ring"}
	}
	if check {
		if err := crossing(loops, places); err != nil {
			return Area{}, err
		}
	}
	for i, loop := range loops {
		loop.Normalize()
		if loop.Validate() != nil {
			return Area{}, places[i].error(0, Inconsistent, "is no ring around an area")
		}
	}
	if check {
		if err := nesting(loops, places); err != nil {
			return Area{}, err
		}
	}
	polygon := s2.PolygonFromLoops(loops)
	if polygon.Validate() != nil {
		return Area{}, &ShapeError{Flaw: Inconsistent, Problem: "has rings that make no area together"}
	}
	return Area{polygon}, nil
}

// newLoop makes a loop of a ring, with its vertices in the order in which they were drawn.
func newLoop(at place, ring []Point) (*s2.Loop, error) {
	if n := len(ring); n > 1 && ring[0] == ring[n-1] {
		ring = ring[:n-1]
	}
	if len(ring) < 3 {
		return nil, at.error(0, TooFew, "needs at least three corners and has %d", len(ring))
	}
	points := make([]s2.Point, len(ring))
	seen := make(map[s2.Point]int, len(ring))
	for i, p := range ring {
		if !p.Valid() {
			return nil, at.error(i+1, OffEarth, "is not on the Earth: longitude %v, latitude %v", p.Lng, p.Lat)
		}
		points[i] = p.s2()
		if first, twice := seen[points[i]]; twice {
			return nil, at.error(i+1, Repeated, "is the same place as vertex %d", first)
		}
		seen[points[i]] = i + 1
	}
	if flat(points) {
		return nil, at.error(0, Flat, "is flat: it lies on a line and surrounds no area")
	}
	return s2.LoopFromPoints(points), nil
}

// flatBelow is how wide a ring must be to be one.
const flatBelow = s1.Angle(0.1 / earthRadius)

// flat reports whether all points lie on one line, more or less.
func flat(points []s2.Point) bool {
	farthest := func(from s2.Point) s2.Point {
		return slices.MaxFunc(points, func(a, b s2.Point) int { return cmp.Compare(a.Distance(from), b.Distance(from)) })
	}
	one := farthest(points[0])
	other := farthest(one)
	return !slices.ContainsFunc(points, func(p s2.Point) bool { return s2.DistanceFromSegment(p, one, other) >= flatBelow })
}

// crossing finds two edges of the rings that cross, which the library's own validation does not look for.
func crossing(loops []*s2.Loop, places []place) error {
	index := s2.NewShapeIndex()
	at := make(map[s2.Shape]place, len(loops))
	for i, loop := range loops {
		index.Add(loop)
		at[loop] = places[i]
	}
	query := s2.NewCrossingEdgeQuery(index)
	for i, loop := range loops {
		for v := range loop.NumVertices() {
			for other, edges := range query.CrossingsEdgeMap(loop.Vertex(v), loop.Vertex(v+1), s2.CrossingTypeInterior) {
				if len(edges) > 0 {
					return places[i].error(v+1, Crossing, "begins an edge that crosses the one from vertex %d of %s", edges[0]+1, at[other])
				}
			}
		}
	}
	return nil
}

// Contains reports whether p lies in the area.
func (a Area) Contains(p Point) bool { return a.polygon != nil && a.polygon.ContainsPoint(p.s2()) }
