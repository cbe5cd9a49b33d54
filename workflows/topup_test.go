package workflows_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
	"pgregory.net/rapid"

	"rodada/activities"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/seal"
	"rodada/workflows"
)

const (
	paymentID = "77777777-7777-4777-8777-777777777777"
	cardID    = "88888888-8888-4888-8888-888888888888"
)

var errCrash = errors.New("connection reset")

// till is the books of one payment and the provider behind it. Every call may be lost on its way there or back.
type till struct {
	payment.Provider // what is not here is not asked
	keys             seal.Keys

	mu      sync.Mutex
	p       payment.Payment
	entries int // in the wallet
	gone    bool

	state    payment.State // of the intent; empty: there is none
	failure  payment.Failure
	intents  int
	taken    int // how often money was taken
	amount   int64
	onTake   payment.State // what Confirm makes of it
	then     payment.State // what it becomes after some looks; empty: it stays
	looks    int
	settleAt int
	refuse   map[string]payment.Failure // by call
	lose     func(call string) (before, after bool)
	calls    map[string]int
}

func newTill(t interface{ Fatal(...any) }) *till {
	keys, err := seal.Parse(seal.NewKey("test"))
	if err != nil {
		t.Fatal(err)
	}
	return &till{
		keys: keys, onTake: payment.Succeeded, amount: 2000, refuse: map[string]payment.Failure{}, calls: map[string]int{},
		lose: func(string) (bool, bool) { return false, false },
		p: payment.Payment{
			ID: paymentID, RiderID: riderID, MethodID: cardID, Provider: "till", Purpose: payment.TopUp, Amount: money.Of(2000, "EUR"), State: payment.Created,
		},
	}
}

// call is one call on its way: it may be lost before it does something, or its answer after.
func (b *till) call(name string, do func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls[name]++
	before, after := b.lose(name)
	if before {
		return errCrash
	}
	if failure, refused := b.refuse[name]; refused {
		return &payment.RefusedError{Failure: failure, Cause: errCrash}
	}
	err := do()
	if after {
		return errCrash
	}
	return err
}

func (b *till) Payment(context.Context, string, string) (p payment.Payment, err error) {
	err = b.call("payment", func() error { p = b.p; return nil })
	return p, err
}

func (b *till) Method(context.Context, string, string) (m payment.Method, err error) {
	m = payment.Method{ID: cardID, RiderID: riderID}
	m.Reference, _ = b.keys.Seal("pm", payment.MethodPurpose(cardID))
	err = b.call("method", func() error {
		if b.gone {
			return payment.ErrCardUnknown
		}
		return nil
	})
	return m, err
}

func (b *till) ReferPayment(_ context.Context, _, sealed string) (kept string, err error) {
	err = b.call("refer", func() error {
		if b.p.Reference == "" {
			b.p.Reference = sealed
		}
		kept = b.p.Reference
		return nil
	})
	return kept, err
}

func (b *till) AdvancePayment(_ context.Context, _ string, news payment.News) (p payment.Payment, err error) {
	err = b.call("advance", func() error {
		b.advance(news)
		p = b.p
		return nil
	})
	return p, err
}

func (b *till) advance(news payment.News) {
	next := b.p.State.Join(news.State)
	if next == payment.Succeeded && b.p.State != next {
		b.entries++
	}
	if next != b.p.State && next == payment.Failed {
		b.p.Failure = news.Failure
	}
	b.p.State = next
}

// books are the till's customers, which the provider has too under the same name.
type tillBooks struct{ *till }

func (b tillBooks) Customer(context.Context, string, string) (string, error) {
	return b.keys.Seal("cus", payment.CustomerPurpose(riderID))
}

func (b *till) Name() string { return "till" }

func (b *till) Create(_ context.Context, o payment.Order) (i payment.Intent, err error) {
	err = b.call("create", func() error {
		if o.Token != "pm" || o.Customer != "cus" || o.PaymentID != paymentID {
			return errors.New("not what it was sealed as")
		}
		if b.state == "" {
			b.state, b.intents = payment.Created, b.intents+1
		}
		i = b.intent()
		return nil
	})
	return i, err
}

func (b *till) intent() payment.Intent {
	return payment.Intent{Reference: "pi", State: b.state, Failure: b.failure, Open: b.state == payment.Failed && b.failure != payment.Abandoned, Amount: money.Of(b.amount, "EUR")}
}

func (b *till) become(s payment.State) {
	if s == payment.Succeeded && b.state != s {
		b.taken++
	}
	if b.state = s; s == payment.Failed && b.failure == "" {
		b.failure = payment.Declined
	}
}

func (b *till) Confirm(context.Context, payment.Order, string) (i payment.Intent, err error) {
	err = b.call("confirm", func() error {
		if b.state == payment.Created {
			b.become(b.onTake)
		}
		i = b.intent()
		return nil
	})
	return i, err
}

