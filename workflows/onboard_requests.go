package workflows

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
	"rodada/protocol"
)

// hear keeps what staff want until the story comes to it.
func (o *onboard) hear(q OnboardRequest) {
	if q.OnboardingID == o.in.OnboardingID {
		o.requests = append(o.requests, q)
	}
}

// asked reports whether staff want something.
func (o *onboard) asked() bool { return len(o.requests) > 0 }

// aborting reports whether staff want no more of it.
func (o *onboard) aborting() bool {
	return slices.ContainsFunc(o.requests, func(q OnboardRequest) bool { return q.Do == OnboardAbort })
}

// serve does what staff want.
func (o *onboard) serve(ctx workflow.Context) {
	for o.asked() && !o.s.State.Over() {
		q := o.requests[0]
		o.requests = o.requests[1:]
		switch q.Do {
		case OnboardProvide:
			if o.provide(ctx, false) && o.supplant(ctx, q) && o.s.State == onboarding.Parked {
				o.resume(ctx)
			}
		case OnboardRetry:
			if o.s.State == onboarding.Parked {
				o.resume(ctx)
			}
		case OnboardAbort:
			o.abort(ctx, q.By)
		}
	}
}

// supplant gives a bootstrap account another password, unless the box answers, and so has what it needs.
func (o *onboard) supplant(ctx workflow.Context, q OnboardRequest) bool {
	if !q.Replace || (o.s.State != onboarding.Waiting && o.s.Trouble != onboarding.Silent) ||
		o.ask(ctx, protocol.Command{Code: protocol.QueryVersion}).outcome == command.Done {
		return true
	}
	return o.provide(ctx, true)
}

// resume goes on where the trouble was.
func (o *onboard) resume(ctx workflow.Context) {
	o.s.Since, o.s.Backoff = workflow.Now(ctx), o.in.Limits.Backoff
	o.enter(ctx, o.s.Resume, "Trying again.")
}

// abort ends the onboarding with every credential good that the box may have.
func (o *onboard) abort(ctx workflow.Context, by string) {
	if o.s.Suspended && !o.restore(ctx) {
		o.requests = append(o.requests, OnboardRequest{OnboardingID: o.in.OnboardingID, Do: OnboardAbort, By: by})
		wait(ctx, o.in.Limits.Backoff, "wait to restore the old credential", never)
		return
	}
	if o.s.Alerted {
		o.s.Alerted = false
		persist(ctx, "the alert is settled", people.Clear, activities.ClearInput{Plate: o.in.Plate, Kind: staff.Onboarding, By: "staff"})
	}
	o.enter(ctx, onboarding.Aborted, "Aborted by staff.")
}

// park waits for staff, and where only the box is missing, for its next word.
func (o *onboard) park(ctx workflow.Context) {
	const forever = 365 * 24 * time.Hour
	if o.s.Trouble != onboarding.Silent && o.s.Trouble != onboarding.NotBack {
		wait(ctx, forever, "wait for staff", o.asked)
		return
	}
	o.s.AskedAt = workflow.Now(ctx).Add(-o.in.Limits.AckWindow) // what it said until now is known
	if o.rest(ctx, o.in.Limits.BackoffMax, "wait for the box, or for staff") {
		o.resume(ctx)
	}
}
