package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/protocol"
)

// ending is an accepted request to end.
type ending struct {
	cause   rental.Cause
	staffID string
	at      time.Time
	note    string
	verdict activities.Judgement
}

// judgeEnd asks the zones whether the ride may end where the scooter was last seen; before it says no, the scooter is asked
// where it is now.
func (r *ride) judgeEnd(ctx workflow.Context) activities.Judgement {
	verdict := r.judge(ctx, "")
	if verdict.Allowed {
		return verdict
	}
	got := r.line.ask(ctx, protocol.Command{Code: protocol.QueryPosition}, r.in.Limits.AckWindow)
	if got.outcome != command.Done {
		return verdict
	}
	report, _ := got.ack.Values["position"].(string)
	return r.judge(ctx, report)
}

func (r *ride) judge(ctx workflow.Context, report string) activities.Judgement {
	var verdict activities.Judgement
	in := activities.JudgeInput{Plate: r.in.Plate, Report: report, MaxKmh: r.in.MaxKmh, ModelID: r.in.ModelID, At: workflow.Now(ctx)}
	if err := within(ctx, 3*time.Second, "may the ride end here?", rentals.JudgeEnd, in).Get(ctx, &verdict); err != nil {
		workflow.GetLogger(ctx).Warn("the zones can't be asked; the rider is not kept for that", "error", err)
		return activities.Judgement{Allowed: true}
	}
	return verdict
}

// end stops the meter, works out the fare, asks the scooter to lock once, and lets the rider go, locked or not.
// (Design, decisions 3, 6, 7)
func (r *ride) end(ctx workflow.Context, e ending) {
	r.s.Meter.Stop(e.at)
	r.advance(ctx, rental.Locking, e.cause, func(c *rental.Change) {
		c.StaffID = e.staffID
		c.StoppedAt, c.Note, c.EndPosition, c.ZoneVersion = e.at, e.note, e.verdict.Position, e.verdict.ZoneVersion
		c.EndSeenAt = e.verdict.SeenAt
	})
	v, heard := r.query(ctx)
	usage := r.s.Meter.Usage(e.at, r.distance(ctx, v, heard))
	var price []fare.Adjustment
	if e.verdict.Price != nil {
		price = append(price, *e.verdict.Price)
	}
	bill := fare.QuoteWith(r.in.Discount, r.in.Tariff, usage, price...)

	locked := r.isLocked(v, heard) || (!heard || v.standing()) && r.lock(ctx)
	to := rental.Securing
	if locked {
		to = rental.Ended
		r.restoreLimit(ctx)
	}
	r.advance(ctx, to, rental.ByScooter, func(c *rental.Change) {
		c.Outcome, c.Usage, c.Bill = rental.Ridden, &usage, &bill
		if locked {
			c.SecuredAt = workflow.Now(ctx)
		}
	})
	r.charge(ctx, bill)
}

// distance is how far the ride went, in metres, by the trip counter; 0 when nobody knows. A scooter that is silent now may
// have told its counter during the ride.
func (r *ride) distance(ctx workflow.Context, v vehicle, heard bool) int64 {
	if r.s.Baseline == nil {
		return 0
	}
	if !heard {
		known, ok := r.lastKnown(ctx)
		if !ok || known.TripKm < 0 || known.TripAt.Before(r.s.UnlockedAt) {
			return 0
		}
		v.tripKm = known.TripKm
	}
	return fare.Distance(*r.s.Baseline, v.tripKm, r.s.Meter.Riding, r.in.MaxKmh)
}

// charge hands the bill to a workflow of its own, which outlives this one: money never holds a scooter. (Design, decision 9)
func (r *ride) charge(ctx workflow.Context, bill fare.Bill) {
	if bill.Total.Minor <= 0 && bill.Discount() == 0 {
		return
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: localPatience,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: 10 * time.Second},
		Summary:             "have the ride charged",
	})
	r.payment = workflow.ExecuteActivity(ctx, wallets.Settle, activities.SettleInput{
		ChargeInput: activities.ChargeInput{
			RentalID: r.in.RentalID, RiderID: r.in.RiderID, Price: bill.Total, Pauses: bill.Pauses(), Discount: bill.Promotion(), Pass: bill.Pass(),
		},
		Plate: r.in.Plate,
	})
}

// charged waits until the payment has begun. The rider has the answer by then, and the end of the ride is in the history.
func (r *ride) charged(ctx workflow.Context) {
	if r.payment == nil {
		return
	}
	err := r.payment.Get(ctx, nil)
	r.payment = nil
	if err != nil {
		panic(err) // the scooter stays held, visibly, rather than a ride unpaid
	}
}
