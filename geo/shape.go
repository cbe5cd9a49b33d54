package geo

import "fmt"

// ShapeError says why rings make no area, to the person who drew them: polygons, rings and vertices are counted from 1.
type ShapeError struct {
	Polygon, Ring, Vertex int // 0: it is not about one
	Problem               string
}

func (e *ShapeError) Error() string {
	switch {
	case e.Vertex > 0:
		return fmt.Sprintf("%s, vertex %d %s", place{e.Polygon, e.Ring}, e.Vertex, e.Problem)
	case e.Ring > 0:
		return fmt.Sprintf("%s %s", place{e.Polygon, e.Ring}, e.Problem)
	case e.Polygon > 0:
		return fmt.Sprintf("polygon %d %s", e.Polygon, e.Problem)
	}
	return "the shape " + e.Problem
}

// place is one ring of a shape.
type place struct{ polygon, ring int }

func (p place) String() string { return fmt.Sprintf("polygon %d, ring %d", p.polygon, p.ring) }

func (p place) error(vertex int, format string, args ...any) error {
	return &ShapeError{Polygon: p.polygon, Ring: p.ring, Vertex: vertex, Problem: fmt.Sprintf(format, args...)}
}
