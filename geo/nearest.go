package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"
)

// inset is how far inside an admitted place Nearest answers, so that neither rounding nor a step aside leaves it again.
const inset = s1.Angle(1 / earthRadius)

// Nearest finds the closest place to p that a rule admits, and how many metres away it is. What the rule says may change only
// at the borders of the areas. Parts narrower than a metre may be missed. What is closest is judged on the sphere, and measured on
// the ellipsoid.
//
// The closest place is on a border: where it comes closest to p, at a corner, or where two borders cross.
func Nearest(p Point, areas []Area, admits func(Point) bool) (at Point, meters float64, found bool) {
	if admits(p) {
		return p, 0, true
	}
	s := search{from: p.s2(), admits: admits, limit: s1.InfAngle()}
	var edges []s2.Edge
	for _, a := range areas {
		edges = append(edges, a.edges()...)
	}
	candidates := make([]s2.Point, 0, 2*len(edges))
	for _, e := range edges {
		candidates = append(candidates, e.V0, s2.Project(s.from, e.V0, e.V1))
	}
	s.try(candidates)
	s.try(s.crossings(edges))
	if !s.found {
		return Point{}, 0, false
	}
	return s.best, Distance(p, s.best), true
}

// search is the closest place so far.
type search struct {
	from   s2.Point
	admits func(Point) bool
	best   Point
	limit  s1.Angle
	found  bool
}

// try takes the closest of the candidates that the rule admits somewhere beside them.
func (s *search) try(candidates []s2.Point) {
	type far struct {
		s2.Point
		away s1.Angle
	}
	sorted := make([]far, 0, len(candidates)) // there may be a million
	for _, c := range candidates {
		if away := c.Distance(s.from); away < s.limit {
			sorted = append(sorted, far{c, away})
		}
	}
	slices.SortFunc(sorted, func(a, b far) int { return cmp.Compare(a.away, b.away) })
	for _, c := range sorted {
		for _, beside := range s.around(c.Point) {
			place := fromS2(beside)
			if s.admits(place) {
				s.best, s.limit, s.found = place, beside.Distance(s.from), true
				return
			}
		}
	}
}

// around gives points close to c, the one that lies behind it first.
func (s *search) around(c s2.Point) []s2.Point {
	const directions = 16
	ahead := c.Sub(s.from.Vector)
	ahead = ahead.Sub(c.Mul(ahead.Dot(c.Vector))) // in the plane that touches the Earth at c
	if ahead.Norm2() == 0 {
		ahead = c.Ortho()
	}
	ahead = ahead.Normalize()
	aside := c.Cross(ahead)
	points := make([]s2.Point, directions)
	for i := range points {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / directions)
		direction := ahead.Mul(cos).Add(aside.Mul(sin))
		points[i] = s2.Point{Vector: c.Mul(math.Cos(inset.Radians())).Add(direction.Mul(math.Sin(inset.Radians()))).Normalize()}
	}
	return points
}

// crossings are where two edges cross, among those that come closer than the best place.
func (s *search) crossings(edges []s2.Edge) []s2.Point {
	near := slices.DeleteFunc(edges, func(e s2.Edge) bool { return s2.DistanceFromSegment(s.from, e.V0, e.V1) >= s.limit })
	var points []s2.Point
	for i, a := range near {
		for _, b := range near[i+1:] {
			if s2.CrossingSign(a.V0, a.V1, b.V0, b.V1) == s2.Cross {
				points = append(points, s2.Intersection(a.V0, a.V1, b.V0, b.V1))
			}
		}
	}
	return points
}

func (a Area) edges() []s2.Edge {
	if a.polygon == nil {
		return nil
	}
	edges := make([]s2.Edge, 0, a.polygon.NumEdges())
	for _, loop := range a.polygon.Loops() {
		for i := range loop.NumVertices() {
			edges = append(edges, s2.Edge{V0: loop.Vertex(i), V1: loop.Vertex(i + 1)})
		}
	}
	return edges
}
