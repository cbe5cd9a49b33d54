package api

import (
	"context"
	"time"

	"rodada/geo"
)

// Live is the last known state of scooters.
type Live interface {
	// Near lists the scooters seen within meters of a place, the nearest first, at most limit.
	Near(ctx context.Context, at geo.Point, meters float64, limit int) ([]Sighting, error)
	// Sighting is what one scooter last said; false when nothing is known.
	Sighting(ctx context.Context, plate string) (Sighting, bool, error)
}

// Sighting is what a scooter last said of itself.
type Sighting struct {
	Plate    string
	Position geo.Point
	Battery  int // percent; -1 unknown
	Seen     time.Time
}