func (b *till) Look(context.Context, string) (i payment.Intent, err error) {
	err = b.call("look", func() error {
		if b.looks++; b.then != "" && b.looks >= b.settleAt && (b.state == payment.NeedsAction || b.state == payment.Processing) {
			b.become(b.then)
		}
		i = b.intent()
		return nil
	})
	return i, err
}

func (b *till) Cancel(context.Context, string) (i payment.Intent, err error) {
	err = b.call("cancel", func() error {
		if b.state != payment.Succeeded && b.state != payment.Processing {
			b.state, b.failure = payment.Failed, payment.Abandoned
		}
		i = b.intent()
		return nil
	})
	return i, err
}

// collect runs the workflow in virtual time, and tells how long it took.
func collect(t require.TestingT, b *till, edits ...func(*testsuite.TestWorkflowEnvironment, *workflows.TopUpInput)) (out workflows.TopUpOutcome, took time.Duration, err error) {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	env.RegisterWorkflowWithOptions(workflows.TopUp, workflow.RegisterOptions{Name: workflows.TopUpName})
	env.RegisterActivity(&activities.Cashier{Provider: b, Books: tillBooks{b}, Safe: b.keys})
	in := workflows.TopUpInput{PaymentID: paymentID, RiderID: riderID, Limits: workflows.TopUpLimits{Announce: 15 * time.Minute, Action: 30 * time.Minute}}
	for _, edit := range edits {
		edit(env, &in)
	}
	began := env.Now()
	env.ExecuteWorkflow(workflows.TopUpName, in)
	if err = env.GetWorkflowError(); err == nil {
		require.NoError(t, env.GetWorkflowResult(&out))
	}
	return out, env.Now().Sub(began), err
}

func TestCollections(t *testing.T) {
	for name, c := range map[string]struct {
		set     func(b *till)
		want    payment.State
		failure payment.Failure
		taken   int
	}{
		"paid":                 {func(*till) {}, payment.Succeeded, "", 1},
		"declined":             {func(b *till) { b.onTake = payment.Failed }, payment.Failed, payment.Declined, 0},
		"confirmed by rider":   {func(b *till) { b.onTake, b.then, b.settleAt = payment.NeedsAction, payment.Succeeded, 3 }, payment.Succeeded, "", 1},
		"refused by rider":     {func(b *till) { b.onTake, b.then, b.settleAt = payment.NeedsAction, payment.Failed, 2 }, payment.Failed, payment.Declined, 0},
		"nobody confirms":      {func(b *till) { b.onTake = payment.NeedsAction }, payment.Failed, payment.Abandoned, 0},
		"under way for long":   {func(b *till) { b.onTake, b.then, b.settleAt = payment.Processing, payment.Succeeded, 30 }, payment.Succeeded, "", 1},
		"not taken in the end": {func(b *till) { b.onTake, b.then, b.settleAt = payment.Processing, payment.Failed, 5 }, payment.Failed, payment.Declined, 0},
		"impossible":           {func(b *till) { b.refuse["create"] = payment.Impossible }, payment.Failed, payment.Impossible, 0},
		"the card is gone":     {func(b *till) { b.gone = true }, payment.Failed, payment.CardGone, 0},
		"refused at last":      {func(b *till) { b.refuse["confirm"] = payment.CardGone }, payment.Failed, payment.CardGone, 0},
		"paid before":          {func(b *till) { b.p.State, b.entries, b.taken = payment.Succeeded, 1, 1 }, payment.Succeeded, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := newTill(t)
			c.set(b)
			out, _, err := collect(t, b)
			require.NoError(t, err)
			require.Equal(t, c.want, out.State)
			require.Equal(t, c.want, b.p.State)
			require.Equal(t, c.failure, b.p.Failure)
			require.Equal(t, c.taken, b.taken)
			require.Equal(t, c.taken, b.entries)
			require.LessOrEqual(t, b.intents, 1)
		})
	}
}

// A provider that is away from the beginning takes nothing later; one that goes away once it was told is asked until it says.
func TestAProviderThatIsAway(t *testing.T) {
	b := newTill(t)
	b.lose = func(call string) (bool, bool) { return call == "create", false }
	out, _, err := collect(t, b)
	require.NoError(t, err)
	require.Equal(t, payment.Failed, out.State)
	require.Equal(t, payment.Unreachable, b.p.Failure)
	require.Zero(t, b.calls["confirm"])
	require.Zero(t, b.taken)

	b = newTill(t)
	away := 8 // the test environment tries ten times
	b.lose = func(call string) (bool, bool) {
		if call == "confirm" && away > 0 {
			away--
			return away > 4, away <= 4 // at first it hears nothing, then nobody hears it
		}
		return false, false
	}
	out, _, err = collect(t, b)
	require.NoError(t, err)
	require.Equal(t, payment.Succeeded, out.State)
	require.Equal(t, 1, b.taken)
	require.Equal(t, 1, b.entries)
}

