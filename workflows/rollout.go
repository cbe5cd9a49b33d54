package workflows

import (
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/firmware"
)

const (
	// rolloutEvents is how long a history may become before the rollout continues as new.
	rolloutEvents = 4000
	// rolloutRound is how many upgrades begin in one round.
	rolloutRound = 50
)

// rollout is one rollout. How its scooters stand is in the store alone: what it hears only tells it to look there, so that what
// it hears twice, late or never does no harm.
type rollout struct {
	in    RolloutInput
	s     RolloutState
	stand firmware.Stand
	turn  workflow.Mutex // beginning upgrades, or deciding on whether any begin
	woken bool           // something has changed since the last look
	begun int            // upgrades, by this run

	joined time.Time // late scooters were let in
}

// Rollout brings an image to the scooters that the store has for it: group by group and no more at once than allowed, until all
// had their turn, the thresholds pause it, or staff stop it. Its upgrades are children that it leaves to themselves, because it
// continues as new long before they end.
func Rollout(ctx workflow.Context, in RolloutInput) error {
	steady, _ := workflow.NewDisconnectedContext(ctx)
	r := &rollout{in: in, turn: workflow.NewMutex(ctx)}
	if err := r.handle(steady); err != nil {
		return err
	}
	workflow.GoNamed(ctx, "cancelled", func(ctx workflow.Context) {
		ctx.Done().Receive(ctx, nil)
		steady, _ := workflow.NewDisconnectedContext(ctx)
		_, _ = r.decide(steady, activities.RolloutDecision{Deed: firmware.Stop, Reason: "Cancelled in Temporal."})
	})
	if in.State != nil {
		r.s = *in.State
	} else {
		r.look(steady, firmware.Step{}, "look how it stands")
		r.s.Round = r.stand.Round
	}
	for {
		if r.full(steady) {
			return r.renew(steady)
		}
		r.step(steady)
		if r.stand.State.Over() {
			if err := workflow.Await(steady, func() bool { return workflow.AllHandlersFinished(steady) }); err != nil {
				return err
			}
			if r.stand.State.Over() {
				return nil
			}
			continue // somebody has the failed tried again
		}
		r.rest(steady)
	}
}

// handle hears the upgrades, and staff.
func (r *rollout) handle(ctx workflow.Context) error {
	workflow.GoNamed(ctx, "upgrades", func(ctx workflow.Context) {
		for {
			workflow.GetSignalChannel(ctx, SignalUpgradeEnded).Receive(ctx, nil)
			r.woken = true
		}
	})
	var errs []error
	for _, u := range []struct {
		name string
		deed firmware.Deed
	}{
		{UpdateRolloutPause, firmware.Pause}, {UpdateRolloutResume, firmware.Resume}, {UpdateRolloutStop, firmware.Stop}, {UpdateRolloutRetry, firmware.Retry},
	} {
		errs = append(errs, update(ctx, u.name, func(ctx workflow.Context, q RolloutRequest) (RolloutOutcome, error) {
			return r.decide(ctx, activities.RolloutDecision{Deed: u.deed, Reason: q.Reason, Actor: &q.Actor})
		}, func(RolloutRequest) error { return nil }))
	}
	return errors.Join(errs...)
}

// decide does what staff want, between two rounds.
func (r *rollout) decide(ctx workflow.Context, d activities.RolloutDecision) (RolloutOutcome, error) {
	if err := r.turn.Lock(ctx); err != nil {
		return RolloutOutcome{}, err
	}
	defer r.turn.Unlock()
	d.RolloutID = r.in.RolloutID
	var state firmware.RolloutState
	if err := stubborn(ctx, "staff: "+string(d.Deed), &state, rollouts.DecideRollout, d); err != nil {
		return RolloutOutcome{}, err
	}
	r.stand.State = state
	r.woken = true
	return RolloutOutcome{RolloutID: r.in.RolloutID, State: state}, nil
}

// step begins the upgrades whose turn it is.
func (r *rollout) step(ctx workflow.Context) {
	if err := r.turn.Lock(ctx); err != nil {
		panic(err) // only a cancelled context
	}
	defer r.turn.Unlock()
	r.s.Round++
	join := workflow.Now(ctx).Sub(r.joined) >= r.in.Limits.LookEvery
	if join {
		r.joined = workflow.Now(ctx)
	}
	r.look(ctx, firmware.Step{Round: r.s.Round, Most: min(rolloutRound, r.in.Limits.Starts-r.begun), Join: join}, "take the next step")
	r.begin(ctx)
}

