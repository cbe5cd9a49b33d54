package geo

import "github.com/golang/geo/s2"

// Simplify leaves out the places of a line that are not needed to draw it: none lies farther than the tolerance, in metres, from what
// is left (Douglas and Peucker). The ends stay.
func Simplify(line []Point, tolerance float64) []Point {
	if len(line) < 3 || !(tolerance > 0) {
		return line
	}
	places := make([]s2.Point, len(line))
	for i, p := range line {
		places[i] = p.s2()
	}
	needed := make([]bool, len(line))
	needed[0], needed[len(line)-1] = true, true
	type stretch struct{ from, to int }
	for open := []stretch{{0, len(line) - 1}}; len(open) > 0; {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		farthest, off := 0, tolerance
		for i := s.from + 1; i < s.to; i++ {
			if d := s2.DistanceFromSegment(places[i], places[s.from], places[s.to]).Radians() * earthRadius; d > off {
				farthest, off = i, d
			}
		}
		if farthest > 0 {
			needed[farthest] = true
			open = append(open, stretch{s.from, farthest}, stretch{farthest, s.to})
		}
	}
	var out []Point
	for i, p := range line {
		if needed[i] {
			out = append(out, p)
		}
	}
	return out
}
