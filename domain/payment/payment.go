// Package payment is money that comes in from outside: riders' cards, as tokens of a payment provider, and what is collected from
// them. No card number is ever here. What the provider says may come late, twice and in any order, so that states only go up.
package payment

import (
	"time"

	"rodada/domain/money"
)

// State is how far a payment is.
type State string

// The states, from the lowest to the highest.
const (
	Created     State = "created"      // written down; the provider may know of it, and has not been told to take anything
	NeedsAction State = "needs_action" // the rider has to confirm it with the bank
	Processing  State = "processing"   // the provider has it, and will say
	Failed      State = "failed"       // over: nothing was taken
	Succeeded   State = "succeeded"    // over: the provider has the money
)

// States lists every state, from the lowest to the highest.
func States() []State { return []State{Created, NeedsAction, Processing, Failed, Succeeded} }

func (s State) rank() int {
	for i, one := range States() {
		if s == one {
			return i
		}
	}
	return -1
}

// Join is what a state becomes by news, however late these come: the higher of the two. Money that the provider has counts even after
// it was said that there will be none.
func (s State) Join(news State) State {
	if news.rank() > s.rank() {
		return news
	}
	return s
}

// Final reports whether a payment is over.
func (s State) Final() bool { return s == Failed || s == Succeeded }

// Purpose says what a payment is for.
type Purpose string

// The purposes.
const (
	TopUp Purpose = "topup" // its rider asked for it
	Debt  Purpose = "debt"  // collected without its rider, who owes
)

// Failure says why a payment failed.
type Failure string

// The failures.
const (
	Declined       Failure = "declined"       // by the bank, which does not say why
	NoFunds        Failure = "no_funds"       // too little on the card
	Expired        Failure = "expired"        // the card is too old
	Authentication Failure = "authentication" // the rider was not who the bank wanted, or was needed and not there
	Abandoned      Failure = "abandoned"      // nobody confirmed it in time
	CardGone       Failure = "card_gone"      // it was taken away meanwhile
	Impossible     Failure = "impossible"     // the provider does not take such a payment
	Unreachable    Failure = "unreachable"    // the provider was away
)

// Failures lists every failure.
func Failures() []Failure {
	return []Failure{Declined, NoFunds, Expired, Authentication, Abandoned, CardGone, Impossible, Unreachable}
}

// OfCard reports whether the bank said no to the card: what thieves hear who try cards.
func (f Failure) OfCard() bool {
	switch f {
	case Declined, NoFunds, Expired, Authentication:
		return true
	}
	return false
}

// Card is what may be shown of a card.
type Card struct {
	Brand    string `json:"brand"`
	Last4    string `json:"last4"`
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
}

// Payment is one sum to be collected.
type Payment struct {
	ID        string // UUID
	RiderID   string
	MethodID  string
	Purpose   Purpose
	Provider  string
	Amount    money.Amount
	State     State
	Failure   Failure
	Reference string // of the provider, sealed for ReferencePurpose; empty: none yet, or erased
	Card      Card   // it was or is to be taken from
	CreatedAt time.Time
	SettledAt time.Time // zero: it is not over
}

// ReferencePurpose is what the provider's reference of a payment is sealed for.
func ReferencePurpose(id string) string { return "payment/" + id }

// New is a payment to be written down.
type New struct {
	ID       string
	RiderID  string
	MethodID string // empty: the default of the rider
	Provider string
	Purpose  Purpose
	Amount   money.Amount
	Key      string // idempotency, of the rider; empty: none
	Digest   string // of the request under that key
}

// News is what the provider says of a payment.
type News struct {
	State   State
	Failure Failure
}

// Filter picks payments; what is empty picks all.
type Filter struct {
	RiderID      string
	States       []State
	Provider     string
	Purpose      Purpose
	Since, Until time.Time
	Least, Most  int64 // minor units
}