// look asks the store.
func (r *rollout) look(ctx workflow.Context, step firmware.Step, summary string) {
	r.woken = false
	step.RolloutID, step.RetryAfter, step.Patience, step.Now = r.in.RolloutID, r.in.Limits.RetryAfter, r.in.Limits.Patience, workflow.Now(ctx)
	r.stand = firmware.Stand{}
	in := activities.StepInput{Step: step, ImageID: r.in.ImageID, Downgrade: r.in.Downgrade}
	if err := stubborn(ctx, summary, &r.stand, rollouts.StepRollout, in); err != nil {
		panic(err)
	}
	text := details(r.stand)
	if r.in.State != nil { // this run has no static details of its own
		text += "\n\n" + r.in.About
	}
	workflow.SetCurrentDetails(ctx, text)
}

// begin starts the upgrades, and waits until each has begun or can't, because somebody has the scooter.
func (r *rollout) begin(ctx workflow.Context) {
	children := make([]workflow.ChildWorkflowFuture, len(r.stand.Begin))
	for i, b := range r.stand.Begin {
		children[i] = workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
			WorkflowID:            ScooterID(b.Plate),
			ParentClosePolicy:     enums.PARENT_CLOSE_POLICY_ABANDON,
			WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
			StaticSummary:         "Firmware " + r.in.Version + " for " + b.Plate,
			StaticDetails:         "Upgrade " + b.UpgradeID + ", image " + r.in.ImageID + ", rollout " + r.in.RolloutID,
			TypedSearchAttributes: temporal.NewSearchAttributes(AttributePlate.ValueSet(b.Plate), AttributeRollout.ValueSet(r.in.RolloutID)),
		}), UpgradeName, UpgradeInput{
			UpgradeID: b.UpgradeID, Plate: b.Plate, Dialect: r.in.Dialect, ImageID: r.in.ImageID, Version: r.in.Version, Size: r.in.Size,
			Downgrade: r.in.Downgrade, RolloutID: r.in.RolloutID, Limits: r.in.Upgrade,
		})
	}
	var dropped []string
	for i, b := range r.stand.Begin {
		if err := children[i].GetChildWorkflowExecution().Get(ctx, nil); err != nil {
			workflow.GetLogger(ctx).Info("an upgrade can't begin; trying again later", "plate", b.Plate, "error", err)
			dropped = append(dropped, b.UpgradeID)
		}
	}
	r.begun += len(r.stand.Begin)
	if len(dropped) > 0 {
		persist(ctx, "wait for scooters in use", rollouts.DropUpgrades, activities.DropInput{UpgradeIDs: dropped})
		r.stand.Waiting += len(dropped)
		r.stand.Room += len(dropped) // for the next ones
	}
}

// rest waits until something has changed, or it is time to look.
func (r *rollout) rest(ctx workflow.Context) {
	limits := r.in.Limits
	d, summary := limits.LookEvery, "wait for upgrades to end"
	switch closed := r.stand.OpensAt.Sub(workflow.Now(ctx)); {
	case r.stand.State != firmware.RolloutRunning:
		summary = "wait for staff: " + string(r.stand.State)
	case closed > 0:
		d, summary = min(closed, d), "wait for the maintenance window"
	case r.stand.Waiting == 0 || r.stand.Room == 0:
	case len(r.stand.Begin)+r.stand.Passed > 0:
		return // there may be more
	default:
		d, summary = limits.RetryAfter, "wait for scooters that are in use or not ready"
	}
	wait(ctx, d, summary, r.stirred)
}

func (r *rollout) stirred() bool { return r.woken }

// full reports whether the run has done its share.
func (r *rollout) full(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return r.begun >= r.in.Limits.Starts || info.GetCurrentHistoryLength() > rolloutEvents || info.GetContinueAsNewSuggested()
}

// renew continues as new. What was signalled and not read needs no carrying along: the next run begins by looking.
func (r *rollout) renew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	for workflow.GetSignalChannel(ctx, SignalUpgradeEnded).ReceiveAsync(nil) {
	}
	next := r.in
	next.State = &r.s
	return workflow.NewContinueAsNewError(ctx, RolloutName, next)
}
