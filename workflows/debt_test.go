package workflows_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"pgregory.net/rapid"

	"rodada/activities"
	"rodada/domain/debt"
	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/seal"
	"rodada/workflows"
)

// purse is the wallet of one rider with its debts and payments, as the books keep them, and the bank behind it.
type purse struct {
	mu      sync.Mutex
	now     func() time.Time
	keys    seal.Keys
	balance int64
	debts   []debt.Debt // the last may be open
	paid    map[string]*bill
	order   []string // keys of the payments
	letters []letter.Kind
	alerts  int
	noCard  bool
	blocked bool // another payment is under way
	waiting int  // payments that wait for the rider
	taken   int  // of them, by the bank, before they are given up
	bank    func(n int, minor int64) (payment.Failure, time.Duration)
	lose    func(call string) (before, after bool)
	calls   map[string]int
	counted []string
}

// bill is one payment.
type bill struct {
	id      string
	minor   int64
	started bool
	due     time.Time // when the bank decides; zero: nobody has asked it
	failure payment.Failure
	booked  bool
}

func newPurse(t interface{ Fatal(...any) }, balance int64) *purse {
	keys, err := seal.Parse(seal.NewKey("test"))
	if err != nil {
		t.Fatal(err)
	}
	return &purse{
		keys: keys, balance: balance, paid: map[string]*bill{}, calls: map[string]int{},
		bank: func(int, int64) (payment.Failure, time.Duration) { return "", 0 },
		lose: func(string) (bool, bool) { return false, false },
	}
}

func (p *purse) call(name string, do func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls[name]++
	before, after := p.lose(name)
	if before {
		return errCrash
	}
	err := do()
	if after {
		return errCrash
	}
	return err
}

func (p *purse) open() *debt.Debt {
	if n := len(p.debts); n > 0 && p.debts[n-1].EndedAt.IsZero() {
		return &p.debts[n-1]
	}
	return nil
}

func (p *purse) FollowDebt(_ context.Context, rider, currency string, first time.Duration) (d debt.Debt, err error) {
	err = p.call("follow", func() error {
		p.settle()
		found := p.open()
		switch {
		case found == nil && p.balance >= 0:
			return nil
		case p.balance >= 0:
			found.EndedAt, found.NextAt = p.now(), time.Time{}
			return nil
		case found == nil:
			p.debts = append(p.debts, debt.Debt{ID: uuid.NewString(), RiderID: rider, BeganAt: p.now(), NextAt: p.now().Add(first)})
			found = p.open()
		}
		d = *found
		d.Owed = money.Of(-p.balance, currency)
		return nil
	})
	return d, err
}

func (p *purse) OpenDebtPayment(_ context.Context, n payment.New) (made payment.Payment, err error) {
	err = p.call("open", func() error {
		b := p.paid[n.Key]
		switch {
		case b != nil:
		case p.balance >= 0:
			return debt.ErrNone
		case p.blocked || p.waiting > 0:
			return payment.ErrUnderWay
		case p.noCard:
			return payment.ErrNoCard
		default:
			b = &bill{id: n.ID, minor: -p.balance}
			p.paid[n.Key], p.order = b, append(p.order, n.Key)
		}
		made = payment.Payment{ID: b.id, RiderID: n.RiderID, State: payment.Created, Purpose: n.Purpose}
		return nil
	})
	return made, err
}

func (p *purse) StartTopUp(_ context.Context, id, _ string) error {
	return p.call("start", func() error {
		for i, key := range p.order {
			if b := p.paid[key]; b.id == id && !b.started {
				var after time.Duration
				b.failure, after = p.bank(i+1, b.minor)
				b.started, b.due = true, p.now().Add(after)
			}
		}
		return nil
	})
}

// settle books what the bank has taken by now.
func (p *purse) settle() {
	for _, b := range p.paid {
		if b.started && !b.booked && b.failure == "" && !p.now().Before(b.due) {
			b.booked = true
			p.balance += b.minor
		}
	}
}

func (p *purse) Payment(_ context.Context, _, id string) (made payment.Payment, err error) {
	err = p.call("payment", func() error {
		p.settle()
		for _, b := range p.paid {
			if b.id == id {
				made = payment.Payment{ID: id, State: payment.Processing}
				switch over := b.started && !p.now().Before(b.due); {
				case over && b.failure == "":
					made.State = payment.Succeeded
				case over:
					made.State, made.Failure = payment.Failed, b.failure
				}
			}
		}
		return nil
	})
	return made, err
}

