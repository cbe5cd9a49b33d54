package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
	"rodada/protocol"
)

const (
	// onboardEvents is how long a history may become before the onboarding continues as new.
	onboardEvents = 2000
	// probeTries is how often a box is asked what not every box answers.
	probeTries = 3
)

// onboard is one taking in of a scooter. Each step leaves the box reachable: what it logged in with until now is good until
// it was heard without it.
type onboard struct {
	in       OnboardInput
	s        OnboardState
	line     *line
	requests []OnboardRequest
	spoke    bool // the last rest ended because the box said something
}

// Onboard waits until a scooter is heard, asks it who it is, compares that with what is registered, gives it a credential of
// its own, proves that it uses that one, and only then revokes what it came with. What goes wrong parks it, with an alert,
// until staff say retry or abort.
func Onboard(ctx workflow.Context, in OnboardInput) error {
	o := &onboard{in: in, s: OnboardState{State: onboarding.Waiting, Since: workflow.Now(ctx), Backoff: in.Limits.Backoff}}
	if in.State != nil {
		o.s = *in.State
	}
	o.line = newLine(ctx, in.Plate, in.OnboardingID, in.Dialect, o.s.Sends)
	o.line.origin = command.ForOnboarding
	workflow.GoNamed(ctx, "requests", func(ctx workflow.Context) {
		for {
			var q OnboardRequest
			workflow.GetSignalChannel(ctx, SignalOnboard).Receive(ctx, &q)
			o.hear(q)
		}
	})
	for !o.s.State.Over() {
		if workflow.GetInfo(ctx).GetCurrentHistoryLength() > onboardEvents {
			return o.renew(ctx)
		}
		o.step(ctx)
		o.serve(ctx)
	}
	return nil
}

func (o *onboard) step(ctx workflow.Context) {
	switch o.s.State {
	case onboarding.Waiting:
		o.meet(ctx)
	case onboarding.Asking:
		o.interview(ctx)
	case onboarding.Switching:
		o.hand(ctx)
	case onboarding.Confirming:
		o.prove(ctx)
	case onboarding.Parked:
		o.park(ctx)
	}
}

// renew continues as new with nothing lost.
func (o *onboard) renew(ctx workflow.Context) error {
	o.line.drain(ctx)
	var q OnboardRequest
	for workflow.GetSignalChannel(ctx, SignalOnboard).ReceiveAsync(&q) {
		o.hear(q)
	}
	o.serve(ctx)
	o.s.Sends = o.line.sends
	next := o.in
	next.State = &o.s
	return workflow.NewContinueAsNewError(ctx, OnboardName, next)
}

// enter stores a step and shows it in the Temporal UI.
func (o *onboard) enter(ctx workflow.Context, state onboarding.State, detail string) {
	o.s.State = state
	if state != onboarding.Parked {
		o.s.Trouble = ""
	}
	o.s.Seq++
	workflow.SetCurrentDetails(ctx, string(state)+": "+detail)
	persist(ctx, "store: "+string(state), onboardings.AdvanceOnboarding, onboarding.Change{
		ID: o.in.OnboardingID, Seq: o.s.Seq, State: state, Trouble: o.s.Trouble, Detail: detail, At: workflow.Now(ctx),
	})
	if state == onboarding.Parked {
		o.s.Alerted = true
		alert := staff.Alert{Plate: o.in.Plate, Kind: staff.Onboarding, Text: detail, OpenedAt: workflow.Now(ctx)}
		persist(ctx, "alert staff", people.Alert, alert)
	} else if o.s.Alerted {
		o.s.Alerted = false
		persist(ctx, "the alert is settled", people.Clear, activities.ClearInput{Plate: o.in.Plate, Kind: staff.Onboarding, By: "system"})
	}
}

// trouble parks the onboarding; staff's retry, or for a box that is away its next word, resumes it.
func (o *onboard) trouble(ctx workflow.Context, what onboarding.Trouble, resume onboarding.State, detail string) {
	o.s.Trouble, o.s.Resume = what, resume
	o.enter(ctx, onboarding.Parked, detail)
}

// ask sends a command and keeps it in the scooter's history.
func (o *onboard) ask(ctx workflow.Context, c protocol.Command) answer {
	return o.askFor(ctx, c, o.in.Limits.AckWindow)
}

func (o *onboard) askFor(ctx workflow.Context, c protocol.Command, window time.Duration) answer {
	o.s.AskedAt = workflow.Now(ctx)
	got := o.line.ask(ctx, c, window)
	o.line.flush(ctx)
	if got.outcome == command.Done {
		o.s.Backoff = o.in.Limits.Backoff
	}
	return got
}

// pause waits before the next try: a while in any case, then until the box says anything, the backoff is over or staff want
// something.
func (o *onboard) pause(ctx workflow.Context, summary string) {
	d := o.s.Backoff
	o.s.Backoff = min(2*d, o.in.Limits.BackoffMax)
	o.rest(ctx, d, summary)
}

// rest is a pause of a length; true: the box said something. The first word ends it almost at once; a box that speaks and does
// not answer has to wait longer.
func (o *onboard) rest(ctx workflow.Context, d time.Duration, summary string) bool {
	least := d / 4
	if !o.spoke {
		least = min(least, time.Second)
	}
	o.spoke = o.hush(ctx, d, least, summary)
	return o.spoke
}

func (o *onboard) hush(ctx workflow.Context, d, least time.Duration, summary string) bool {
	id, spoke := o.in.OnboardingID, false
	in := activities.ListenInput{
		LeaseInput: activities.LeaseInput{WorkflowID: o.line.workflowID, SendID: id, Plate: o.in.Plate, For: d + leaseGrace},
		Since:      o.s.AskedAt.Add(o.in.Limits.AckWindow),
	}
	o.line.heard = ""
	if err := within(ctx, 10*time.Second, "listen for the scooter", scooters.Listen, in).Get(ctx, &spoke); err != nil {
		workflow.GetLogger(ctx).Warn("can't listen; trying again later", "error", err)
	}
	if wait(ctx, least, summary, o.asked) || spoke {
		return spoke
	}
	wait(ctx, d-least, summary, func() bool { return o.asked() || o.line.heard == id })
	return o.line.heard == id
}

// broker brings the broker's accounts in step; false: it would not, and the onboarding is parked.
func (o *onboard) broker(ctx workflow.Context, summary string, resume onboarding.State, result, activity, in any) bool {
	err := patiently(ctx, summary, o.in.Limits.SwitchPatience, result, activity, in)
	if err != nil {
		workflow.GetLogger(ctx).Error("the broker's accounts can't be changed", "error", err)
		o.trouble(ctx, onboarding.BrokerAway, resume, "The broker's accounts can't be changed: see the workflow's history.")
	}
	return err == nil
}
