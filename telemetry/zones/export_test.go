package zones

import (
	"math"

	"rodada/geo"
)

// Knows reports whether the tracker goes by a version of the zones.
func (t *Tracker) Knows(version int64) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.known && t.set.Version == version
}

// Offset is the place so many metres away in a direction.
func Offset(p geo.Point, meters, direction float64) geo.Point {
	sin, cos := math.Sincos(direction)
	return offset(p, meters*cos, meters*sin)
}
