package live

import (
	"math"
	"sync"

	"rodada/geo"
)

// thickness remembers how thick free scooters stood where somebody looked for them, so that the first search around a place is
// about as wide as it needs to be. It is a guess: whoever finds too few looks farther.
type thickness struct {
	mu    sync.Mutex
	parts map[part]float64 // scooters per square metre
}

// part is a part of a town, 2 km from south to north.
type part struct{ lat, lng int }

const (
	partsPerDegree = 50
	mostParts      = 4096 // after that many it begins anew
)

// enough is how many a search should expect to see, so that mostly it sees as many as are wanted.
func enough(wants int) float64 { return 1.3*float64(wants) + 5 }

func partOf(p geo.Point) part {
	return part{int(math.Floor(p.Lat * partsPerDegree)), int(math.Floor(p.Lng * partsPerDegree))}
}

// ring is how wide a first search for so many is, in metres.
func (t *thickness) ring(p geo.Point, wants int) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	thick := t.parts[partOf(p)]
	if thick == 0 {
		return firstRing
	}
	return math.Sqrt(enough(wants) / (thick * math.Pi))
}

// saw keeps what a search saw: so many within so many metres.
func (t *thickness) saw(p geo.Point, many int, reach float64) {
	if many == 0 || reach <= 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.parts == nil || len(t.parts) >= mostParts {
		t.parts = map[part]float64{}
	}
	t.parts[partOf(p)] = float64(many) / (math.Pi * reach * reach)
}
