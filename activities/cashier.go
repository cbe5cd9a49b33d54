package activities

import (
	"context"
	"errors"
	"fmt"

	"rodada/domain/payment"
)

// PaymentBooks is where payments are written down.
type PaymentBooks interface {
	Payment(ctx context.Context, riderID, id string) (payment.Payment, error)
	Method(ctx context.Context, riderID, id string) (payment.Method, error)
	Customer(ctx context.Context, riderID, provider string) (sealed string, err error)
	ReferPayment(ctx context.Context, id, sealed string) (kept string, err error)
	AdvancePayment(ctx context.Context, id string, news payment.News) (payment.Payment, error)
}

// Cashier collects payments at a provider. Nothing of the provider's leaves it but the state: a workflow's history is read by many.
type Cashier struct {
	Provider payment.Provider // nil: there is none
	Books    PaymentBooks
	Safe     Safe
	// Debts waits for payments to be over; nil: nobody does.
	Debts Collectors
}

// PaymentRef is one payment.
type PaymentRef struct {
	PaymentID string `json:"payment_id"`
}

// PaymentState is how a payment stands.
type PaymentState struct {
	State   payment.State   `json:"state"`
	Purpose payment.Purpose `json:"purpose"`
	// Waits is whether the provider waits for the rider; an event of before may have lifted the state above that.
	Waits bool `json:"waits,omitempty"`
}

// Announce makes a payment known to the provider, and keeps what that calls it, before anything is taken. A crash in between is made
// good by the provider, for whom the same payment is the same intent.
func (c *Cashier) Announce(ctx context.Context, in PaymentRef) (PaymentState, error) {
	p, err := c.payment(ctx, in)
	if err != nil || p.State.Final() || p.Reference != "" {
		return c.stands(ctx, p, err)
	}
	order, err := c.order(ctx, p)
	if err != nil {
		return c.refused(ctx, p, err)
	}
	intent, err := c.Provider.Create(ctx, order)
	if err != nil {
		return c.refused(ctx, p, err)
	}
	sealed, err := c.Safe.Seal(intent.Reference, payment.ReferencePurpose(p.ID))
	if err == nil {
		_, err = c.Books.ReferPayment(ctx, p.ID, sealed)
	}
	return stateOf(p), Failure(err)
}

// Collect has the provider take the money.
func (c *Cashier) Collect(ctx context.Context, in PaymentRef) (PaymentState, error) {
	return c.ask(ctx, in, func(p payment.Payment, reference string) (payment.Intent, error) {
		return c.Provider.Confirm(ctx, orderOf(p), reference)
	})
}

// Look asks the provider how a payment stands.
func (c *Cashier) Look(ctx context.Context, in PaymentRef) (PaymentState, error) {
	return c.ask(ctx, in, func(_ payment.Payment, reference string) (payment.Intent, error) {
		return c.Provider.Look(ctx, reference)
	})
}

// GiveUp sees to it that nothing is taken any more. What was taken meanwhile counts.
func (c *Cashier) GiveUp(ctx context.Context, in PaymentRef) (PaymentState, error) {
	p, err := c.Books.Payment(ctx, "", in.PaymentID)
	if err != nil {
		return stateOf(p), Failure(err)
	}
	if p.Reference == "" && !p.State.Final() { // nothing was ever to be taken
		return c.advance(ctx, p, payment.Intent{State: payment.Failed, Failure: payment.Unreachable})
	}
	return c.ask(ctx, in, func(_ payment.Payment, reference string) (payment.Intent, error) {
		return c.Provider.Cancel(ctx, reference)
	})
}

