package workflows

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/firmware"
)

// claim makes sure that this workflow has the upgrade, and by that the scooter.
func (u *upgrade) claim(ctx workflow.Context) (claimed bool, err error) {
	claim := activities.ClaimInput{ID: u.in.UpgradeID, RunID: workflow.GetInfo(ctx).FirstRunID}
	if u.in.After == "" {
		err = stubborn(ctx, "claim the upgrade", &claimed, upgrades.BeginUpgrade, claim)
		return claimed, err
	}
	var took firmware.Takeover
	err = stubborn(ctx, "take the upgrade over", &took, upgrades.TakeOverUpgrade, activities.TakeOverInput{ClaimInput: claim, From: u.in.After})
	if err == nil && took.Ours && u.in.State == nil {
		u.inherit(ctx, took)
	}
	return took.Ours, err
}

// conversation names the sends of this workflow; those of another that had the upgrade are not to be taken for them.
func (u *upgrade) conversation() string {
	if u.s.Heirs == 0 {
		return u.in.UpgradeID
	}
	return fmt.Sprintf("%s+%d", u.in.UpgradeID, u.s.Heirs)
}

// inherit parks an upgrade whose workflow was ended from outside, with what the store knows of it. Whatever staff decide next goes
// the usual way, which asks the scooter first.
func (u *upgrade) inherit(ctx workflow.Context, was firmware.Takeover) {
	u.s.Seq, u.s.Heirs, u.s.From = was.Seq, was.Heirs, was.From
	u.s.Attempt, u.s.Next, u.s.Failures = was.Attempt, was.Sent, was.Failures
	u.s.Touched = was.State != firmware.Checking
	u.s.Begun = u.s.Touched
	resume := firmware.Starting
	switch {
	case !u.s.Touched:
		resume = firmware.Checking
	case was.Sent >= firmware.Packets(u.in.Size):
		resume = firmware.Verifying
	}
	detail := fmt.Sprintf("Its workflow was ended in Temporal, from outside (%s).", was.State)
	if was.Detail != "" {
		detail += " Before that: " + was.Detail
	}
	decided := u.s.Decided // of staff who have come already: for the step that it leads to
	u.s.Decided = nil
	u.stuck(ctx, firmware.TroubleOrphaned, resume, detail)
	u.s.Decided = append(decided, u.s.Decided...)
}
