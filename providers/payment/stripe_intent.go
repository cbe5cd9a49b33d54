package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"

	"rodada/domain/money"
	"rodada/domain/payment"
)

// Create makes a payment known, unconfirmed: Stripe makes one intent of an idempotency key, and takes nothing yet.
func (s *Stripe) Create(ctx context.Context, o payment.Order) (payment.Intent, error) {
	params := &stripe.PaymentIntentCreateParams{
		Amount: stripe.Int64(o.Amount.Minor), Currency: stripe.String(strings.ToLower(o.Amount.Currency)), Customer: stripe.String(o.Customer),
		PaymentMethod: stripe.String(o.Token), PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
	}
	params.AddMetadata(metaPayment, o.PaymentID)
	params.AddMetadata(metaRider, o.RiderID)
	params.SetIdempotencyKey(o.PaymentID)
	made, err := s.api.V1PaymentIntents.Create(ctx, params)
	return intent(made, err)
}

// Confirm has it taken. An intent can be paid once, so this may be repeated; what Stripe minds of it then, its state says better.
func (s *Stripe) Confirm(ctx context.Context, o payment.Order, reference string) (payment.Intent, error) {
	params := &stripe.PaymentIntentConfirmParams{}
	if o.Absent {
		params.OffSession = stripe.Bool(true)
	}
	done, err := s.api.V1PaymentIntents.Confirm(ctx, reference, params)
	return s.orLook(ctx, reference, done, err)
}

// Cancel sees to it that nothing is taken any more.
func (s *Stripe) Cancel(ctx context.Context, reference string) (payment.Intent, error) {
	done, err := s.api.V1PaymentIntents.Cancel(ctx, reference, nil)
	return s.orLook(ctx, reference, done, err)
}

// Look is how it stands.
func (s *Stripe) Look(ctx context.Context, reference string) (payment.Intent, error) {
	got, err := s.api.V1PaymentIntents.Retrieve(ctx, reference, nil)
	return intent(got, err)
}

// orLook takes a refusal to do something with an intent for news of it.
func (s *Stripe) orLook(ctx context.Context, reference string, done *stripe.PaymentIntent, err error) (payment.Intent, error) {
	now, err := intent(done, err)
	var refused *payment.RefusedError
	if !errors.As(err, &refused) {
		return now, err
	}
	now, look := s.Look(ctx, reference)
	switch {
	case look != nil:
		return now, look
	case now.State == payment.Created: // it was not even tried
		return now, refused
	}
	return now, nil
}

// intent reads an intent of Stripe's.
func intent(p *stripe.PaymentIntent, err error) (payment.Intent, error) {
	if err != nil {
		return payment.Intent{}, trouble(err)
	}
	i := payment.Intent{Reference: p.ID, Amount: money.Of(p.Amount, strings.ToUpper(string(p.Currency))), ClientSecret: p.ClientSecret}
	switch p.Status {
	case stripe.PaymentIntentStatusSucceeded:
		i.State, i.Amount.Minor = payment.Succeeded, p.AmountReceived
	case stripe.PaymentIntentStatusCanceled:
		i.State, i.Failure = payment.Failed, payment.Abandoned
		if p.LastPaymentError != nil {
			i.Failure = failureOf(p.LastPaymentError)
		}
	case stripe.PaymentIntentStatusRequiresPaymentMethod: // the card did not do; the app could try another
		i.State, i.Failure, i.Open = payment.Failed, failureOf(p.LastPaymentError), true
	case stripe.PaymentIntentStatusRequiresAction:
		i.State = payment.NeedsAction
	case stripe.PaymentIntentStatusProcessing, stripe.PaymentIntentStatusRequiresCapture:
		i.State = payment.Processing
	case stripe.PaymentIntentStatusRequiresConfirmation:
		i.State = payment.Created
	default:
		return payment.Intent{}, fmt.Errorf("stripe: an intent in the state %q", p.Status)
	}
	return i, nil
}

// tolerance is how old a signature may be, and how far ahead the other clock.
const tolerance = 5 * time.Minute

var (
	errNoSecret = errors.New("no secret for webhooks is set")
	errAhead    = errors.New("signed at a time that has not come")
)

// signed reports nothing when a body was signed with one of the secrets, and lately. Stripe's library lets a time pass that is to come.
func signed(body []byte, signature string, now time.Time, secrets ...string) error {
	err := errNoSecret
	for _, secret := range secrets {
		if err = webhook.ValidatePayloadWithTolerance(body, signature, secret, tolerance); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	for part := range strings.SplitSeq(signature, ",") {
		at, is := strings.CutPrefix(part, "t=")
		if seconds, err := strconv.ParseInt(at, 10, 64); is && (err != nil || time.Unix(seconds, 0).Sub(now) > tolerance) {
			return errAhead
		}
	}
	return nil
}

// Event reads a webhook of Stripe's, whatever version of the API it speaks: what is read of it has not changed.
func (s *Stripe) Event(body []byte, signature string) (payment.Event, error) {
	if err := signed(body, signature, time.Now(), s.secrets...); err != nil {
		return payment.Event{}, payment.ErrSignature.Because(err)
	}
	var e stripe.Event
	err := json.Unmarshal(body, &e)
	if err != nil || e.ID == "" {
		return payment.Event{}, payment.ErrEvent.Because(err)
	}
	out := payment.Event{ID: e.ID}
	if !strings.HasPrefix(string(e.Type), "payment_intent.") || e.Data == nil {
		return out, nil
	}
	var about stripe.PaymentIntent
	if err := json.Unmarshal(e.Data.Raw, &about); err != nil {
		return out, payment.ErrEvent.Because(err)
	}
	out.PaymentID = about.Metadata[metaPayment]
	out.Intent, err = intent(&about, nil)
	return out, err
}
