package geo

import "fmt"

// ShapeError says why rings make no area, to the person who drew them: polygons, rings and vertices are counted from 1.
type ShapeError struct {
	Polygon, Ring, Vertex int // 0: it is not about one
	Flaw                  Flaw
	Problem               string // the flaw in words, with what it is about
}

// Flaw is a kind of fault of a shape, for a program.
type Flaw string

// The flaws.
const (
	Unreadable   Flaw = "unreadable"   // not what GeoJSON has in this place
	NoRing       Flaw = "no_ring"      // an area without a border
	TooFew       Flaw = "too_few"      // a ring with fewer than three corners
	OffEarth     Flaw = "off_earth"    // a vertex that is no place
	Repeated     Flaw = "repeated"     // a vertex at the place of another
	Flat         Flaw = "flat"         // a ring that lies on a line
	Crossing     Flaw = "crossing"     // an edge that crosses another
	Outside      Flaw = "outside"      // a hole that is not within its outer ring
	Overlap      Flaw = "overlap"      // a polygon over another, or a hole over another
	Inconsistent Flaw = "inconsistent" // rings that make no area together
)

// Flaws lists every flaw.
func Flaws() []Flaw {
	return []Flaw{Unreadable, NoRing, TooFew, OffEarth, Repeated, Flat, Crossing, Outside, Overlap, Inconsistent}
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

func (p place) error(vertex int, flaw Flaw, format string, args ...any) error {
	return &ShapeError{Polygon: p.polygon, Ring: p.ring, Vertex: vertex, Flaw: flaw, Problem: fmt.Sprintf(format, args...)}
}
