// Package pass is what riders buy ahead: minutes of riding, or rides, for some days. What a pass has left is derived from the bills of
// the rides that it paid for, as a balance is from the ledger: there is no number of its own that could differ.
package pass

import (
	"encoding/json"
	"time"

	"rodada/domain/fault"
	"rodada/domain/money"
)

// The faults of passes.
var (
	ErrProduct   = fault.Declare(fault.NotFound, "pass_product_unknown", "No such pass is on sale.")
	ErrNotOnSale = fault.Declare(fault.Conflict, "pass_not_on_sale", "This pass is not on sale.")
	ErrInvalid   = fault.Declare(fault.Invalid, "pass_product_invalid", "The pass has a value that can't be.")
	ErrUnknown   = fault.Declare(fault.NotFound, "pass_unknown", "There is no such pass.")
	ErrUsed      = fault.Declare(fault.Conflict, "pass_used", "A ride has this pass: it can be revoked, but its price is not given back.")
	ErrGiven     = fault.Declare(fault.Conflict, "pass_given", "This pass was given and cost nothing: it can be revoked.")
)

// Allowance is what a pass gives.
type Allowance string

// The allowances.
const (
	Minutes Allowance = "minutes" // so many minutes of riding, on however many rides
	Rides   Allowance = "rides"   // so many rides, of each so many minutes of riding
)

// The bounds of products.
const (
	MaxDays    = 366
	MaxMinutes = 100_000
	MaxRides   = 10_000
)

// Terms is what a pass gives.
type Terms struct {
	Allowance Allowance
	Minutes   int  // of riding: in all, or of each ride
	Rides     int  // of Rides
	Unlock    bool // rides that it pays for are unlocked for free
	Days      int  // it is good for, of 24 hours each
	City      string
	Area      json.RawMessage // of the city, when the product was made: GeoJSON
	Models    []int64         // of scooters; none: all
}

// Product is a pass as staff offer it. It never changes, but can be taken off sale.
type Product struct {
	ID string
	Terms
	NameES, NameEN string
	Price          money.Amount
	SaleFrom       time.Time
	SaleUntil      time.Time // zero: until it is ended
	CreatedAt      time.Time
	EndedAt        time.Time // by staff
	Sold           int       // and given
}

// Name is what the product is called in a language.
func (p Product) Name(lang string) string {
	if lang == "es" {
		return p.NameES
	}
	return p.NameEN
}

// SaleState is where a product is in its life.
type SaleState string

// The states of products.
const (
	Upcoming SaleState = "upcoming"
	OnSale   SaleState = "on_sale"
	Ended    SaleState = "ended"
)

// State is where the product is at a moment.
func (p Product) State(at time.Time) SaleState {
	switch {
	case !p.EndedAt.IsZero(), !p.SaleUntil.IsZero() && !at.Before(p.SaleUntil):
		return Ended
	case at.Before(p.SaleFrom):
		return Upcoming
	}
	return OnSale
}

// Pass is one that a rider has.
type Pass struct {
	ID      string
	RiderID string
	Product
	Paid        int64 // minor units; 0: it was given
	Given       bool  // by staff
	StartsAt    time.Time
	EndsAt      time.Time
	RevokedAt   time.Time
	Refunded    bool
	UsedMinutes int
	UsedRides   int // that it paid a part of
}

// State is what has become of a pass.
type State string

// The states of passes.
const (
	Active   State = "active"
	UsedUp   State = "used_up"
	Expired  State = "expired"
	Revoked  State = "revoked"
	Refunded State = "refunded" // which ends it as well
)

// State is what has become of the pass at a moment.
func (p Pass) State(at time.Time) State {
	minutes, rides := p.Left()
	switch {
	case p.Refunded:
		return Refunded
	case !p.RevokedAt.IsZero():
		return Revoked
	case !at.Before(p.EndsAt):
		return Expired
	case p.Allowance == Rides && rides == 0, minutes == 0:
		return UsedUp
	}
	return Active
}

// Left is how many minutes it has for its next ride, and how many rides; none of those where it counts minutes alone.
func (p Pass) Left() (minutes, rides int) {
	if p.Allowance == Rides {
		return p.Minutes, max(0, p.Rides-p.UsedRides)
	}
	return max(0, p.Minutes-p.UsedMinutes), 0
}
