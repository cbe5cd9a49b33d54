package geo

import "github.com/golang/geo/s2"

// nesting finds rings that do not lie as those of polygons do: a hole within its outer ring and beside the other holes, a
// polygon beside the others or within a hole of one. Their edges do not cross. (RFC 7946, 3.1.6)
func nesting(loops []*s2.Loop, places []place) error {
	var polygons [][]*s2.Loop // outer ring first
	for i, loop := range loops {
		if places[i].ring == 1 {
			polygons = append(polygons, nil)
		}
		last := len(polygons) - 1
		polygons[last] = append(polygons[last], loop)
	}
	for i, rings := range polygons {
		if err := holes(i+1, rings); err != nil {
			return err
		}
		for j, others := range polygons[:i] {
			if apart(rings, others) || apart(others, rings) {
				continue
			}
			return place{i + 1, 1}.error(0, Overlap, "lies over polygon %d, outside of its holes", j+1)
		}
	}
	return nil
}

// holes finds a ring of a polygon that is no hole in it.
func holes(polygon int, rings []*s2.Loop) error {
	for j, hole := range rings[1:] {
		at := place{polygon, j + 2}
		if !rings[0].Contains(hole) {
			return at.error(0, Outside, "is a hole that does not lie within ring 1")
		}
		for k, other := range rings[1 : j+1] {
			if hole.Intersects(other) {
				return at.error(0, Overlap, "is a hole over the one of ring %d", k+2)
			}
		}
	}
	return nil
}

// apart reports whether a polygon lies beside another, or within a hole of it.
func apart(rings, others []*s2.Loop) bool {
	if !rings[0].Intersects(others[0]) {
		return true
	}
	for _, hole := range others[1:] {
		if hole.Contains(rings[0]) {
			return true
		}
	}
	return false
}
