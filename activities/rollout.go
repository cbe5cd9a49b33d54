package activities

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/activity"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// RolloutStore keeps how the scooters of rollouts stand, and opens the upgrades that begin.
type RolloutStore interface {
	StepRollout(ctx context.Context, step firmware.Step) (firmware.Stand, error)
	DecideRollout(ctx context.Context, d firmware.Decision) (firmware.Rollout, error)
	PassTarget(ctx context.Context, upgradeID string, to firmware.TargetState, why firmware.Trouble, at time.Time) error
	OpenUpgrade(ctx context.Context, u firmware.Upgrade) (firmware.Upgrade, error)
	DropUpgrade(ctx context.Context, id string, trouble firmware.Trouble, detail string) error
}

// Rollouts keeps the books in step with the workflows of rollouts.
type Rollouts struct {
	Store RolloutStore
	Heard Listener // nil: every scooter is tried
}

// Listener knows when those scooters were heard last that are online.
type Listener interface {
	Online(ctx context.Context, plates []string) (map[string]time.Time, error)
}

// StepInput asks how a rollout stands, and which upgrades begin now.
type StepInput struct {
	firmware.Step
	ImageID   string `json:"image_id"`
	Downgrade bool   `json:"downgrade,omitempty"`
}

// StepRollout takes the next step of a rollout and opens the upgrades that begin with it. The same round again opens the same.
func (r *Rollouts) StepRollout(ctx context.Context, in StepInput) (firmware.Stand, error) {
	stand, err := r.Store.StepRollout(ctx, in.Step)
	if err != nil {
		return stand, Failure(err)
	}
	begin := stand.Begin
	stand.Begin = nil
	heard := r.heard(ctx, begin)
	for _, b := range begin {
		if !heard(b) { // no upgrade that is known to come to nothing
			if err := r.pass(ctx, in, b, &stand, firmware.TargetPending, firmware.TroubleSilent); err != nil {
				return stand, err
			}
			continue
		}
		_, err := r.Store.OpenUpgrade(ctx, firmware.Upgrade{
			ID: b.UpgradeID, Plate: b.Plate, ImageID: in.ImageID, RolloutID: in.RolloutID, StaffID: b.StaffID, Downgrade: in.Downgrade,
			Reason: "Rollout " + in.RolloutID,
		})
		if err == nil {
			stand.Begin = append(stand.Begin, b)
			continue
		}
		to, why, is := refused(err)
		if !is {
			return stand, Failure(err)
		}
		if err := r.pass(ctx, in, b, &stand, to, why); err != nil {
			return stand, err
		}
	}
	return stand, nil
}

// pass lets the turn of a scooter go by, so that there is room for another.
func (r *Rollouts) pass(
	ctx context.Context, in StepInput, b firmware.Beginning, stand *firmware.Stand, to firmware.TargetState, why firmware.Trouble,
) error {
	stand.Passed++
	stand.Room++
	return Failure(r.Store.PassTarget(ctx, b.UpgradeID, to, why, in.Now))
}

// heard says of whom something was heard lately, and since it did not answer the last time: one that went away counts as online
// for a while yet. While nobody knows, it is everybody.
func (r *Rollouts) heard(ctx context.Context, begin []firmware.Beginning) func(firmware.Beginning) bool {
	everybody := func(firmware.Beginning) bool { return true }
	if r.Heard == nil || len(begin) == 0 {
		return everybody
	}
	plates := make([]string, len(begin))
	for i, b := range begin {
		plates[i] = b.Plate
	}
	online, err := r.Heard.Online(ctx, plates)
	if err != nil {
		activity.GetLogger(ctx).Warn("nobody knows who is online; every scooter is tried", "error", err)
		return everybody
	}
	return func(b firmware.Beginning) bool {
		last, is := online[b.Plate]
		return is && last.After(b.SilentAt)
	}
}

// refused is how a scooter stands whose upgrade is not opened; false: the store is away, which says nothing of it.
func refused(err error) (firmware.TargetState, firmware.Trouble, bool) {
	f, is := fault.From(err)
	switch {
	case !is || f.Kind == fault.Unavailable:
		return "", "", false
	case errors.Is(f, firmware.ErrSameVersion):
		return firmware.TargetDone, firmware.TroubleSame, true
	case errors.Is(f, firmware.ErrDowngrade):
		return firmware.TargetSkipped, firmware.TroubleDowngrade, true
	case errors.Is(f, firmware.ErrWrongModel):
		return firmware.TargetSkipped, firmware.TroubleModel, true
	case errors.Is(f, firmware.ErrOutOfUse), errors.Is(f, fleet.ErrScooterUnknown):
		return firmware.TargetSkipped, firmware.TroubleRetired, true
	}
	return firmware.TargetPending, firmware.TroubleHeld, true
}

// RolloutDecision is what a member of staff decides of a rollout that has begun.
type RolloutDecision struct {
	RolloutID string        `json:"rollout_id"`
	Deed      firmware.Deed `json:"deed"`
	Reason    string        `json:"reason"`
	Actor     *staff.Actor  `json:"actor,omitempty"` // nil: nobody of staff
}

// DecideRollout stores a decision, in the name of who made it.
func (r *Rollouts) DecideRollout(ctx context.Context, in RolloutDecision) (firmware.RolloutState, error) {
	d := firmware.Decision{RolloutID: in.RolloutID, Deed: in.Deed, Reason: in.Reason}
	if in.Actor != nil {
		d.By = in.Actor.StaffID
		ctx = staff.Acting(ctx, *in.Actor)
	}
	rollout, err := r.Store.DecideRollout(ctx, d)
	return rollout.State, Failure(err)
}

// DropInput names upgrades whose workflow could not begin.
type DropInput struct {
	UpgradeIDs []string `json:"upgrade_ids"`
}

// DropUpgrades gives their scooters back to the rollout, which waits for them.
func (r *Rollouts) DropUpgrades(ctx context.Context, in DropInput) error {
	for _, id := range in.UpgradeIDs {
		if err := r.Store.DropUpgrade(ctx, id, firmware.TroubleHeld, "Somebody else had the scooter first."); err != nil {
			return Failure(err)
		}
	}
	return nil
}
