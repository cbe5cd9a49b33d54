package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
)

// TopUp collects one payment: it tells the provider of it, has the money taken, and goes on looking until it is known what became of
// it. Webhooks make it look at once; without them it looks by itself. The money comes into the wallet with the state, in the store.
func TopUp(ctx workflow.Context, in TopUpInput) (TopUpOutcome, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // money that was taken must be found out, whoever cancels
	t := topUp{in: in, ref: activities.PaymentRef{PaymentID: in.PaymentID}, news: workflow.GetSignalChannel(ctx, SignalPaymentNews)}
	if err := t.run(ctx); err != nil {
		return TopUpOutcome{}, err
	}
	workflow.SetCurrentDetails(ctx, "Over: "+string(t.now.State)+".")
	return TopUpOutcome{State: t.now.State}, nil
}

type topUp struct {
	in   TopUpInput
	ref  activities.PaymentRef
	news workflow.ReceiveChannel
	now  activities.PaymentState
}

// How often a payment is looked at that nobody tells of: each pause is twice the one before.
const (
	firstPaymentLook   = 2 * time.Second
	longestPaymentLook = time.Hour
	paymentLooksARun   = 200
)

func (t *topUp) run(ctx workflow.Context) error {
	begun := t.in.Begun
	if begun == nil {
		if err := t.begin(ctx); err != nil || t.now.State.Final() {
			return err
		}
		begun = &TopUpBegun{At: workflow.Now(ctx), Pause: firstPaymentLook}
	}
	for range paymentLooksARun {
		t.wait(ctx, begun)
		err := t.ask(ctx, "look how the payment stands", cashier.Look)
		if err == nil && t.now.Waits && !workflow.Now(ctx).Before(begun.At.Add(t.in.Limits.Action)) {
			err = t.ask(ctx, "nobody confirmed it in time: cancel it", cashier.GiveUp)
		}
		if err != nil || t.now.State.Final() {
			return err
		}
		begun.Pause = min(2*begun.Pause, longestPaymentLook)
	}
	t.in.Begun = begun
	return workflow.NewContinueAsNewError(ctx, TopUpName, t.in)
}

// begin tells the provider of the payment and then to collect it. One that the provider does not come to know in time is given up:
// nothing of it was ever to be taken.
func (t *topUp) begin(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx, "Telling the provider.")
	err := patiently(ctx, "tell the provider of the payment", t.in.Limits.Announce, &t.now, cashier.Announce, t.ref)
	if err != nil {
		return t.ask(ctx, "the provider can't be told: give it up", cashier.GiveUp)
	}
	if t.now.State.Final() {
		return nil
	}
	workflow.SetCurrentDetails(ctx, "Collecting.")
	return t.ask(ctx, "collect the payment", cashier.Collect)
}

// wait waits until there is news, or it is time to look.
func (t *topUp) wait(ctx workflow.Context, begun *TopUpBegun) {
	pause := begun.Pause
	if t.now.Waits {
		workflow.SetCurrentDetails(ctx, "The rider has to confirm it with the bank.")
		pause = min(pause, max(time.Second, begun.At.Add(t.in.Limits.Action).Sub(workflow.Now(ctx))))
	}
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(ctx, pause, workflow.TimerOptions{Summary: "until the next look"})
	workflow.NewSelector(ctx).AddFuture(timer, func(workflow.Future) {}).AddReceive(t.news, func(workflow.ReceiveChannel, bool) {}).Select(ctx)
	for t.news.ReceiveAsync(nil) { // one look is an answer to all
	}
}

// ask asks the provider until it answers. That may take days, in which nobody knows whether the money was taken.
func (t *topUp) ask(ctx workflow.Context, summary string, activity any) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 30 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: time.Minute},
		Summary:             summary,
	})
	return workflow.ExecuteActivity(ctx, activity, t.ref).Get(ctx, &t.now)
}
