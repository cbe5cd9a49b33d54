package api

import (
	"context"
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
)

// Live is the last known state of scooters.
type Live interface {
	// Offered lists the scooters that a rider could take, the nearest first: free and in service as far as the books have told,
	// full enough, online, and seen by satellite lately. Of each it says where it is, its battery and when it was seen.
	Offered(ctx context.Context, o Offer) ([]Sighting, error)
	// Sighting is what one scooter last said; false when nothing is known.
	Sighting(ctx context.Context, plate string) (Sighting, bool, error)
	// Sightings is what many scooters last said, by plate; one that nothing is known of is not in it.
	Sightings(ctx context.Context, plates []string) (map[string]Sighting, error)
}

// Changes tells which scooters changed. A cursor is how far somebody has read, in any process of the API.
type Changes interface {
	// Now is the cursor of the latest change.
	Now(ctx context.Context) (cursor string, err error)
	// Since is the scooters that changed after a cursor, and the cursor of the last of these changes. False: they are forgotten, or
	// the cursor is none, and whoever asks must look at all scooters again.
	Since(ctx context.Context, after string) (plates []string, last string, kept bool, err error)
	// At is when the change of a cursor was; the zero time: nobody knows.
	At(cursor string) time.Time
	// LastHeard is the scooters whose latest message came after one time and not after another.
	LastHeard(ctx context.Context, after, until time.Time) ([]string, error)
	// Fleet is every scooter of the fleet.
	Fleet(ctx context.Context) ([]string, error)
}

// Offer asks for scooters to rent.
type Offer struct {
	Center     geo.Point
	Meters     float64 // around it
	Limit      int
	Battery    int       // percent, or more
	SeenAfter  time.Time // heard of since
	FixedAfter time.Time // seen by satellite since
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
	Signal         *int      // of its radio; nil: unknown
	Vibrated       time.Time // when it last told that somebody moves it; zero: never
	Seen           time.Time // when its last message came
	// Service and Hold are a copy of what the books say, a second or two old; empty: they have not told.
	Service fleet.Service
	Hold    fleet.Hold
	Gone    bool // the books had it, and have it no more
}
