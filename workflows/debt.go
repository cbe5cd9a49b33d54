package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/debt"
)

// Debt collects what a rider owes: all of it, at each step of the debt, until the wallet does not stand below zero any more. Every
// look is into the books, so it may begin anywhere, also after another that somebody ended. When the last step has failed it ends, and
// whoever asks for one more attempt starts it again.
func Debt(ctx workflow.Context, in DebtInput) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // a payment that was begun must be found out, whoever cancels
	d := collection{in: in, news: workflow.GetSignalChannel(ctx, SignalDebtNews)}
	return d.run(ctx)
}

type collection struct {
	in   DebtInput
	news workflow.ReceiveChannel
	now  activities.DebtState
}

// How often the payment of an attempt is looked at that nobody tells of: each pause is twice the one before.
const (
	firstDebtLook   = time.Second
	longestDebtLook = time.Hour
	// paymentInWay is how long another payment is waited for before one looks again.
	paymentInWay = 5 * time.Minute
)

func (d *collection) run(ctx workflow.Context) error {
	for {
		for d.news.ReceiveAsync(nil) { // one look is an answer to all
		}
		d.now = activities.DebtState{}
		if err := stubborn(ctx, "look what is owed", &d.now, debts.Owes, activities.DebtorRef{RiderID: d.in.RiderID}); err != nil {
			return err
		}
		switch {
		case d.now.NextAt == nil:
			if d.news.Len() > 0 {
				continue
			}
			d.tellEnd(ctx)
			return nil
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested() && d.news.Len() == 0:
			return workflow.NewContinueAsNewError(ctx, DebtName, d.in)
		case workflow.Now(ctx).Before(*d.now.NextAt):
			workflow.SetCurrentDetails(ctx, "Waiting for the next step.")
			d.wait(ctx, d.now.NextAt.Sub(workflow.Now(ctx)), "until the next attempt")
		default:
			if err := d.attempt(ctx); err != nil {
				return err
			}
		}
	}
}

func (d *collection) tellEnd(ctx workflow.Context) {
	if d.now.DebtID == "" {
		workflow.SetCurrentDetails(ctx, "Over: nothing is owed.")
		return
	}
	workflow.SetCurrentDetails(ctx, "Over: every step failed. The rider or staff have to do something.")
}

// attempt collects the debt once. It goes on only when it is known what became of the money.
func (d *collection) attempt(ctx workflow.Context) error {
	workflow.SetCurrentDetails(ctx, "Collecting.")
	over := activities.DebtAttemptOver{DebtAttempt: activities.DebtAttempt{
		RiderID: d.in.RiderID, DebtID: d.now.DebtID, Number: d.now.Attempts + 1, Due: *d.now.NextAt,
	}}
	var begun activities.DebtAttemptBegun
	if err := stubborn(ctx, "begin to collect it", &begun, debts.BeginAttempt, over.DebtAttempt); err != nil {
		return err
	}
	switch {
	case begun.Wait:
		workflow.SetCurrentDetails(ctx, "Waiting for another payment of the rider's.")
		d.wait(ctx, paymentInWay, "until the other payment is over")
		return nil
	case begun.PaymentID == "" && begun.Trouble == "": // it is paid
		return nil
	case begun.PaymentID == "":
		over.Trouble = begun.Trouble
	default:
		became, err := d.await(ctx, begun.PaymentID)
		if err != nil {
			return err
		}
		over.Trouble = debt.Trouble(became.Failure)
	}
	return stubborn(ctx, "write down what it came to", nil, debts.SettleAttempt, over)
}

// await waits until a payment is over, however long that takes.
func (d *collection) await(ctx workflow.Context, paymentID string) (became activities.PaymentOutcome, err error) {
	for pause := firstDebtLook; ; pause = min(2*pause, longestDebtLook) {
		d.wait(ctx, pause, "until the next look")
		err = stubborn(ctx, "look what became of it", &became, debts.LookAtAttempt, activities.PaymentRef{PaymentID: paymentID})
		if err != nil || became.Over {
			return became, err
		}
	}
}

// wait waits until there is news, or the time is over.
func (d *collection) wait(ctx workflow.Context, limit time.Duration, summary string) {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(ctx, limit, workflow.TimerOptions{Summary: summary})
	workflow.NewSelector(ctx).AddFuture(timer, func(workflow.Future) {}).AddReceive(d.news, func(workflow.ReceiveChannel, bool) {}).Select(ctx)
	for d.news.ReceiveAsync(nil) {
	}
}
