package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"go.temporal.io/sdk/client"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/staff"
	"rodada/workflows"
)

// decideRollout is POST /admin/v1/rollouts/{id}/submit, approve, deny, start, pause, resume, stop and retry-failed.
type decideRollout struct {
	*rollouts
	deed firmware.Deed
}

type decideRolloutIn struct {
	RolloutRef
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The canaries are well."`
	}
}

// aboutRollouts says what each deed does.
var aboutRollouts = map[firmware.Deed]struct{ id, summary, description string }{
	firmware.Submit:  {"submit-rollout", "Finish the draft of a rollout", "Where four eyes are asked for, it waits for its approval; else it is ready."},
	firmware.Approve: {"approve-rollout", "Approve a rollout", "One that waits for it, by somebody who wrote no part of it where four eyes are asked for."},
	firmware.Deny:    {"deny-rollout", "Make a rollout a draft again", "Until it was started."},
	firmware.Start: {"start-rollout", "Start a rollout", "From now on its scooters are fixed, and its upgrades begin. Started again, it is the same; " +
		"one whose start broke off goes on."},
	firmware.Pause: {"pause-rollout", "Pause a rollout", "Nothing begins after the answer; what goes on ends."},
	firmware.Resume: {"resume-rollout", "Let a paused rollout go on", "After its thresholds paused it: the errors so far do not pause it again, and a group " +
		"without the success it needs is passed. Not when the image was retired."},
	firmware.Stop:  {"stop-rollout", "Stop a rollout for good", "Nothing begins after the answer. It is stopping until what goes on has ended. One that was never started is denied and deleted instead."},
	firmware.Retry: {"retry-rollout", "Give the failed scooters of a rollout another turn", "One that is finished goes on. Parked upgrades are support's."},
}

func (e decideRollout) Meta() meta {
	about := aboutRollouts[e.deed]
	m := meta{
		ID: about.id, Summary: about.summary, Description: about.description, Needs: staff.Firmware,
		Faults: []*fault.Error{firmware.ErrRolloutUnknown, firmware.ErrRolloutState},
	}
	switch e.deed {
	case firmware.Approve:
		m.Faults = append(m.Faults, firmware.ErrOwnRollout)
	case firmware.Start:
		m.Faults = append(m.Faults, firmware.ErrNotApproved, firmware.ErrRolloutEmpty, firmware.ErrRetired)
	case firmware.Resume:
		m.Faults = append(m.Faults, firmware.ErrRetired)
	case firmware.Stop:
		m.Faults = append(m.Faults, firmware.ErrNotStarted)
	case firmware.Retry:
		m.Faults = append(m.Faults, firmware.ErrNoneFailed)
	}
	if updates[e.deed] != "" {
		m.Also = map[int]string{http.StatusAccepted: "It was asked for and is not answered yet. Follow Location."}
	}
	return m
}

// updates are what the workflow of a rollout is asked for.
var updates = map[firmware.Deed]string{
	firmware.Pause: workflows.UpdateRolloutPause, firmware.Resume: workflows.UpdateRolloutResume,
	firmware.Stop: workflows.UpdateRolloutStop, firmware.Retry: workflows.UpdateRolloutRetry,
}

func (e decideRollout) Execute(ctx context.Context, in *decideRolloutIn) (*rolloutOut, error) {
	r, err := e.store.Rollout(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := r.After(e.deed, subjectFrom(ctx), e.rules.FourEyes); err != nil {
		return nil, err
	}
	if r.State.Begun() && !r.State.Over() && updates[e.deed] != "" {
		return e.ask(ctx, r, string(in.Body.Reason))
	}
	return e.decide(ctx, in.ID, string(in.Body.Reason))
}

// decide writes down what no workflow needs to hear.
func (e decideRollout) decide(ctx context.Context, id, reason string) (*rolloutOut, error) {
	r, err := e.store.DecideRollout(ctx, firmware.Decision{
		RolloutID: id, Deed: e.deed, By: subjectFrom(ctx), Reason: reason, FourEyes: e.rules.FourEyes,
	})
	if err != nil {
		return nil, err
	}
	if r.State == firmware.RolloutRunning { // the row first: whoever asks again starts what is written down
		if err := e.begin(ctx, r); err != nil {
			return nil, err
		}
	}
	return &rolloutOut{Status: http.StatusOK, Body: rolloutBody(r)}, nil
}

// ask asks the workflow, and starts it if it is not there.
func (e decideRollout) ask(ctx context.Context, r firmware.Rollout, reason string) (*rolloutOut, error) {
	wait, cancel := context.WithTimeout(ctx, e.deadline)
	defer cancel()
	actor, _ := staff.ActorFrom(ctx)
	update := client.UpdateWorkflowOptions{
		WorkflowID: workflows.RolloutID(r.ID), UpdateName: updates[e.deed], UpdateID: uuid.NewString(),
		Args: []any{workflows.RolloutRequest{Actor: actor, Reason: reason}}, WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	asked := e.holders.ask(wait, update)
	if errors.Is(asked, errNoHolder) {
		if r, err := e.store.Rollout(ctx, r.ID); err == nil && r.State.Over() {
			return e.decide(ctx, r.ID, reason) // it has ended meanwhile, of this deed perhaps
		}
		if asked = e.begin(wait, r); asked == nil {
			asked = e.holders.ask(wait, update)
		}
	}
	after, err := e.store.Rollout(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	out := &rolloutOut{Status: http.StatusOK, Body: rolloutBody(after)}
	switch {
	case asked == nil:
		return out, nil
	case isFault(asked):
		return nil, asked
	case wasTooSlow(asked):
		out.Status, out.Location = http.StatusAccepted, rolloutAt(r.ID)
		return out, nil
	}
	return nil, fault.ErrAway.Because(asked)
}

// begin starts the workflow of a rollout that is written down as running, unless it runs.
func (s *rollouts) begin(ctx context.Context, r firmware.Rollout) error {
	models, err := s.models.Models(ctx)
	if err != nil {
		return err
	}
	in := workflows.RolloutInput{
		RolloutID: r.ID, ImageID: r.Image.ID, Version: r.Image.Version, Size: r.Image.Size, Downgrade: r.Plan.Downgrade,
		Upgrade: UpgradeLimits(s.upgrade), About: planDetails(r.Plan),
		Limits: workflows.RolloutLimits{RetryAfter: s.rules.RetryAfter, Patience: s.rules.OfflinePatience, LookEvery: s.rules.LookEvery, Starts: startsPerRun},
	}
	for _, m := range models {
		if m.ID == r.Image.ModelID {
			in.Dialect = workflows.Dialect{StrictJSON: m.StrictJSON, LowercaseLength: m.LowercaseLength}
		}
	}
	return s.holders.rollout(ctx, in, r.Plan.Name)
}

// startsPerRun is how many upgrades a run of a rollout's workflow begins: its history stays short.
const startsPerRun = 250