func (p *purse) WaitingPayments(context.Context, string, string) (ids []string, err error) {
	err = p.call("waiting", func() error {
		ids = make([]string, p.waiting)
		return nil
	})
	return ids, err
}

// GiveUp ends the payments that wait; one that the bank has taken is of 500.
func (p *purse) GiveUp(context.Context, activities.PaymentRef) (activities.PaymentState, error) {
	return activities.PaymentState{}, p.call("give up", func() error {
		if p.taken > 0 {
			p.taken--
			p.balance += 500
		}
		p.waiting--
		return nil
	})
}

func (p *purse) SettleDebtAttempt(_ context.Context, o debt.Outcome, e letter.Envelope) error {
	return p.call("settle", func() error {
		d := p.open()
		if d == nil || d.ID != o.DebtID || d.Attempts >= o.Attempt {
			return nil
		}
		next := o.Next
		if !d.NextAt.Equal(o.Due) {
			next = d.NextAt
		}
		d.Attempts, d.Trouble, d.NextAt = o.Attempt, o.Trouble, next
		if o.Trouble == "" {
			d.EndedAt, d.NextAt = p.now(), time.Time{}
			return nil
		}
		if e.ID != "" {
			p.letters = append(p.letters, e.Kind)
		}
		if next.IsZero() {
			p.alerts++
		}
		return nil
	})
}

func (*purse) Debtor(context.Context, string) (string, string, error) {
	return "ana@example.com", "es", nil
}

// begins are the two ways to begin a workflow.
type begins struct{ *purse }

func (begins) FollowDebt(context.Context, string) error { return nil }

var debtSteps = debt.Steps{time.Hour, 24 * time.Hour, 120 * time.Hour, 240 * time.Hour}

// owe runs the workflow in virtual time, and tells how long it took.
func owe(t require.TestingT, p *purse, edits ...func(*testsuite.TestWorkflowEnvironment)) (took time.Duration, err error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	p.now = env.Now
	env.RegisterWorkflowWithOptions(workflows.Debt, workflow.RegisterOptions{Name: workflows.DebtName})
	env.RegisterActivity(&activities.Debts{
		Books: p, Collectors: begins{p}, GiveUp: p.GiveUp, Provider: "till", Currency: "EUR", Country: "ES", Steps: debtSteps, Safe: p.keys, Now: env.Now,
		Count: func(outcome string) { p.counted = append(p.counted, outcome) },
	})
	for _, edit := range edits {
		edit(env)
	}
	began := env.Now()
	env.ExecuteWorkflow(workflows.DebtName, workflows.DebtInput{RiderID: riderID})
	require.True(t, env.IsWorkflowCompleted())
	return env.Now().Sub(began), env.GetWorkflowError()
}

// at does something after a time, and tells the workflow.
func (p *purse) at(after time.Duration, do func()) func(*testsuite.TestWorkflowEnvironment) {
	return func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() {
			p.mu.Lock()
			do()
			p.mu.Unlock()
			env.SignalWorkflow(workflows.SignalDebtNews, nil)
		}, after)
	}
}

func declines(n int, _ int64) (payment.Failure, time.Duration) {
	return []payment.Failure{payment.Declined, payment.Authentication, payment.NoFunds, payment.Expired}[(n-1)%4], time.Minute
}

func TestADebtIsCollectedAtItsFirstStep(t *testing.T) {
	p := newPurse(t, -450)
	took, err := owe(t, p)
	require.NoError(t, err)
	require.InDelta(t, time.Hour, took, float64(time.Minute))
	require.Zero(t, p.balance)
	require.Len(t, p.paid, 1)
	require.Empty(t, p.letters)
	require.Equal(t, debt.Ended, p.debts[0].State())
	require.Equal(t, []string{activities.DebtPaid}, p.counted)
}

