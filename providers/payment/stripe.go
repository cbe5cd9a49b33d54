package payment

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v85"

	"rodada/domain/payment"
)

// StripeName is Stripe in rows and webhooks.
const StripeName = "stripe"

// StripeOptions is how to reach Stripe.
type StripeOptions struct {
	Key     string   // secret
	Secrets []string // that webhooks are signed with: any of them
	URL     string   // of the API; empty: Stripe's own
	Timeout time.Duration
}

// Stripe is the real provider.
type Stripe struct {
	api     *stripe.Client
	secrets []string
}

// NewStripe makes the way to Stripe; nothing is sent yet.
func NewStripe(o StripeOptions) *Stripe {
	if o.Timeout <= 0 {
		o.Timeout = 20 * time.Second
	}
	c := &stripe.BackendConfig{
		HTTPClient: &http.Client{Timeout: o.Timeout}, EnableTelemetry: stripe.Bool(false), MaxNetworkRetries: stripe.Int64(0), // who calls tries again
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}, // it would write what must not be written
	}
	if o.URL != "" {
		c.URL = stripe.String(o.URL)
	}
	return &Stripe{api: stripe.NewClient(o.Key, stripe.WithBackends(stripe.NewBackendsWithConfig(c))), secrets: o.Secrets}
}

// Name is how rows call it.
func (*Stripe) Name() string { return StripeName }

// rider and payment IDs are all that Stripe is told of whom and what a thing is for.
const (
	metaRider   = "rodada_rider"
	metaPayment = "rodada_payment"
	metaMethod  = "rodada_method"
)

// Customer makes a rider known.
func (s *Stripe) Customer(ctx context.Context, riderID string) (string, error) {
	params := &stripe.CustomerCreateParams{}
	params.AddMetadata(metaRider, riderID)
	params.SetIdempotencyKey("customer/" + riderID)
	made, err := s.api.V1Customers.Create(ctx, params)
	if err != nil {
		return "", trouble(err)
	}
	return made.ID, nil
}

// ForgetCustomer forgets a rider and all cards.
func (s *Stripe) ForgetCustomer(ctx context.Context, customer string) error {
	_, err := s.api.V1Customers.Delete(ctx, customer, nil)
	return unlessMissing(err)
}

// BeginSetup begins to save a card, to be charged also when its rider is away.
func (s *Stripe) BeginSetup(ctx context.Context, methodID, customer string) (payment.Setup, error) {
	params := &stripe.SetupIntentCreateParams{
		Customer: stripe.String(customer), PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
		Usage: stripe.String(string(stripe.SetupIntentUsageOffSession)),
	}
	params.AddMetadata(metaMethod, methodID)
	params.SetIdempotencyKey("setup/" + methodID)
	made, err := s.api.V1SetupIntents.Create(ctx, params)
	if err != nil {
		return payment.Setup{}, trouble(err)
	}
	return payment.Setup{Reference: made.ID, ClientSecret: made.ClientSecret}, nil
}

// Setup is how far a card is.
func (s *Stripe) Setup(ctx context.Context, reference string) (payment.Setup, error) {
	params := &stripe.SetupIntentRetrieveParams{}
	params.AddExpand("payment_method")
	got, err := s.api.V1SetupIntents.Retrieve(ctx, reference, params)
	if err != nil {
		return payment.Setup{}, trouble(err)
	}
	out := payment.Setup{Reference: got.ID, ClientSecret: got.ClientSecret}
	if got.Status == stripe.SetupIntentStatusSucceeded && got.PaymentMethod != nil {
		out.Done, out.Token = true, got.PaymentMethod.ID
		if card := got.PaymentMethod.Card; card != nil {
			out.Card = payment.Card{Brand: string(card.Brand), Last4: card.Last4, ExpMonth: int(card.ExpMonth), ExpYear: int(card.ExpYear)}
		}
	}
	return out, nil
}

// Detach forgets a card.
func (s *Stripe) Detach(ctx context.Context, card string) error {
	_, err := s.api.V1PaymentMethods.Detach(ctx, card, nil)
	var said *stripe.Error
	if errors.As(err, &said) && said.Code == stripe.ErrorCodePaymentMethodUnexpectedState { // it belongs to nobody any more
		return nil
	}
	return unlessMissing(err)
}

func unlessMissing(err error) error {
	var said *stripe.Error
	if errors.As(err, &said) && said.Code == stripe.ErrorCodeResourceMissing {
		return nil
	}
	return trouble(err)
}

// trouble tells a refusal from an error after which nobody knows. Neither has the words of Stripe, which may quote what was sent.
func trouble(err error) error {
	var said *stripe.Error
	if err == nil || !errors.As(err, &said) {
		return err
	}
	cause := errors.New("stripe: " + string(said.Type) + " " + string(said.Code) + " (request " + said.RequestID + ")")
	switch {
	case said.HTTPStatusCode == http.StatusUnauthorized, said.HTTPStatusCode == http.StatusForbidden, said.HTTPStatusCode == http.StatusConflict,
		said.HTTPStatusCode == http.StatusTooManyRequests, said.HTTPStatusCode >= http.StatusInternalServerError:
		return cause // a wrong key is ours to mend, and no rider's fault
	case said.Type == stripe.ErrorTypeCard, said.Type == stripe.ErrorTypeInvalidRequest:
		return &payment.RefusedError{Failure: failureOf(said), Cause: cause}
	}
	return cause
}

// failureOf says why in our words.
func failureOf(said *stripe.Error) payment.Failure {
	switch {
	case said == nil:
		return payment.Declined
	case said.Code == stripe.ErrorCodeInsufficientFunds, said.DeclineCode == stripe.DeclineCodeInsufficientFunds:
		return payment.NoFunds
	case said.Code == stripe.ErrorCodeExpiredCard, said.DeclineCode == stripe.DeclineCodeExpiredCard:
		return payment.Expired
	case said.Code == stripe.ErrorCodeAuthenticationRequired, said.Code == stripe.ErrorCodePaymentIntentAuthenticationFailure,
		said.DeclineCode == stripe.DeclineCodeAuthenticationRequired:
		return payment.Authentication
	case said.Code == stripe.ErrorCodeResourceMissing && said.Param == "payment_method", said.Code == stripe.ErrorCodePaymentMethodUnexpectedState:
		return payment.CardGone
	case said.Type == stripe.ErrorTypeInvalidRequest:
		return payment.Impossible
	}
	return payment.Declined
}