func TestAnotherSumIsNoTopUp(t *testing.T) {
	b := newTill(t)
	b.amount = 1
	_, _, err := collect(t, b)
	requireFault(t, payment.ErrDiffers, err)
	require.Zero(t, b.entries)
}

// News wake the workflow; the state may have come with them already.
func TestNewsAreLookedAtAtOnce(t *testing.T) {
	b := newTill(t)
	b.onTake = payment.NeedsAction
	out, took, err := collect(t, b, func(env *testsuite.TestWorkflowEnvironment, _ *workflows.TopUpInput) {
		env.RegisterDelayedCallback(func() {
			b.mu.Lock()
			b.become(payment.Succeeded)
			b.advance(payment.News{State: payment.Succeeded})
			b.mu.Unlock()
			for range 3 {
				env.SignalWorkflow(workflows.SignalPaymentNews, nil)
			}
		}, 500*time.Millisecond)
	})
	require.NoError(t, err)
	require.Equal(t, payment.Succeeded, out.State)
	require.Less(t, took, time.Second)
	require.Zero(t, b.calls["look"], "it knows already")
	require.Equal(t, 1, b.entries)
}

// A payment that is under way for weeks goes on in another run, and is not collected again.
func TestALongCollectionGoesOn(t *testing.T) {
	b := newTill(t)
	b.onTake = payment.Processing
	_, _, err := collect(t, b)
	var again *workflow.ContinueAsNewError
	require.ErrorAs(t, err, &again)
	b.then, b.settleAt = payment.Succeeded, b.looks+3
	out, _, err := collect(t, b, func(_ *testsuite.TestWorkflowEnvironment, in *workflows.TopUpInput) {
		in.Begun = &workflows.TopUpBegun{Pause: time.Hour}
	})
	require.NoError(t, err)
	require.Equal(t, payment.Succeeded, out.State)
	require.Equal(t, 1, b.calls["confirm"])
}

// Whatever is lost, on the way there or back, whoever dies in between, whatever webhooks come and in whichever order: the money is
// taken at most once, and is in the wallet exactly when it was taken.
func TestCollectionProperty(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newTill(rt)
		b.onTake = rapid.SampledFrom([]payment.State{payment.Succeeded, payment.Failed, payment.NeedsAction, payment.Processing}).Draw(rt, "take")
		if b.onTake == payment.Processing {
			b.then = rapid.SampledFrom([]payment.State{payment.Succeeded, payment.Failed}).Draw(rt, "then")
		} else {
			b.then = rapid.SampledFrom([]payment.State{"", payment.Succeeded, payment.Failed, payment.Processing}).Draw(rt, "then")
		}
		if b.then == payment.Processing {
			b.onTake, b.then = payment.NeedsAction, payment.Succeeded
		}
		b.settleAt = rapid.IntRange(1, 6).Draw(rt, "looks")
		lost := rapid.SliceOfNDistinct(rapid.IntRange(0, 60), 0, 9, rapid.ID[int]).Draw(rt, "lost") // which calls
		next := 0
		b.lose = func(string) (bool, bool) {
			next++
			return slices.Contains(lost, next) && next%2 == 0, slices.Contains(lost, next) && next%2 == 1
		}
		hooks := rapid.SliceOfN(rapid.IntRange(0, 7200), 0, 6).Draw(rt, "webhooks at")
		runs := rapid.IntRange(1, 3).Draw(rt, "runs")
		var err error
		for run := range runs { // the runs before the last were ended from outside
			_, _, err = collect(rt, b, func(env *testsuite.TestWorkflowEnvironment, _ *workflows.TopUpInput) {
				for _, at := range hooks {
					env.RegisterDelayedCallback(func() {
						b.mu.Lock()
						if i := b.intent(); i.State == payment.Succeeded || i.State == payment.Processing || i.State == payment.Failed && !i.Open {
							b.advance(payment.News{State: i.State, Failure: i.Failure})
						}
						b.advance(payment.News{State: payment.Processing}) // a late one of before
						b.mu.Unlock()
						env.SignalWorkflow(workflows.SignalPaymentNews, nil)
					}, time.Duration(at)*time.Second)
				}
				if run < runs-1 {
					env.SetWorkflowRunTimeout(time.Duration(1+at(hooks)) * time.Second)
				}
			})
		}
		require.NoError(rt, err)
		require.True(rt, b.p.State.Final())
		require.LessOrEqual(rt, b.taken, 1)
		require.LessOrEqual(rt, b.intents, 1)
		require.Equal(rt, b.taken, b.entries, "in the wallet exactly when it was taken")
		require.Equal(rt, b.taken == 1, b.p.State == payment.Succeeded)
	})
}

func at(hooks []int) int {
	if len(hooks) == 0 {
		return 0
	}
	return hooks[0] % 60
}
