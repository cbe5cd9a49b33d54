package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

// renumberScooter is POST /admin/v1/scooters/{plate}/renumber.
type renumberScooter struct{ *onboardings }

type renumberIn struct {
	PlateRef
	Body struct {
		Plate  string `json:"plate" minLength:"1" maxLength:"64" doc:"The new one."`
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The number plate was replaced."`
	}
}

type renumberingOut struct {
	Status   int
	Location string `header:"Location"`
	Body     RenumberingBody
}

// RenumberingBody is the giving of another plate.
type RenumberingBody struct {
	ID         string                   `json:"id" format:"uuid"`
	From       string                   `json:"from"`
	To         string                   `json:"to"`
	State      onboarding.RenumberState `json:"state" enum:"running,stuck,done,undone" doc:"stuck: the box is heard under neither plate."`
	Trouble    string                   `json:"trouble,omitempty" doc:"Why it is stuck, or was undone."`
	Reason     string                   `json:"reason"`
	StaffID    string                   `json:"staff_id"`
	StartedAt  time.Time                `json:"started_at"`
	UpdatedAt  time.Time                `json:"updated_at"`
	EndedAt    *time.Time               `json:"ended_at,omitempty"`
	WorkflowID string                   `json:"workflow_id" doc:"Where to look in the Temporal UI."`
}

func renumberingBody(r onboarding.Renumbering) RenumberingBody {
	return RenumberingBody{
		ID: r.ID, From: r.From, To: r.To, State: r.State, Trouble: r.Trouble, Reason: r.Reason, StaffID: r.StaffID,
		StartedAt: r.StartedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), EndedAt: happened(r.EndedAt), WorkflowID: workflows.ScooterID(r.From),
	}
}

// renumberingAt is its address while it goes on; once it is done it is at the new plate's.
func renumberingAt(r onboarding.Renumbering) string { return staffScooterAt(r.From) + "/renumbering" }

var errUndone = fault.Declare(fault.Conflict, "renumbering_undone", "The scooter could not be given another plate. It has its old one.")

func (renumberScooter) Meta() meta {
	return meta{
		ID: "renumber-scooter", Summary: "Give a scooter and its box another plate", Needs: staff.DangerousCommands,
		Description: "Nobody can ride it meanwhile. The box may use both plates at the broker, is told the new one (103), and only when " +
			"it was heard under that one do the books follow; what it refuses or does not hear of is undone. Afterwards the old plate " +
			"is nobody's, and may be given again.",
		Also: map[int]string{http.StatusAccepted: "It goes on; follow Location, and once it is done the same of the new plate."},
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, fleet.ErrPlateInvalid, fleet.ErrPlateTaken, fleet.ErrHeld, firmware.ErrUpgrading, onboarding.ErrSamePlate,
			onboarding.ErrRenumbering, onboarding.ErrRunning, errUndone, rental.ErrUnreachable,
		},
	}
}

func (e renumberScooter) Execute(ctx context.Context, in *renumberIn) (*renumberingOut, error) {
	scooter, err := e.store.ScooterByPlate(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	to := in.Body.Plate
	switch {
	case fleet.CheckPlate(to, e.backend...) != nil:
		return nil, fleet.CheckPlate(to, e.backend...)
	case to == scooter.Plate:
		return nil, onboarding.ErrSamePlate
	}
	r := onboarding.Renumbering{
		ID: uuid.NewString(), From: scooter.Plate, To: to, StaffID: memberFrom(ctx).ID, Reason: string(in.Body.Reason),
	}
	if err := e.store.OpenRenumbering(ctx, r); err != nil {
		return nil, err
	}
	err = e.begin(ctx, workflows.RenumberInput{
		RenumberingID: r.ID, From: r.From, To: r.To, Limits: e.limits(),
		Dialect: workflows.Dialect{StrictJSON: scooter.Model.StrictJSON, LowercaseLength: scooter.Model.LowercaseLength},
	})
	if err != nil {
		dropped := e.store.DropRenumbering(context.WithoutCancel(ctx), r.ID, "It could not begin.")
		if errors.Is(err, errStarted) {
			err = fleet.ErrHeld
		}
		return nil, errors.Join(err, dropped)
	}
	wait, cancel := context.WithTimeout(ctx, e.deadline)
	defer cancel()
	if err := e.holders.await(wait, workflows.ScooterID(r.From)); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		logFrom(ctx).WarnContext(ctx, "a renumbering can't be waited for", "renumbering", r.ID, "error", err)
	}
	return e.outcome(ctx, r)
}

