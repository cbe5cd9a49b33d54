package activities

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"rodada/domain/debt"
	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
)

// DebtBooks is where debts are written down.
type DebtBooks interface {
	FollowDebt(ctx context.Context, riderID, currency string, first time.Duration) (debt.Debt, error)
	OpenDebtPayment(ctx context.Context, n payment.New) (payment.Payment, error)
	Payment(ctx context.Context, riderID, id string) (payment.Payment, error)
	WaitingPayments(ctx context.Context, riderID, methodID string) ([]string, error)
	SettleDebtAttempt(ctx context.Context, o debt.Outcome, e letter.Envelope) error
	Debtor(ctx context.Context, riderID string) (to, language string, err error)
}

// Collectors begin workflows about money, each of which outlives whoever began it.
type Collectors interface {
	// StartTopUp begins the collection of a payment; one that runs has it already.
	StartTopUp(ctx context.Context, paymentID, riderID string) error
	// FollowDebt begins to collect the debt of a rider; who does so already looks at it again.
	FollowDebt(ctx context.Context, riderID string) error
}

// Debts collects what riders owe.
type Debts struct {
	Books      DebtBooks
	Collectors Collectors
	// GiveUp ends a payment that waits for its rider, unless it is taken already: a Cashier's.
	GiveUp   func(ctx context.Context, in PaymentRef) (PaymentState, error)
	Provider string // empty: nobody collects
	Currency string
	Country  string // whose way of writing amounts letters have
	Steps    debt.Steps
	Safe     Safe
	Now      func() time.Time
	// Count counts what became of attempts; nil: nobody counts.
	Count func(outcome string)
}

// DebtorRef is one rider.
type DebtorRef struct {
	RiderID string `json:"rider_id"`
}

// DebtState is how a rider's debt stands.
type DebtState struct {
	DebtID   string     `json:"debt_id,omitempty"` // empty: the rider owes nothing
	Attempts int        `json:"attempts,omitempty"`
	NextAt   *time.Time `json:"next_at,omitempty"` // nil: nothing is tried unless somebody asks
}

// Owes looks whether a rider owes something, now.
func (d *Debts) Owes(ctx context.Context, in DebtorRef) (DebtState, error) {
	found, err := d.Books.FollowDebt(ctx, in.RiderID, d.Currency, d.Steps.First())
	if err != nil || found.ID == "" {
		return DebtState{}, Failure(err)
	}
	state := DebtState{DebtID: found.ID, Attempts: found.Attempts}
	if !found.NextAt.IsZero() {
		state.NextAt = &found.NextAt
	}
	return state, nil
}

// DebtAttempt is one attempt to collect a debt.
type DebtAttempt struct {
	RiderID string    `json:"rider_id"`
	DebtID  string    `json:"debt_id"`
	Number  int       `json:"number"`
	Due     time.Time `json:"due"`
}

// DebtAttemptBegun is what became of the beginning of an attempt.
type DebtAttemptBegun struct {
	PaymentID string       `json:"payment_id,omitempty"` // empty: there is none
	Trouble   debt.Trouble `json:"trouble,omitempty"`    // why not; empty too: nothing is owed any more
	Wait      bool         `json:"wait,omitempty"`       // another payment is to be over first
}

