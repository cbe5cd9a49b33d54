package payment

import (
	"context"
	"fmt"

	"rodada/domain/money"
)

// Provider takes money from cards. Every call may be repeated: after an error nobody knows whether it was heard, except after a
// *RefusedError.
type Provider interface {
	// Name is what rows and webhooks call it.
	Name() string
	// Customer makes a rider known, who is nothing but an ID there.
	Customer(ctx context.Context, riderID string) (reference string, err error)
	// BeginSetup begins to save a card, which the rider gives to the provider alone.
	BeginSetup(ctx context.Context, methodID, customer string) (Setup, error)
	// Setup is how far that is.
	Setup(ctx context.Context, reference string) (Setup, error)
	// Detach forgets a card; one that is not known is forgotten.
	Detach(ctx context.Context, card string) error
	// ForgetCustomer forgets a rider and all cards.
	ForgetCustomer(ctx context.Context, customer string) error

	// Create makes a payment known, and takes nothing. The same payment is the same intent.
	Create(ctx context.Context, o Order) (Intent, error)
	// Confirm has it taken, once.
	Confirm(ctx context.Context, o Order, reference string) (Intent, error)
	// Look is how it stands.
	Look(ctx context.Context, reference string) (Intent, error)
	// Cancel sees to it that nothing is taken any more; what was taken already stays so.
	Cancel(ctx context.Context, reference string) (Intent, error)

	// Event reads what the provider tells unasked: ErrSignature unless it was signed by the provider, and lately.
	Event(body []byte, signature string) (Event, error)
}

// Setup is a card on its way.
type Setup struct {
	Reference    string
	ClientSecret string // for the rider's app alone
	Done         bool
	Token        string // of the card, once it is done
	Card         Card
}

// Order is a payment as the provider is told of it.
type Order struct {
	PaymentID string
	RiderID   string
	Customer  string
	Token     string // of the card
	Amount    money.Amount
	Absent    bool // the rider is not there to confirm anything
}

// Intent is a payment at the provider.
type Intent struct {
	Reference string
	State     State
	Failure   Failure
	// Open is a failure that is none yet: the rider's app could pay after all, until it is cancelled.
	Open         bool
	Amount       money.Amount
	ClientSecret string // for the rider's app alone
}

// Event is what the provider tells unasked.
type Event struct {
	ID        string
	PaymentID string // empty: it is about nothing that matters here
	Intent    Intent
}

// RefusedError is an error after which nothing was done, and nothing would be by trying again.
type RefusedError struct {
	Failure Failure
	Cause   error
}

func (r *RefusedError) Error() string {
	return fmt.Sprintf("payment: refused (%s): %v", r.Failure, r.Cause)
}

// Unwrap is what the provider said.
func (r *RefusedError) Unwrap() error { return r.Cause }