// ask asks the provider something about a payment that it knows, and writes down what it says.
func (c *Cashier) ask(ctx context.Context, in PaymentRef, question func(p payment.Payment, reference string) (payment.Intent, error)) (PaymentState, error) {
	p, err := c.payment(ctx, in)
	if err != nil || p.State.Final() {
		return c.stands(ctx, p, err)
	}
	reference, err := c.Safe.Open(p.Reference, payment.ReferencePurpose(p.ID))
	if err != nil {
		return stateOf(p), err
	}
	intent, err := question(p, reference)
	var refusal *payment.RefusedError
	refused, gone, absent := errors.As(err, &refusal), false, false
	if err == nil && intent.State == payment.NeedsAction {
		absent = p.Purpose == payment.Debt
		if gone, err = c.gone(ctx, p); err != nil {
			return stateOf(p), Failure(err)
		}
	}
	if refused || gone || absent || err == nil && intent.State == payment.Failed && intent.Open {
		why := intent.Failure
		switch {
		case refused:
			why = refusal.Failure
		case gone:
			why = payment.CardGone
		case absent: // nobody is there to confirm it
			why = payment.Authentication
		}
		intent, err = c.Provider.Cancel(ctx, reference) // the app could still pay it, and we would not know
		intent.Failure = why
	}
	if err != nil {
		return c.refused(ctx, p, err)
	}
	return c.advance(ctx, p, intent)
}

// gone reports whether the card of a payment was taken away by its rider, who expects nothing to be taken from it.
func (c *Cashier) gone(ctx context.Context, p payment.Payment) (bool, error) {
	_, err := c.Books.Method(ctx, p.RiderID, p.MethodID)
	if errors.Is(err, payment.ErrCardUnknown) {
		return true, nil
	}
	return false, err
}

// advance writes down what the provider says. Another sum than the one it was told is nobody's top-up.
func (c *Cashier) advance(ctx context.Context, p payment.Payment, i payment.Intent) (PaymentState, error) {
	if i.State == payment.Succeeded && i.Amount != p.Amount {
		return stateOf(p), Failure(payment.ErrDiffers)
	}
	p, err := c.Books.AdvancePayment(ctx, p.ID, payment.News{State: i.State, Failure: i.Failure})
	state, err := c.stands(ctx, p, err)
	state.Waits = i.State == payment.NeedsAction
	return state, err
}

// stands is how a payment stands. One that is over may be what a debt waits for.
func (c *Cashier) stands(ctx context.Context, p payment.Payment, err error) (PaymentState, error) {
	if err == nil && p.State.Final() && c.Debts != nil {
		err = c.Debts.FollowDebt(ctx, p.RiderID)
	}
	return stateOf(p), Failure(err)
}

// refused ends a payment that the provider does not take; any other error is tried again.
func (c *Cashier) refused(ctx context.Context, p payment.Payment, err error) (PaymentState, error) {
	var refusal *payment.RefusedError
	if !errors.As(err, &refusal) {
		return stateOf(p), Failure(err)
	}
	return c.advance(ctx, p, payment.Intent{State: payment.Failed, Failure: refusal.Failure})
}

var errNoProvider = errors.New("this worker has no payment provider")

func (c *Cashier) payment(ctx context.Context, in PaymentRef) (payment.Payment, error) {
	p, err := c.Books.Payment(ctx, "", in.PaymentID)
	if err == nil && !p.State.Final() && (c.Provider == nil || c.Provider.Name() != p.Provider) {
		err = fmt.Errorf("%w: the payment is at %q", errNoProvider, p.Provider)
	}
	return p, err
}

// order is a payment with what the provider calls its rider and card.
func (c *Cashier) order(ctx context.Context, p payment.Payment) (payment.Order, error) {
	o := orderOf(p)
	m, err := c.Books.Method(ctx, p.RiderID, p.MethodID)
	if errors.Is(err, payment.ErrCardUnknown) {
		return o, &payment.RefusedError{Failure: payment.CardGone, Cause: err}
	}
	if err != nil {
		return o, err
	}
	sealed, err := c.Books.Customer(ctx, p.RiderID, p.Provider)
	if err != nil {
		return o, err
	}
	if o.Token, err = c.Safe.Open(m.Reference, payment.MethodPurpose(m.ID)); err != nil {
		return o, err
	}
	o.Customer, err = c.Safe.Open(sealed, payment.CustomerPurpose(p.RiderID))
	return o, err
}

func orderOf(p payment.Payment) payment.Order {
	return payment.Order{PaymentID: p.ID, RiderID: p.RiderID, Amount: p.Amount, Absent: p.Purpose == payment.Debt}
}

func stateOf(p payment.Payment) PaymentState { return PaymentState{State: p.State, Purpose: p.Purpose} }
