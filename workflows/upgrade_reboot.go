package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

const (
	// enoughOld is how often it must report the old version after a reboot before that counts.
	enoughOld = 2
	// standEvery is the wait before a scooter that moves is looked at again, and standTries how often that is done.
	standEvery = 20 * time.Second
	standTries = 30
	// firstLook and lastLook bound the waits between two questions to a box that reboots.
	firstLook = 2 * time.Second
	lastLook  = 15 * time.Second
)

// reboot makes the box take the image over (93), of which it has every packet. It is never sent to a scooter that moves.
func (u *upgrade) reboot(ctx workflow.Context) {
	switch unsent := u.sendReboot(ctx); {
	case unsent == "":
		u.enter(ctx, firmware.Verifying, "", u.s.Detail)
	case u.aborted:
	case unsent == UnsentMoving:
		u.stuck(ctx, firmware.TroubleMoving, firmware.Rebooting, "The scooter moves, so it can't be rebooted.")
	default:
		u.stuck(ctx, firmware.TroubleSilent, firmware.Rebooting, "The scooter can't be told to reboot: "+unsent+".")
	}
}

// sendReboot waits until the scooter stands, and sends 93; otherwise it says what is in the way.
func (u *upgrade) sendReboot(ctx workflow.Context) (unsent string) {
	for try := 1; ; try++ {
		unsent = u.line.hindered(ctx, workflow.Now(ctx).Add(u.in.Limits.AckWindow))
		if unsent == "" {
			got := u.ask(ctx, protocol.Command{Code: protocol.RebootAfterUpgrade})
			unsent = got.unsent
		}
		u.line.flush(ctx)
		switch {
		case unsent == "":
			u.s.RebootedAt = workflow.Now(ctx)
			return ""
		case try == standTries || u.aborted:
			return unsent
		}
		wait(ctx, standEvery, "wait to reboot: "+unsent, u.aborting)
	}
}

// verify asks the box what it runs until it is back. Its word decides, whatever was said before.
func (u *upgrade) verify(ctx workflow.Context) {
	back, reported := u.comesBack(ctx, func(version string) bool { return firmware.Same(version, u.in.Version) })
	u.endAttempt(ctx, answer{outcome: command.Silent})
	failed := u.s.Said != nil && *u.s.Said != 0 // so it was not rebooted
	switch {
	case back && firmware.Same(reported, u.in.Version):
		u.enter(ctx, firmware.Done, "", "")
	case u.aborted:
	case !back && failed:
		u.stuck(ctx, firmware.TroubleSilent, firmware.Verifying, "The scooter says that the image failed (69), and answers no more.")
	case !back:
		u.stuck(ctx, firmware.TroubleReboot, firmware.Verifying, "The scooter did not come back after the reboot.")
	case failed:
		u.again(ctx, firmware.TroubleRejected, firmware.Starting, fmt.Sprintf("The scooter says that the image failed (69), and runs %s.", reported))
	case !firmware.Same(reported, u.s.From):
		u.s.Begun = false
		u.stuck(ctx, firmware.TroubleVersion, firmware.Verifying, fmt.Sprintf(
			"The scooter took the image over and runs %s, which is neither the image's version nor the one before.", reported))
	default: // the image that it had may be gone with the reboot, or it never heard of that
		u.again(ctx, firmware.TroubleVersion, firmware.Starting, "The scooter was told to reboot, and still runs "+reported+".")
	}
}

// comesBack asks for the version until the box reports one that will do, or another often enough, or does not come back in
// time. Old answers that were on their way before the reboot are why once is not enough.
func (u *upgrade) comesBack(ctx workflow.Context, will func(version string) bool) (back bool, version string) {
	deadline := u.s.RebootedAt.Add(u.in.Limits.RebootWindow)
	pause, others := firstLook, 0
	for {
		wait(ctx, min(pause, max(deadline.Sub(workflow.Now(ctx)), time.Second)), "wait for the scooter to come back", u.aborting)
		pause = min(2*pause, lastLook)
		got := u.ask(ctx, protocol.Command{Code: protocol.QueryVersion})
		if got.outcome == command.Done {
			back, version = true, text(got, "firmware")
			if others++; will(version) || others == enoughOld {
				return back, version
			}
		}
		if !workflow.Now(ctx).Before(deadline) || u.aborting() {
			return back, version
		}
	}
}
