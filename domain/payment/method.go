package payment

import "time"

// Method is a card that a rider has given the provider.
type Method struct {
	ID        string // UUID
	RiderID   string
	Provider  string
	Reference string // of the card at the provider or, before it is saved, of its setup; sealed for MethodPurpose
	Card      Card
	Default   bool // of those at its provider: what is paid with unless a request says otherwise
	CreatedAt time.Time
	SavedAt   time.Time // zero: the rider has not given it yet
}

// MethodPurpose is what the provider's reference of a method is sealed for.
func MethodPurpose(id string) string { return "payment-method/" + id }

// CustomerPurpose is what the provider's reference of a rider is sealed for.
func CustomerPurpose(riderID string) string { return "payment-customer/" + riderID }

// Limits of riders' cards.
const (
	MaxMethods = 10
	// MaxSetups is how many cards a rider may begin to give in SetupsWithin: each asks something of the provider, and thieves try cards.
	MaxSetups    = 10
	SetupsWithin = time.Hour
)

// Removal is a reference that the provider is to forget: of a card, or of a rider with all cards.
type Removal struct {
	ID        string // of the method, or of the rider
	Customer  bool
	Provider  string
	Reference string // sealed
}

// Purpose is what the reference is sealed for.
func (r Removal) Purpose() string {
	if r.Customer {
		return CustomerPurpose(r.ID)
	}
	return MethodPurpose(r.ID)
}
