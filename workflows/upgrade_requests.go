package workflows

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/firmware"
)

// upgradeRequest is a retry or a restart that waits for its answer.
type upgradeRequest struct {
	restart bool
	done    bool
	out     UpgradeOutcome
}

// handle takes what staff want, and turns away what is meant for a rental.
func (u *upgrade) handle(ctx workflow.Context) error {
	ignoreChanges(ctx)
	parked := func(q UpgradeRequest) error {
		if err := u.meant(q); err != nil {
			return err
		}
		if u.s.State != firmware.Parked {
			return activities.Failure(firmware.ErrNotParked)
		}
		return nil
	}
	submit := func(restart bool) func(workflow.Context, UpgradeRequest) (UpgradeOutcome, error) {
		return func(ctx workflow.Context, q UpgradeRequest) (UpgradeOutcome, error) {
			u.note(ctx, q)
			return u.submit(ctx, &upgradeRequest{restart: restart})
		}
	}
	return errors.Join(
		turnRidersAway(ctx),
		update(ctx, UpdateUpgradeRetry, submit(false), parked),
		update(ctx, UpdateUpgradeRestart, submit(true), parked),
		update(ctx, UpdateUpgradeAbort, u.abort, u.meant),
	)
}

// meant rejects what is for another upgrade of this scooter, or comes too late.
func (u *upgrade) meant(q UpgradeRequest) error {
	if q.UpgradeID != u.in.UpgradeID || u.closed || u.s.State.Over() {
		return activities.Failure(firmware.ErrUpgradeOver)
	}
	return nil
}

// submit waits until the scooter has answered the next step, or the upgrade is parked again, or over.
func (u *upgrade) submit(ctx workflow.Context, q *upgradeRequest) (UpgradeOutcome, error) {
	u.requests = append(u.requests, q)
	ctx, _ = workflow.NewDisconnectedContext(ctx) // as the story
	err := workflow.Await(ctx, func() bool { return q.done })
	return q.out, err
}

// abort waits until the scooter is given back.
func (u *upgrade) abort(ctx workflow.Context, q UpgradeRequest) (UpgradeOutcome, error) {
	u.note(ctx, q)
	u.aborted = true
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	err := workflow.Await(ctx, func() bool { return u.closed })
	return u.outcome(), err
}

// note keeps what was accepted for the next step that is stored.
func (u *upgrade) note(ctx workflow.Context, q UpgradeRequest) {
	u.s.Decided = append(u.s.Decided, q.Decision)
	u.asked++
	u.askedAt = workflow.GetInfo(ctx).GetCurrentHistoryLength()
}

// tellOutcome answers those whose request the scooter has answered, with where the upgrade is now.
func (u *upgrade) tellOutcome() {
	if !u.heard {
		return
	}
	for _, q := range u.tried {
		q.done, q.out = true, u.outcome()
	}
	u.tried = nil
}

// answerAll answers whoever waits: it is over.
func (u *upgrade) answerAll() {
	u.tried, u.requests, u.heard = append(u.tried, u.requests...), nil, true
	u.tellOutcome()
}

func (u *upgrade) outcome() UpgradeOutcome {
	return UpgradeOutcome{UpgradeID: u.in.UpgradeID, State: u.s.State, Trouble: u.s.Trouble}
}

// settle parts the answer to a request from the closing of the workflow, as for a rental.
func (u *upgrade) settle(ctx workflow.Context) {
	if u.asked > 0 && u.askedAt == workflow.GetInfo(ctx).GetCurrentHistoryLength() {
		checkpoint(ctx, "before it closes")
	}
}