// BeginAttempt opens the payment of an attempt, of all that is owed now, and has it collected. The same attempt is the same payment.
func (d *Debts) BeginAttempt(ctx context.Context, in DebtAttempt) (DebtAttemptBegun, error) {
	if d.Provider == "" {
		return DebtAttemptBegun{Trouble: debt.Trouble(payment.Unreachable)}, nil
	}
	n := payment.New{
		ID: uuid.NewString(), RiderID: in.RiderID, Provider: d.Provider, Purpose: payment.Debt, Amount: money.Of(0, d.Currency),
		Key: debt.Debt{ID: in.DebtID}.Key(in.Number),
	}
	p, err := d.Books.OpenDebtPayment(ctx, n)
	if errors.Is(err, payment.ErrUnderWay) {
		if err = d.clear(ctx, in.RiderID); err == nil {
			p, err = d.Books.OpenDebtPayment(ctx, n)
		}
	}
	switch {
	case errors.Is(err, debt.ErrNone):
		return DebtAttemptBegun{}, nil
	case errors.Is(err, payment.ErrUnderWay):
		return DebtAttemptBegun{Wait: true}, nil
	case errors.Is(err, payment.ErrNoCard):
		return DebtAttemptBegun{Trouble: debt.NoCard}, nil
	case err == nil && !p.State.Final():
		err = d.Collectors.StartTopUp(ctx, p.ID, p.RiderID)
	}
	return DebtAttemptBegun{PaymentID: p.ID}, Failure(err)
}

// clear gives up what only waits for the rider, who could put the collection off with it for ever. What was confirmed meanwhile counts.
func (d *Debts) clear(ctx context.Context, riderID string) error {
	waiting, err := d.Books.WaitingPayments(ctx, riderID, "")
	for _, id := range waiting {
		if _, err := d.GiveUp(ctx, PaymentRef{PaymentID: id}); err != nil {
			return err
		}
	}
	return err
}

// PaymentOutcome is how a payment ended.
type PaymentOutcome struct {
	Over    bool            `json:"over"`
	Failure payment.Failure `json:"failure,omitempty"`
}

// LookAtAttempt reads what became of the payment of an attempt. Only what is known is an outcome.
func (d *Debts) LookAtAttempt(ctx context.Context, in PaymentRef) (PaymentOutcome, error) {
	p, err := d.Books.Payment(ctx, "", in.PaymentID)
	return PaymentOutcome{Over: p.State.Final(), Failure: p.Failure}, Failure(err)
}

// DebtAttemptOver is how an attempt ended.
type DebtAttemptOver struct {
	DebtAttempt
	Trouble debt.Trouble `json:"trouble,omitempty"` // empty: it is paid
}

// SettleAttempt writes down how an attempt ended, tells the rider, and says when the next one is. A debt that is paid meanwhile, by the
// attempt itself too, has ended.
func (d *Debts) SettleAttempt(ctx context.Context, in DebtAttemptOver) error {
	found, err := d.Books.FollowDebt(ctx, in.RiderID, d.Currency, d.Steps.First())
	if err == nil && found.ID == in.DebtID {
		err = d.note(ctx, found, in)
	}
	if err == nil && d.Count != nil {
		d.Count(outcomeOf(in.Trouble))
	}
	return Failure(err)
}

// note writes down what an attempt came to that did not end its debt.
func (d *Debts) note(ctx context.Context, owed debt.Debt, in DebtAttemptOver) (err error) {
	o := debt.Outcome{DebtID: in.DebtID, Attempt: in.Number, Trouble: in.Trouble, Due: in.Due}
	var e letter.Envelope
	if in.Trouble != "" {
		if next, again := d.Steps.After(owed.BeganAt, d.Now(), in.Trouble); again {
			o.Next = next
		}
		if e, err = d.letter(ctx, owed, o); err != nil {
			return err
		}
	}
	return d.Books.SettleDebtAttempt(ctx, o, e)
}

// What attempts come to, as they are counted.
const (
	DebtPaid   = "paid"
	DebtFailed = "failed"
	DebtNoCard = "no_card"
	DebtAgain  = "again" // for a reason of ours
)

// DebtOutcomes lists them.
func DebtOutcomes() []string { return []string{DebtPaid, DebtFailed, DebtNoCard, DebtAgain} }

func outcomeOf(t debt.Trouble) string {
	switch {
	case t == "":
		return DebtPaid
	case t == debt.NoCard:
		return DebtNoCard
	case t.Own():
		return DebtAgain
	}
	return DebtFailed
}
