package activities

import (
	"context"
	"time"
)

// ScooterStore keeps what outlasts a ride.
type ScooterStore interface {
	// SetScooterLimit keeps a limit that the scooter took from staff, unless it took another later.
	SetScooterLimit(ctx context.Context, plate string, kmh int, at time.Time) error
}

// LimitInput is a speed limit that staff gave a scooter.
type LimitInput struct {
	Plate string    `json:"plate"`
	Kmh   int       `json:"kmh"`
	At    time.Time `json:"at"` // when the scooter had it
}

// KeepLimit stores the limit that the next ride begins with.
func (s *Scooters) KeepLimit(ctx context.Context, in LimitInput) error {
	return Failure(s.Store.SetScooterLimit(ctx, in.Plate, in.Kmh, in.At))
}
