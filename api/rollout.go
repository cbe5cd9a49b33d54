package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/workflows"
)

// rolloutStore is what rollouts need of the books.
type rolloutStore interface {
	CreateRollout(ctx context.Context, r firmware.Rollout) (firmware.Rollout, error)
	ChangeRollout(ctx context.Context, id, by string, change func(*firmware.Plan)) (firmware.Rollout, error)
	DeleteRollout(ctx context.Context, id string) error
	DecideRollout(ctx context.Context, d firmware.Decision) (firmware.Rollout, error)
	Rollout(ctx context.Context, id string) (firmware.Rollout, error)
	Rollouts(ctx context.Context, states []firmware.RolloutState, q listing.Query) (list []firmware.Rollout, places []listing.Place, total int, err error)
	RolloutTargets(ctx context.Context, id string, f firmware.TargetFilter, q listing.Query) (list []firmware.Target, places []listing.Place, total int, err error)
}

// dialects says how the boxes of models write.
type dialects interface {
	Models(ctx context.Context) ([]fleet.Model, error)
}

// rollouts is the giving of firmware to many scooters.
type rollouts struct {
	store    rolloutStore
	models   dialects
	progress Progress // of its upgrades; nil: it is not shown
	holders  holders
	rules    config.Rollout
	upgrade  config.Upgrade
	deadline time.Duration
	pace     time.Duration // of looks at what a stream shows
}

// RolloutBody is a rollout.
type RolloutBody struct {
	ID string `json:"id" format:"uuid"`
	RolloutPlan
	Model      string                `json:"model"`
	Version    string                `json:"version" doc:"That the scooters are to run."`
	State      firmware.RolloutState `json:"state" enum:"draft,waiting_for_approval,ready,running,paused,stopping,stopped,finished"`
	Halt       firmware.Halt         `json:"halt,omitempty" enum:"staff,errors,success,image_retired" doc:"Why it is paused: staff did it; a group has more errors than allowed; a group is through without the success it needs; the image was retired."`
	HaltGroup  int                   `json:"halt_group,omitempty" doc:"The group that paused it."`
	Reason     string                `json:"reason,omitempty" doc:"What staff said when they last decided on it."`
	Matching   *int                  `json:"matching,omitempty" doc:"Before the start: how many scooters of the image's model the filter picks now."`
	Fitting    *int                  `json:"fitting,omitempty" doc:"How many of them it would take now. The others run the version, or, without downgrade, a newer one."`
	Scooters   *RolloutTally         `json:"scooters,omitempty" doc:"How all of them stand, since the start."`
	Groups     []RolloutGroup        `json:"group_progress,omitempty"`
	Waits      []RolloutWait         `json:"waits,omitempty" doc:"What the scooters wait for whose turn has come. Absent while the rollout does not run: see halt."`
	OpensAt    *time.Time            `json:"opens_at,omitempty" doc:"The maintenance window is closed until then."`
	CreatedBy  string                `json:"created_by" format:"uuid"`
	ChangedBy  string                `json:"changed_by" format:"uuid"`
	ApprovedBy string                `json:"approved_by,omitempty" format:"uuid"`
	StartedBy  string                `json:"started_by,omitempty" format:"uuid"`
	CreatedAt  time.Time             `json:"created_at"`
	UpdatedAt  time.Time             `json:"updated_at"`
	StartedAt  *time.Time            `json:"started_at,omitempty"`
	EndedAt    *time.Time            `json:"ended_at,omitempty"`
	WorkflowID string                `json:"workflow_id" doc:"Where to look in the Temporal UI."`
}

// RolloutWait is how many scooters wait for one thing.
type RolloutWait struct {
	For      firmware.Trouble `json:"for" example:"held" doc:"room: nothing but room, or the window; held: somebody has it; silent, powered_on, battery_low: it is not ready; not_begun: its workflow never began."`
	Scooters int              `json:"scooters" example:"3"`
}

// RolloutTally counts scooters by how they stand.
type RolloutTally struct {
	Total   int `json:"total"`
	Pending int `json:"pending" doc:"Their turn has not come, or they are waited for."`
	Running int `json:"running"`
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Parked  int `json:"parked" doc:"Their upgrade is stuck, which counts as an error until it ends otherwise."`
	Skipped int `json:"skipped" doc:"None of the rollout's any more: retired, of another model, of a newer version, or silent for too long."`
}

// RolloutGroup is one group and how its scooters stand.
type RolloutGroup struct {
	Number int `json:"number"`
	RolloutTally
	Excused int `json:"excused,omitempty" doc:"Errors that were known when staff resumed the rollout: they do not pause it again."`
}

func rolloutTally(t firmware.Tally) RolloutTally {
	return RolloutTally{
		Total: t.Total(), Pending: t.Pending, Running: t.Running, Done: t.Done, Failed: t.Failed, Parked: t.Parked, Skipped: t.Skipped,
	}
}

func rolloutBody(r firmware.Rollout) RolloutBody {
	b := RolloutBody{
		ID: r.ID, RolloutPlan: planBody(r.Plan), Model: r.Image.Model, Version: r.Image.Version,
		State: r.State, Halt: r.Halt, HaltGroup: r.HaltGroup, Reason: r.Reason,
		CreatedBy: r.CreatedBy, ChangedBy: r.ChangedBy, ApprovedBy: r.ApprovedBy, StartedBy: r.StartedBy,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, StartedAt: happened(r.StartedAt), EndedAt: happened(r.EndedAt),
		WorkflowID: workflows.RolloutID(r.ID),
	}
	if !r.State.Begun() {
		b.Matching, b.Fitting = &r.Matching, &r.Fitting
		return b
	}
	b.OpensAt = happened(r.OpensAt)
	for _, w := range r.Waits {
		b.Waits = append(b.Waits, RolloutWait(w))
	}
	var all firmware.Tally
	for _, g := range r.Groups {
		all = all.Add(g.Tally)
		b.Groups = append(b.Groups, RolloutGroup{Number: g.Number, RolloutTally: rolloutTally(g.Tally), Excused: g.Excused})
	}
	tally := rolloutTally(all)
	b.Scooters = &tally
	return b
}

