package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"rodada/domain/money"
	"rodada/domain/payment"
)

// SandboxName is the sandbox in rows and webhooks.
const SandboxName = "sandbox"

// Conduct is what the sandbox does with a payment. The last two digits of its amount in minor units choose it.
type Conduct int64

// The conducts. All other amounts are paid at once, and told by one webhook.
const (
	Declines     Conduct = 91 // the bank says no
	NoFunds      Conduct = 92 // there is too little on the card
	Asks         Conduct = 93 // the rider has to confirm it, and is taken to have done so after ActionTime
	AsksInVain   Conduct = 94 // the rider has to confirm it, and never does
	TakesTime    Conduct = 95 // it is under way for ProcessingTime
	LosesAnswers Conduct = 96 // it is paid, and the answer to Confirm is lost
	TellsNothing Conduct = 97 // the webhook is lost
	TellsLate    Conduct = 98 // the webhook comes after LateTime
	TellsTwice   Conduct = 99 // the webhook comes three times, and then one of before
)

// How long things take in the sandbox.
const (
	ActionTime     = 5 * time.Second
	ProcessingTime = 10 * time.Second
	LateTime       = 30 * time.Second
)

// SandboxOptions is what the sandbox is made of.
type SandboxOptions struct {
	// Dir keeps what the sandbox knows, for every process that uses the same one.
	Dir string
	// Secret signs its webhooks.
	Secret string
	// Deliver sends a webhook; nil: none is sent.
	Deliver func(ctx context.Context, body []byte, signature string) error
	Now     func() time.Time
}

// Sandbox stands in for a provider where no money is to move. Any card that is given to it is a Visa that ends in 4242.
type Sandbox struct {
	o    SandboxOptions
	mu   sync.Mutex
	stop context.CancelFunc
	ctx  context.Context //nolint:containedctx // of the webhooks, which nobody waits for
	sent sync.WaitGroup
}

// NewSandbox opens a sandbox. Close it.
func NewSandbox(o SandboxOptions) (*Sandbox, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	s := &Sandbox{o: o}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s, nil
}

// Close ends the webhooks that are still to come.
func (s *Sandbox) Close() {
	s.stop()
	s.sent.Wait()
}

// Name is how rows call it.
func (*Sandbox) Name() string { return SandboxName }

// errLost is an answer that never came.
var errLost = errors.New("sandbox: the answer is lost")

// slip is an intent as it lies in the folder.
type slip struct {
	PaymentID   string       `json:"payment_id"`
	Amount      money.Amount `json:"amount"`
	Absent      bool         `json:"absent,omitempty"`
	ConfirmedAt *time.Time   `json:"confirmed_at,omitempty"`
	CancelledAt *time.Time   `json:"cancelled_at,omitempty"`
}

func (p slip) conduct() Conduct { return Conduct(p.Amount.Minor % 100) }

// intent is how it stands at a time: nobody has to be told that time passes.
func (p slip) intent(now time.Time) payment.Intent {
	i := payment.Intent{Reference: intentPrefix + p.PaymentID, Amount: p.Amount, State: payment.Created, ClientSecret: intentPrefix + p.PaymentID + "_secret"}
	if p.CancelledAt != nil {
		i.State, i.Failure = payment.Failed, payment.Abandoned
	}
	if p.ConfirmedAt == nil {
		return i
	}
	if p.CancelledAt != nil { // after that nothing changes any more
		now = *p.CancelledAt
	}
	state, failure := p.confirmed(now.Sub(*p.ConfirmedAt))
	switch {
	case p.CancelledAt == nil:
		i.State, i.Failure, i.Open = state, failure, state == payment.Failed
	case state == payment.Failed:
		i.Failure = failure
	}
	return i
}

// confirmed is what has become of an intent so long after it was confirmed.
func (p slip) confirmed(since time.Duration) (payment.State, payment.Failure) {
	switch c := p.conduct(); {
	case c == Declines:
		return payment.Failed, payment.Declined
	case c == NoFunds:
		return payment.Failed, payment.NoFunds
	case (c == Asks || c == AsksInVain) && p.Absent:
		return payment.Failed, payment.Authentication
	case c == AsksInVain, c == Asks && since < ActionTime:
		return payment.NeedsAction, ""
	case c == TakesTime && since < ProcessingTime:
		return payment.Processing, ""
	}
	return payment.Succeeded, ""
}

const intentPrefix = "sandbox_pi_"

// Create makes a payment known, once.
func (s *Sandbox) Create(_ context.Context, o payment.Order) (payment.Intent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.read(intentPrefix + o.PaymentID)
	if errors.Is(err, os.ErrNotExist) {
		p = slip{PaymentID: o.PaymentID, Amount: o.Amount, Absent: o.Absent}
		err = s.write(p)
	}
	return p.intent(s.o.Now()), err
}

// Confirm has it taken, once.
func (s *Sandbox) Confirm(_ context.Context, _ payment.Order, reference string) (payment.Intent, error) {
	p, first, err := s.change(reference, func(p *slip, now time.Time) bool {
		fresh := p.ConfirmedAt == nil && p.CancelledAt == nil
		if fresh {
			p.ConfirmedAt = &now
		}
		return fresh
	})
	if err != nil {
		return payment.Intent{}, err
	}
	if first {
		s.tell(p)
		if p.conduct() == LosesAnswers {
			return payment.Intent{}, errLost
		}
	}
	return p.intent(s.o.Now()), nil
}

// Look is how it stands.
func (s *Sandbox) Look(_ context.Context, reference string) (payment.Intent, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.read(reference)
	return p.intent(s.o.Now()), unknown(err)
}

// Cancel sees to it that nothing is taken any more; what is paid or under way stays so.
func (s *Sandbox) Cancel(_ context.Context, reference string) (payment.Intent, error) {
	p, _, err := s.change(reference, func(p *slip, now time.Time) bool {
		state := p.intent(now).State
		cancel := p.CancelledAt == nil && state != payment.Succeeded && state != payment.Processing
		if cancel {
			p.CancelledAt = &now
		}
		return cancel
	})
	return p.intent(s.o.Now()), err
}

// change changes an intent if there is something to change.
func (s *Sandbox) change(reference string, change func(*slip, time.Time) bool) (p slip, changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, err = s.read(reference); err != nil {
		return p, false, unknown(err)
	}
	if changed = change(&p, s.o.Now()); changed {
		err = s.write(p)
	}
	return p, changed, err
}

// unknown is an intent that the sandbox has lost, with its folder.
func unknown(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return &payment.RefusedError{Failure: payment.Impossible, Cause: err}
	}
	return err
}

func (s *Sandbox) read(reference string) (p slip, err error) {
	text, err := os.ReadFile(filepath.Join(s.o.Dir, filepath.Base(reference)+".json"))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// write replaces a file as a whole, as another process may read it.
func (s *Sandbox) write(p slip) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	name := filepath.Join(s.o.Dir, intentPrefix+filepath.Base(p.PaymentID)+".json")
	if err := os.WriteFile(name+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(name+".new", name)
}