// begin starts the workflow. The books say that nobody has the scooter, so a rental that still runs has only its closing left.
func (e renumberScooter) begin(ctx context.Context, in workflows.RenumberInput) error {
	return untilClosed(ctx, func() error { return e.holders.renumber(ctx, in) })
}

// outcome is how a renumbering stands, under whichever plate the scooter has by now.
func (e renumberScooter) outcome(ctx context.Context, r onboarding.Renumbering) (*renumberingOut, error) {
	now, err := e.store.Renumbering(ctx, r.From)
	if errors.Is(err, fleet.ErrScooterUnknown) || (err == nil && now.ID != r.ID) {
		now, err = e.store.Renumbering(ctx, r.To)
	}
	if err != nil {
		return nil, err
	}
	switch now.State {
	case onboarding.Renumbered:
		return &renumberingOut{Status: http.StatusOK, Body: renumberingBody(now)}, nil
	case onboarding.Undone:
		return nil, errUndone.With("trouble", now.Trouble)
	}
	return &renumberingOut{Status: http.StatusAccepted, Location: renumberingAt(now), Body: renumberingBody(now)}, nil
}

// getRenumbering is GET /admin/v1/scooters/{plate}/renumbering.
type getRenumbering struct{ *onboardings }

func (getRenumbering) Meta() meta {
	return meta{
		ID: "get-renumbering", Summary: "The latest renumbering of a scooter",
		Faults: []*fault.Error{fleet.ErrScooterUnknown, onboarding.ErrRenumberingUnknown},
	}
}

func (e getRenumbering) Execute(ctx context.Context, in *PlateRef) (*renumberingOut, error) {
	r, err := e.store.Renumbering(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	return &renumberingOut{Status: http.StatusOK, Body: renumberingBody(r)}, nil
}

// abortRenumbering is POST /admin/v1/scooters/{plate}/renumbering/abort.
type abortRenumbering struct{ *onboardings }

func (abortRenumbering) Meta() meta {
	return meta{
		ID: "abort-renumbering", Summary: "Give a stuck renumbering up", Status: http.StatusAccepted, Needs: staff.DangerousCommands,
		Description: "The scooter keeps its old plate, and its box may use no other: look at the box first, for one that took the new plate " +
			"can't be reached any more.",
		Faults: []*fault.Error{
			fleet.ErrScooterUnknown, onboarding.ErrRenumberingUnknown, onboarding.ErrNotStuck, rental.ErrUnreachable,
		},
	}
}

func (e abortRenumbering) Execute(ctx context.Context, in *decideIn) (*renumberingOut, error) {
	r, err := e.store.Renumbering(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	if r.State != onboarding.Stuck {
		return nil, onboarding.ErrNotStuck
	}
	if err := e.store.Audit(ctx, staff.Deed{Action: "scooter.renumber-abort", Subject: in.Plate, Reason: string(in.Body.Reason)}); err != nil {
		return nil, err
	}
	request := workflows.RenumberRequest{RenumberingID: r.ID, By: subjectFrom(ctx)}
	if err := e.holders.signal(ctx, workflows.ScooterID(r.From), workflows.SignalRenumber, request); err != nil {
		return nil, err
	}
	return &renumberingOut{Status: http.StatusAccepted, Location: renumberingAt(r), Body: renumberingBody(r)}, nil
}