func rolloutAt(id string) string { return "/admin/v1/rollouts/" + id }

// RolloutRef is the address of a rollout.
type RolloutRef struct {
	ID string `path:"id" format:"uuid"`
}

type rolloutOut struct {
	Status   int
	Location string `header:"Location"`
	Body     RolloutBody
}

// createRollout is POST /admin/v1/rollouts.
type createRollout struct{ *rollouts }

type createRolloutIn struct {
	Body struct {
		ID    string `json:"id,omitempty" format:"uuid" doc:"The same ID again with the same plan creates nothing, and answers with what there is. Absent: it gets one."`
		Name  string `json:"name" minLength:"1" maxLength:"100" example:"1.4.2 for the whole city"`
		Image string `json:"image" format:"uuid"`
		RolloutChoices
	}
}

// What a rollout is that says nothing else.
const (
	defaultGroups  = 1
	defaultSuccess = 90
	defaultErrors  = 10
	defaultAtOnce  = 20
)

// maxPlan is how many bytes a plan may have whose filter names all that it may.
const maxPlan = 3 << 20

func (createRollout) Meta() meta {
	return meta{
		ID: "create-rollout", Summary: "Draft a rollout", Status: http.StatusCreated, Needs: staff.Firmware, BodyLimit: maxPlan,
		Description: "A draft may be changed. Nothing happens until it is started.",
		Faults:      []*fault.Error{firmware.ErrRolloutInvalid, firmware.ErrRolloutExists, firmware.ErrImageUnknown, firmware.ErrRetired},
	}
}

func (e createRollout) Execute(ctx context.Context, in *createRolloutIn) (*rolloutOut, error) {
	plan := firmware.Plan{
		Name: in.Body.Name, ImageID: in.Body.Image, SuccessPercent: defaultSuccess, ErrorPercent: defaultErrors, MaxAtOnce: defaultAtOnce,
	}
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	in.Body.apply(&plan)
	if len(plan.Percents) == 0 && plan.Groups == 0 {
		plan.Groups = defaultGroups
	}
	id := in.Body.ID
	if id == "" {
		id = uuid.NewString()
	}
	r, err := e.store.CreateRollout(ctx, firmware.Rollout{ID: id, Plan: plan, CreatedBy: subjectFrom(ctx)})
	if err != nil {
		return nil, err
	}
	return &rolloutOut{Status: http.StatusCreated, Location: rolloutAt(r.ID), Body: rolloutBody(r)}, nil
}

// changeRollout is PATCH /admin/v1/rollouts/{id}.
type changeRollout struct{ *rollouts }

type changeRolloutIn struct {
	RolloutRef
	Body struct {
		Name  *string `json:"name,omitempty" minLength:"1" maxLength:"100"`
		Image *string `json:"image,omitempty" format:"uuid"`
		RolloutChoices
	}
}

func (changeRollout) Meta() meta {
	return meta{
		ID: "change-rollout", Summary: "Change the draft of a rollout", Needs: staff.Firmware, BodyLimit: maxPlan,
		Description: "What is absent stays. One that waits for its approval, or has it, is a draft again once it is denied.",
		Faults: []*fault.Error{
			firmware.ErrRolloutUnknown, firmware.ErrNotDraft, firmware.ErrRolloutInvalid, firmware.ErrImageUnknown, firmware.ErrRetired,
		},
	}
}

func (e changeRollout) Execute(ctx context.Context, in *changeRolloutIn) (*rolloutOut, error) {
	if err := in.Body.check(); err != nil {
		return nil, err
	}
	r, err := e.store.ChangeRollout(ctx, in.ID, subjectFrom(ctx), func(p *firmware.Plan) {
		give(&p.Name, in.Body.Name)
		give(&p.ImageID, in.Body.Image)
		in.Body.apply(p)
	})
	if err != nil {
		return nil, err
	}
	return &rolloutOut{Status: http.StatusOK, Body: rolloutBody(r)}, nil
}

// deleteRollout is DELETE /admin/v1/rollouts/{id}.
type deleteRollout struct{ *rollouts }

func (deleteRollout) Meta() meta {
	return meta{
		ID: "delete-rollout", Summary: "Delete the draft of a rollout", Status: http.StatusNoContent, Needs: staff.Firmware,
		Description: "One that was submitted is a draft again once it is denied. One that was started stays; it can be stopped.",
		Faults:      []*fault.Error{firmware.ErrRolloutUnknown, firmware.ErrNotDraft},
	}
}

func (e deleteRollout) Execute(ctx context.Context, in *RolloutRef) (*struct{}, error) {
	return nil, e.store.DeleteRollout(ctx, in.ID)
}

// getRollout is GET /admin/v1/rollouts/{id}.
type getRollout struct{ *rollouts }

func (getRollout) Meta() meta {
	return meta{ID: "get-rollout", Summary: "One rollout, group by group", Faults: []*fault.Error{firmware.ErrRolloutUnknown}}
}

func (e getRollout) Execute(ctx context.Context, in *RolloutRef) (*rolloutOut, error) {
	r, err := e.store.Rollout(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &rolloutOut{Status: http.StatusOK, Body: rolloutBody(r)}, nil
}
