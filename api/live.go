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
	// Sightings is what many scooters last said, by plate; one that nothing is known of is not in it.
	Sightings(ctx context.Context, plates []string) (map[string]Sighting, error)
}

// Sighting is what a scooter last said of itself.
type Sighting struct {
	Plate          string
	Position       geo.Point
	PositionAt     time.Time // zero: it never said where it is
	PositionSource string    // gps, or lbs: radio cells, hundreds of metres off
	Battery        int       // percent; -1 unknown
	SpeedKmh       int       // -1 unknown
	LimitKmh       int       // -1 unknown
	Fault          int       // protocol.FaultText; -1 unknown
	Powered        *bool     // nil: unknown
	PoweredAt      time.Time // when it said so
	Fallen         *bool     // lies on its side; nil: unknown
	Alarm          *bool     // its latest position was an alarm; nil: unknown
	Vibrated       time.Time // when it last told that somebody moves it; zero: never
	Seen           time.Time // when its last message came
}
