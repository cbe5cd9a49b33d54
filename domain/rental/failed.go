package rental

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/geo"
)

// The faults of claiming that a ride failed.
var (
	ErrNotFailed  = fault.Declare(fault.Conflict, "ride_not_failed", "This ride was too long or went too far to count as failed. Write to support.")
	ErrFailedOver = fault.Declare(fault.Limited, "failed_rides_spent", "You have reported many failed rides lately. Write to support.")
)

// FailedRule says which rides may count as failed: those shorter than both. The zero value: none.
type FailedRule struct {
	Under  time.Duration // from the unlock to the end
	Within int64         // metres
}

// Notes of the ledger about rides that failed.
const (
	FailedClaimed = "failed ride, said its rider"
	FailedUnmoved = "failed ride, the scooter did not move"
)

// How many rides of a rider may fail in a time, whoever says so; more is for support.
const (
	FailedClaims = 3
	FailedSpan   = 30 * 24 * time.Hour
)

// unmoved is how far two fixes of a scooter that stands may lie apart, in metres.
const unmoved = 30

// Boxes say every half a minute where they are, unless they are told otherwise.
const (
	parked = 2 * time.Minute  // how long before the unlock a fix may be that says where the ride began
	after  = 5 * time.Second  // how long after it
	unseen = 30 * time.Second // how much of a ride may come after the fix that says where it ended
)

// Trip is what is known of how far a ride went.
type Trip struct {
	Usage    fare.Usage
	From, To *geo.Point // nil: nobody knows
}

// Course is what is stored of a ride for its Trip: from the unlock to the stop, and where a satellite saw the scooter last at
// each of the two.
type Course struct {
	Usage              fare.Usage
	Unlocked, Stopped  time.Time
	AtUnlock, AtTheEnd fleet.Sighted
}

// Trip takes for the places of begin and end what was seen close enough to them in time: a scooter may have been carried
// before it was taken, and driven on after it was seen.
func (c Course) Trip() Trip {
	t := Trip{Usage: c.Usage}
	if c.Unlocked.IsZero() {
		return t
	}
	since := c.Unlocked.Add(-parked)
	if from := c.AtUnlock; from.At.After(since) && !from.At.After(c.Unlocked.Add(after)) {
		t.From = &from.Position
	}
	if to := c.AtTheEnd; to.At.After(since) && min(c.Stopped.Sub(to.At), c.Stopped.Sub(c.Unlocked)) <= unseen {
		t.To = &to.Position
	}
	return t
}

// apart is how far the places of begin and end lie apart, where both are known.
func (t Trip) apart() (meters float64, known bool) {
	if t.From == nil || t.To == nil || t.From.IsZero() || t.To.IsZero() {
		return 0, false
	}
	return geo.Distance(*t.From, *t.To), true
}

// Failed reports whether a ride may count as failed when somebody says so.
func (r FailedRule) Failed(t Trip) bool {
	apart, _ := t.apart()
	return t.Usage.Riding+t.Usage.Paused < r.Under && t.Usage.Meters < r.Within && apart < float64(r.Within)
}

// Unmoved reports whether a ride counts as failed with nobody saying so: it was short, the counter of the scooter shows nothing,
// and it is known to stand where it stood.
func (r FailedRule) Unmoved(t Trip) bool {
	apart, known := t.apart()
	return r.Failed(t) && t.Usage.Meters == 0 && known && apart <= unmoved
}
