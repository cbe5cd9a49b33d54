package payment

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"

	"rodada/domain/payment"
)

// Customer is a rider's ID.
func (*Sandbox) Customer(_ context.Context, riderID string) (string, error) {
	return "sandbox_cus_" + riderID, nil
}

// ForgetCustomer has nothing to forget.
func (*Sandbox) ForgetCustomer(context.Context, string) error { return nil }

const setupPrefix = "sandbox_seti_"

// BeginSetup takes the card as given at once: there is no app that could give one to the sandbox.
func (s *Sandbox) BeginSetup(ctx context.Context, methodID, _ string) (payment.Setup, error) {
	return s.Setup(ctx, setupPrefix+methodID)
}

// Setup is done.
func (*Sandbox) Setup(_ context.Context, reference string) (payment.Setup, error) {
	return payment.Setup{
		Reference: reference, ClientSecret: reference + "_secret", Done: true, Token: "sandbox_pm_" + strings.TrimPrefix(reference, setupPrefix),
		Card: payment.Card{Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2034},
	}, nil
}

// Detach has nothing to forget.
func (*Sandbox) Detach(context.Context, string) error { return nil }

// notice is the body of the sandbox's webhooks.
type notice struct {
	ID        string          `json:"id"`
	PaymentID string          `json:"payment_id"`
	State     payment.State   `json:"state"`
	Failure   payment.Failure `json:"failure,omitempty"`
	Minor     int64           `json:"amount"`
	Currency  string          `json:"currency"`
}

// Event reads a webhook of the sandbox's, which is signed as Stripe signs.
func (s *Sandbox) Event(body []byte, signature string) (payment.Event, error) {
	if err := signed(body, signature, s.o.Now(), s.o.Secret); err != nil {
		return payment.Event{}, payment.ErrSignature.Because(err)
	}
	var n notice
	if err := json.Unmarshal(body, &n); err != nil || n.ID == "" {
		return payment.Event{}, payment.ErrEvent.Because(err)
	}
	i := payment.Intent{Reference: intentPrefix + n.PaymentID, State: n.State, Failure: n.Failure, Open: n.State == payment.Failed}
	i.Amount.Minor, i.Amount.Currency = n.Minor, n.Currency
	return payment.Event{ID: n.ID, PaymentID: n.PaymentID, Intent: i}, nil
}

// Sign is a webhook's signature, as Stripe and the sandbox write it.
func Sign(body []byte, secret string, at time.Time) string {
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(webhook.ComputeSignature(at, body, secret)))
}

// tell sends the webhooks of an intent that was just confirmed, in its conduct's way.
func (s *Sandbox) tell(p slip) {
	if s.o.Deliver == nil || p.conduct() == TellsNothing {
		return
	}
	s.sent.Go(func() {
		send := func(name string, state payment.State, failure payment.Failure) {
			body, _ := json.Marshal(notice{
				ID: "sandbox_evt_" + name + "_" + p.PaymentID, PaymentID: p.PaymentID, State: state, Failure: failure, Minor: p.Amount.Minor, Currency: p.Amount.Currency,
			})
			_ = s.o.Deliver(s.ctx, body, Sign(body, s.o.Secret, time.Now())) // whoever was not told looks
		}
		now := func() (payment.State, payment.Failure) { return p.confirmed(s.o.Now().Sub(*p.ConfirmedAt)) }
		state, failure := now()
		switch p.conduct() {
		case TellsLate:
			s.sleep(LateTime)
		case Asks, TakesTime:
			send("first", state, failure)
			s.sleep(max(ActionTime, ProcessingTime))
			state, failure = now()
		}
		if s.ctx.Err() != nil {
			return
		}
		send("last", state, failure)
		if p.conduct() == TellsTwice {
			send("last", state, failure)
			send("last", state, failure)
			send("first", payment.Processing, "")
		}
	})
}

func (s *Sandbox) sleep(d time.Duration) {
	select {
	case <-s.ctx.Done():
	case <-time.After(d):
	}
}
