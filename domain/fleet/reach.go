package fleet

import (
	"time"

	"rodada/geo"
)

// What is allowed beyond the model's top speed: two fixes may each be off by noise, a clock by a second or two, and a scooter
// that rolls downhill is faster than its motor.
const (
	fixNoise  = 60 // metres, for both fixes together
	fixClocks = 2 * time.Second
	downhill  = 1.25
)

// Reaches reports whether a scooter that was seen here could have been seen there as well, before or after, at no more than
// kmh. A long time between the two allows much. Somebody who carries it in a van may be faster.
func (s Sighted) Reaches(there Sighted, kmh int) bool {
	if !s.Position.Valid() || !there.Position.Valid() {
		return false
	}
	apart := there.At.Sub(s.At).Abs() + fixClocks
	return geo.Distance(s.Position, there.Position) <= fixNoise+apart.Seconds()*float64(kmh)/3.6*downhill
}