func TestADebtIsTriedAtEachStepAndThenLeftToStaff(t *testing.T) {
	p := newPurse(t, -450)
	p.bank = declines
	took, err := owe(t, p)
	require.NoError(t, err)
	require.InDelta(t, 240*time.Hour, took, float64(time.Hour))
	require.Len(t, p.order, 4)
	d := p.debts[0]
	for i, key := range p.order {
		require.Equal(t, d.Key(i+1), key)
		require.InDelta(t, d.BeganAt.Add(debtSteps[i]).Unix(), p.paid[key].due.Add(-time.Minute).Unix(), 5)
	}
	require.Equal(t, []letter.Kind{letter.DebtFailed, letter.DebtConfirm, letter.DebtFailed, letter.DebtLast}, p.letters)
	require.Equal(t, 1, p.alerts)
	require.Equal(t, debt.Blocked, d.State())
	require.EqualValues(t, -450, p.balance)

	// Whoever asks again, after that, has one more attempt made.
	p.bank = func(int, int64) (payment.Failure, time.Duration) { return "", 0 }
	p.debts[0].NextAt = d.BeganAt
	_, err = owe(t, p)
	require.NoError(t, err)
	require.Zero(t, p.balance)
	require.Len(t, p.order, 5)
}

func TestADebtThatIsPaidOtherwiseEndsAtOnce(t *testing.T) {
	p := newPurse(t, -450)
	took, err := owe(t, p, p.at(10*time.Minute, func() { p.balance += 500 }))
	require.NoError(t, err)
	require.InDelta(t, 10*time.Minute, took, float64(time.Second))
	require.Empty(t, p.paid)

	silent := newPurse(t, -450) // nobody tells of it: the look before the attempt finds it
	took, err = owe(t, silent, func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(func() { silent.mu.Lock(); silent.balance += 450; silent.mu.Unlock() }, 10*time.Minute)
	})
	require.NoError(t, err)
	require.InDelta(t, time.Hour, took, float64(time.Second))
	require.Empty(t, silent.paid)
}

func TestAnotherRideJoinsTheDebt(t *testing.T) {
	p := newPurse(t, -450)
	_, err := owe(t, p, p.at(30*time.Minute, func() { p.balance -= 200 }))
	require.NoError(t, err)
	require.Len(t, p.order, 1)
	require.EqualValues(t, 650, p.paid[p.order[0]].minor, "all that is owed at the moment")
	require.Len(t, p.debts, 1)
}

// What is booked while a payment is under way is a debt of its own once that is paid.
func TestARideDuringAnAttemptIsAnotherDebt(t *testing.T) {
	p := newPurse(t, -450)
	p.bank = func(int, int64) (payment.Failure, time.Duration) { return "", 10 * time.Minute }
	took, err := owe(t, p, p.at(65*time.Minute, func() { p.balance -= 200 }))
	require.NoError(t, err)
	require.Len(t, p.debts, 2)
	require.Zero(t, p.balance)
	require.EqualValues(t, 450, p.paid[p.order[0]].minor)
	require.EqualValues(t, 200, p.paid[p.order[1]].minor)
	require.InDelta(t, 2*time.Hour+20*time.Minute, took, float64(15*time.Minute))
}

func TestARiderWithoutACard(t *testing.T) {
	p := newPurse(t, -450)
	p.noCard = true
	took, err := owe(t, p, p.at(2*time.Hour, func() { p.noCard, p.debts[0].NextAt = false, p.now() }))
	require.NoError(t, err)
	require.InDelta(t, 2*time.Hour, took, float64(time.Minute), "at once with the card")
	require.Equal(t, []letter.Kind{letter.DebtNoCard}, p.letters)
	require.Zero(t, p.balance)

	never := newPurse(t, -450)
	never.noCard = true
	_, err = owe(t, never)
	require.NoError(t, err)
	require.Equal(t, []letter.Kind{letter.DebtNoCard, letter.DebtNoCard, letter.DebtNoCard, letter.DebtLast}, never.letters)
	require.Equal(t, 1, never.alerts)
	require.Empty(t, never.paid)
}

// Who asks for another attempt while one is under way is not forgotten.
func TestACardThatComesDuringAnAttempt(t *testing.T) {
	p := newPurse(t, -450)
	p.bank = func(n int, _ int64) (payment.Failure, time.Duration) {
		if n == 1 {
			return payment.Expired, 10 * time.Minute
		}
		return "", 0
	}
	took, err := owe(t, p, p.at(65*time.Minute, func() { p.debts[0].NextAt = p.now() }))
	require.NoError(t, err)
	require.Zero(t, p.balance)
	require.Less(t, took, 2*time.Hour)
	require.Len(t, p.order, 2)
}

