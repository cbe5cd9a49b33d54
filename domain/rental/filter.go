package rental

import "time"

// Filter picks rentals; what is empty picks all.
type Filter struct {
	RiderID string
	Plate   string   // as the scooter was called then
	States  []string // what riders see: a State while it is open, else its Outcome
	Reasons []Reason // of voids
	Models  []int64
	Money   []Settled
	Failed  *bool // it cost nothing because it failed
	ZoneID  int64 // where it ended, as the zone is drawn now
	Since   time.Time
	Until   time.Time // opened before
	// AmountFrom and AmountBelow bound its bill, in minor units; what has no bill has 0. AmountBelow 0: any.
	AmountFrom  int64
	AmountBelow int64
}

// Settled is how the money of a rental stands.
type Settled string

// How the money of a rental may stand.
const (
	Due      Settled = "due"      // it was ridden, and is not charged yet
	Charged  Settled = "charged"  // refunded or not
	Refunded Settled = "refunded" // in part or whole
	Waived   Settled = "waived"   // it was ridden and will not be charged
)
