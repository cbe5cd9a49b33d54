package geo

import (
	"slices"

	"github.com/golang/geo/s2"
)

// Cuts is where the straight way between two places crosses the borders of areas, as parts of the way, ascending: between two of
// them all of it lies in the same areas.
func (l *Layer) Cuts(from, to Point) []float64 {
	if len(l.areas) == 0 || from == to || !from.Valid() || !to.Valid() {
		return nil
	}
	a, b := from.s2(), to.s2()
	length := a.Distance(b)
	var parts []float64
	for shape, edges := range s2.NewCrossingEdgeQuery(l.index).CrossingsEdgeMap(a, b, s2.CrossingTypeInterior) {
		for _, i := range edges {
			e := shape.Edge(i)
			parts = append(parts, float64(a.Distance(s2.Intersection(a, b, e.V0, e.V1))/length))
		}
	}
	slices.Sort(parts)
	return parts
}

// Along is the place at a part of the straight way between two others: 0 is the first, 1 the second.
func Along(from, to Point, part float64) Point {
	return fromS2(s2.Interpolate(part, from.s2(), to.s2()))
}
