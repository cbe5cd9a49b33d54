// Package promotion is what codes give riders who redeem them: money in the wallet, or something off the next ride.
package promotion

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/money"
)

// The faults of promotions.
var (
	ErrUnknown   = fault.Declare(fault.NotFound, "promotion_unknown", "There is no promotion with this code.")
	ErrTaken     = fault.Declare(fault.Conflict, "promotion_taken", "There is a promotion with this code already.")
	ErrOver      = fault.Declare(fault.Conflict, "promotion_over", "This promotion is over.")
	ErrSpent     = fault.Declare(fault.Conflict, "promotion_spent", "This promotion is used up.")
	ErrRedeemed  = fault.Declare(fault.Conflict, "promotion_redeemed", "You have redeemed this promotion already.")
	ErrFirstRide = fault.Declare(fault.Conflict, "promotion_first_ride", "This promotion is for a first ride.")
	ErrInvalid   = fault.Declare(fault.Invalid, "promotion_invalid", "A promotion has an amount or a percentage as its kind asks for, starts now or later, and ends after it starts.")
)

// Kind is what a promotion gives.
type Kind string

// The kinds.
const (
	Credit  Kind = "credit"  // money in the wallet, at once
	Amount  Kind = "amount"  // so much off a ride
	Percent Kind = "percent" // a part of a ride's price off
	Unlock  Kind = "unlock"  // a ride without the price of the unlock
)

// Promotion is what staff offer under a code.
type Promotion struct {
	ID         string
	Code       string
	Kind       Kind
	Amount     int64 // minor units, of Credit and Amount
	Percent    int   // of Percent
	Currency   string
	StartsAt   time.Time
	EndsAt     time.Time // zero: never
	TotalLimit int       // redemptions of all riders; 0: no limit
	RiderLimit int       // redemptions of one rider
	FirstRide  bool      // for riders who have not ridden yet
	CreatedAt  time.Time
	EndedAt    time.Time // by staff
	Redeemed   int
	Used       int // redemptions that a ride has, or that were money
}

var code = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{2,31}$`)

// Code is a code as it is kept, however it was typed.
func Code(typed string) (string, bool) {
	c := strings.ToUpper(strings.TrimSpace(typed))
	return c, code.MatchString(c)
}

// Checked is the promotion with its code as it is kept, or ErrInvalid.
func (p Promotion) Checked() (Promotion, error) {
	c, fine := Code(p.Code)
	p.Code = c
	money, part := p.Kind == Credit || p.Kind == Amount, p.Kind == Percent
	switch {
	case !fine, !money && !part && p.Kind != Unlock,
		money != (p.Amount > 0), p.Amount < 0, p.Amount > fare.MaxAmount,
		part != (p.Percent > 0), p.Percent < 0, p.Percent > 100,
		p.TotalLimit < 0, p.RiderLimit < 1, !p.EndsAt.IsZero() && !p.EndsAt.After(p.StartsAt):
		return p, ErrInvalid
	}
	return p, nil
}

// Discount is what the promotion takes off a ride; nil: it is money.
func (p Promotion) Discount() *fare.Discount {
	switch p.Kind {
	case Amount:
		return &fare.Discount{Code: p.Code, Amount: p.Amount}
	case Percent:
		return &fare.Discount{Code: p.Code, Percent: p.Percent}
	case Unlock:
		return &fare.Discount{Code: p.Code, Unlock: true}
	}
	return nil
}

// Credit is the money that the promotion gives.
func (p Promotion) Credit() money.Amount { return money.Of(p.Amount, p.Currency) }

// Open is a fault unless the promotion can be redeemed at a moment.
func (p Promotion) Open(at time.Time) error {
	switch {
	case at.Before(p.StartsAt):
		return ErrUnknown // it is nobody's business yet
	case !p.EndedAt.IsZero(), !p.EndsAt.IsZero() && !at.Before(p.EndsAt):
		return ErrOver
	case p.TotalLimit > 0 && p.Redeemed >= p.TotalLimit:
		return ErrSpent
	}
	return nil
}

// Redemption is a promotion that a rider has redeemed.
type Redemption struct {
	ID        string
	Code      string
	Kind      Kind
	Amount    money.Amount // of Credit and Amount
	Percent   int
	FirstRide bool
	At        time.Time
	ExpiresAt time.Time // zero: never
	RentalID  string    // that it was used for
	Missed    bool      // it is for a first ride, and the first ride had another
}

// SaleState is where a promotion is in its life.
type SaleState string

// The states of promotions.
const (
	Upcoming SaleState = "upcoming"
	OnOffer  SaleState = "on_offer"
	Spent    SaleState = "spent" // its limit in all
	Over     SaleState = "over"
)

// State is where the promotion is at a moment.
func (p Promotion) State(at time.Time) SaleState {
	switch err := p.Open(at); {
	case err == nil:
		return OnOffer
	case errors.Is(err, ErrOver):
		return Over
	case errors.Is(err, ErrSpent):
		return Spent
	}
	return Upcoming
}

// Filter picks promotions; what is empty picks all.
type Filter struct {
	Code  string // that begins so
	Kinds []Kind
	State SaleState
}

// State is what has become of a redemption.
type State string

// The states.
const (
	Waiting State = "waiting" // for the next ride
	Used    State = "used"
	Expired State = "expired" // or the rider has had the first ride that it was for
)

// State is what has become of it at a moment.
func (r Redemption) State(at time.Time) State {
	switch {
	case r.Kind == Credit, r.RentalID != "":
		return Used
	case r.Missed, !r.ExpiresAt.IsZero() && !at.Before(r.ExpiresAt):
		return Expired
	}
	return Waiting
}
