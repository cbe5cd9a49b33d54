package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/listing"
)

var rolloutSorts = sorts{"-created", "updated", "name"}

// listRollouts is GET /admin/v1/rollouts.
type listRollouts struct{ *rollouts }

// RolloutListFilter narrows the list of rollouts.
type RolloutListFilter struct {
	State []string `query:"state" enum:"draft,waiting_for_approval,ready,running,paused,stopping,stopped,finished" doc:"One or more, with commas."`
}

type listRolloutsIn struct {
	Listing
	RolloutListFilter
}

type rolloutsOut struct {
	Body struct {
		Rollouts []RolloutBody `json:"rollouts"`
		Paging
	}
}

func (listRollouts) Meta() meta {
	return meta{
		ID: "list-rollouts", Summary: "The rollouts", Faults: listFaults,
		Description: rolloutSorts.describe() + " Each with how all of its scooters stand; group by group shows the rollout itself.",
	}
}

func (e listRollouts) Execute(ctx context.Context, in *listRolloutsIn) (*rolloutsOut, error) {
	q, err := in.page(rolloutSorts, in.RolloutListFilter)
	if err != nil {
		return nil, err
	}
	list, places, total, err := e.store.Rollouts(ctx, as[firmware.RolloutState](in.State), q)
	if err != nil {
		return nil, err
	}
	out := &rolloutsOut{}
	out.Body.Rollouts = make([]RolloutBody, 0, len(list))
	list, out.Body.Paging = cut(list, total, q, in.RolloutListFilter, func(firmware.Rollout) listing.Place { return places[q.Limit-1] })
	for _, r := range list {
		out.Body.Rollouts = append(out.Body.Rollouts, listedRollout(r))
	}
	return out, nil
}

// listedRollout is a rollout in a list, with what the list knows of it.
func listedRollout(r firmware.Rollout) RolloutBody {
	body := rolloutBody(r)
	body.Matching, body.Fitting, body.Groups, body.Waits, body.OpensAt = nil, nil, nil, nil, nil
	return body
}

var targetSorts = sorts{"turn", "updated", "plate"}

// listTargets is GET /admin/v1/rollouts/{id}/targets.
type listTargets struct{ *rollouts }

// TargetFilter narrows the list of a rollout's scooters.
type TargetFilter struct {
	State []string `query:"state" enum:"pending,running,done,failed,parked,skipped" doc:"One or more, with commas."`
	Group int      `query:"group" minimum:"1" maximum:"20"`
}

type listTargetsIn struct {
	RolloutRef
	Listing
	TargetFilter
}

// RolloutTarget is a scooter of a rollout.
type RolloutTarget struct {
	Plate     string               `json:"plate"`
	Group     int                  `json:"group"`
	Position  int                  `json:"position" doc:"In its group: the lower ones begin first."`
	State     firmware.TargetState `json:"state" enum:"pending,running,done,failed,parked,skipped"`
	Trouble   firmware.Trouble     `json:"trouble,omitempty" doc:"Why it is not done, or not yet."`
	Tries     int                  `json:"tries" doc:"How often its turn came."`
	Upgrade   string               `json:"upgrade,omitempty" format:"uuid" doc:"The last of them."`
	Progress  *UpgradeProgress     `json:"progress,omitempty" doc:"While packets are sent to it."`
	Firmware  string               `json:"firmware,omitempty" doc:"What it runs, as last reported."`
	UpdatedAt time.Time            `json:"updated_at"`
}

type targetsOut struct {
	Body struct {
		Targets []RolloutTarget `json:"targets"`
		Paging
	}
}

func (listTargets) Meta() meta {
	return meta{
		ID: "list-rollout-targets", Summary: "The scooters of a rollout",
		Description: targetSorts.describe() + " A rollout has them from its start on.",
		Faults:      append([]*fault.Error{firmware.ErrRolloutUnknown}, listFaults...),
	}
}

func (e listTargets) Execute(ctx context.Context, in *listTargetsIn) (*targetsOut, error) {
	filters := struct {
		ID string
		TargetFilter
	}{in.ID, in.TargetFilter}
	q, err := in.page(targetSorts, filters)
	if err != nil {
		return nil, err
	}
	f := firmware.TargetFilter{States: as[firmware.TargetState](in.State), Group: in.Group}
	list, places, total, err := e.store.RolloutTargets(ctx, in.ID, f, q)
	if err != nil {
		return nil, err
	}
	out := &targetsOut{}
	list, out.Body.Paging = cut(list, total, q, filters, func(firmware.Target) listing.Place { return places[q.Limit-1] })
	var running []string
	for _, t := range list {
		if t.State == firmware.TargetRunning {
			running = append(running, t.Plate)
		}
	}
	fresh := freshest(ctx, e.progress, running)
	out.Body.Targets = make([]RolloutTarget, 0, len(list))
	for _, t := range list {
		var sending *UpgradeProgress
		if p := fresh[t.Plate]; t.State == firmware.TargetRunning && t.UpgradeID != "" && p.UpgradeID == t.UpgradeID {
			shown := showProgress(p, p.Sent < p.Packets)
			sending = &shown
		}
		out.Body.Targets = append(out.Body.Targets, RolloutTarget{
			Plate: t.Plate, Group: t.Group, Position: t.Position, State: t.State, Trouble: t.Trouble, Tries: t.Tries, Upgrade: t.UpgradeID,
			Progress: sending, Firmware: t.Version, UpdatedAt: t.UpdatedAt,
		})
	}
	return out, nil
}