// While nobody knows what became of a payment, nothing else is collected, for days if need be.
func TestNothingIsCollectedWhileAnOutcomeIsNotKnown(t *testing.T) {
	p := newPurse(t, -450)
	p.bank = func(int, int64) (payment.Failure, time.Duration) { return "", 72 * time.Hour }
	took, err := owe(t, p)
	require.NoError(t, err)
	require.Len(t, p.order, 1)
	require.Zero(t, p.balance)
	require.InDelta(t, 73*time.Hour, took, float64(time.Hour))

	waits := newPurse(t, -450)
	waits.blocked = true
	_, err = owe(t, waits, waits.at(3*time.Hour, func() { waits.blocked, waits.balance = false, 0 }))
	require.NoError(t, err)
	require.Empty(t, waits.paid, "the rider's own payment paid it")
}

// A rider who leaves payments unconfirmed does not put the collection off, and what was confirmed just before is not taken again.
func TestAPaymentThatWaitsForItsRiderHoldsNothingUp(t *testing.T) {
	p := newPurse(t, -450)
	p.waiting, p.bank = 3, declines
	_, err := owe(t, p, p.at(2*time.Hour, func() { p.waiting = 1 }), p.at(100*time.Hour, func() { p.waiting = 2 }))
	require.NoError(t, err)
	require.Len(t, p.order, 4, "every step is made")
	require.Equal(t, debt.Blocked, p.debts[0].State())
	require.Zero(t, p.waiting)

	paid := newPurse(t, -450)
	paid.waiting, paid.taken = 2, 1
	_, err = owe(t, paid)
	require.NoError(t, err)
	require.Empty(t, paid.order)
	require.EqualValues(t, 50, paid.balance)
}

// A provider that is away is no rider's fault: no letter, and another try after an hour.
func TestADebtWhileTheProviderIsAway(t *testing.T) {
	p := newPurse(t, -450)
	p.bank = func(n int, _ int64) (payment.Failure, time.Duration) {
		if n < 3 {
			return payment.Unreachable, 15 * time.Minute
		}
		return "", 0
	}
	took, err := owe(t, p)
	require.NoError(t, err)
	require.Empty(t, p.letters)
	require.Zero(t, p.balance)
	require.Less(t, took, 5*time.Hour)
}

// Whatever is lost, declined and booked meanwhile: each attempt is one payment, what is taken is what was owed, and the workflow ends
// with nothing owed or with staff told.
func TestDebtsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPurse(t, -rapid.Int64Range(1, 5000).Draw(t, "owed"))
		losses := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "before", "after"}), 0, 12).Draw(t, "losses")
		p.lose = func(string) (bool, bool) {
			if len(losses) == 0 {
				return false, false
			}
			one := losses[0]
			losses = losses[1:]
			return one == "before", one == "after"
		}
		outcomes := rapid.SliceOfN(rapid.SampledFrom([]payment.Failure{"", payment.Declined, payment.Unreachable, payment.Authentication}), 1, 8).Draw(t, "outcomes")
		p.bank = func(n int, _ int64) (payment.Failure, time.Duration) {
			return outcomes[min(n, len(outcomes))-1], time.Duration(n) * 7 * time.Minute
		}
		if outcomes[len(outcomes)-1] == payment.Unreachable {
			outcomes = append(outcomes, payment.Declined)
		}
		var edits []func(*testsuite.TestWorkflowEnvironment)
		for range rapid.IntRange(0, 3).Draw(t, "rides") {
			price := rapid.Int64Range(1, 900).Draw(t, "price")
			edits = append(edits, p.at(time.Duration(rapid.IntRange(1, 300).Draw(t, "minutes"))*time.Minute, func() { p.balance -= price }))
		}
		_, err := owe(t, p, edits...)
		require.NoError(t, err)
		require.Len(t, p.order, len(slices.Compact(slices.Sorted(slices.Values(p.order)))))
		if p.balance < 0 {
			require.Positive(t, p.alerts)
			require.Equal(t, debt.Blocked, p.debts[len(p.debts)-1].State())
		} else {
			require.Zero(t, p.balance, "more was taken than was owed")
		}
		for _, key := range p.order {
			require.True(t, strings.HasPrefix(key, "debt/"))
		}
	})
}

func TestDebtIDs(t *testing.T) {
	who, ok := workflows.DebtRider(workflows.DebtID(riderID))
	require.True(t, ok)
	require.Equal(t, riderID, who)
	_, ok = workflows.DebtRider("payment/" + riderID)
	require.False(t, ok)
}
