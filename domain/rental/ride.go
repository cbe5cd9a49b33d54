package rental

import "time"

// Ride is what others need to know of a rental while its scooter is ridden or paused: whose it is, and what may be expected.
type Ride struct {
	RentalID string    `json:"rental_id"`
	Plate    string    `json:"plate"`
	ModelID  int64     `json:"model_id"`  // 0 unknown
	LimitKmh int       `json:"limit_kmh"` // the speed limit in force
	Since    time.Time `json:"since"`     // the unlock
}

// UnderWay reports whether a rider has the scooter in this state, rolling or paused.
func (s State) UnderWay() bool { return s == Riding || s == Paused }
