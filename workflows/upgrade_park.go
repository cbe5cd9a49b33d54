package workflows

import (
	"go.temporal.io/sdk/workflow"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

// stuck parks the upgrade: it holds the scooter, tells why, and waits for staff. The store alerts them.
func (u *upgrade) stuck(ctx workflow.Context, trouble firmware.Trouble, resume firmware.State, detail string) {
	u.s.Resume, u.s.ParkedUntil = resume, workflow.Now(ctx).Add(u.in.Limits.ParkFor)
	u.heard = true // nobody waits for it any longer
	u.enter(ctx, firmware.Parked, trouble, detail)
	u.tellRollout(ctx)
}

// park waits for staff, and gives up when nobody comes.
func (u *upgrade) park(ctx workflow.Context) {
	u.show(ctx)
	wait(ctx, u.s.ParkedUntil.Sub(workflow.Now(ctx)), "wait for staff", func() bool { return len(u.requests) > 0 || u.aborted })
	switch {
	case u.aborted:
	case len(u.requests) > 0:
		q := u.requests[0]
		u.tried, u.requests, u.heard = append(u.tried, u.requests...), nil, false
		u.resume(ctx, q)
	default:
		u.giveUp(ctx, firmware.Failed, firmware.TroubleParked, "Nobody came. It was stuck because: "+u.s.Detail)
	}
}

// resume does what staff want of a parked upgrade.
func (u *upgrade) resume(ctx workflow.Context, q *upgradeRequest) {
	state, detail := u.s.Resume, "Tried again by staff."
	if q.restart {
		state, detail = firmware.Starting, "Restarted by staff."
		u.endAttempt(ctx, answer{outcome: command.Silent})
	}
	u.s.Tries, u.s.Backoff = 0, u.in.Limits.Backoff
	u.s.RebootedAt = workflow.Now(ctx) // a box that is looked for gets its time anew
	u.enter(ctx, state, "", detail)
}

// abandon gives up what nobody wants any more.
func (u *upgrade) abandon(ctx workflow.Context) {
	if u.cancelled {
		u.giveUp(ctx, firmware.Aborted, firmware.TroubleCancelled, "Its workflow was cancelled in Temporal.")
		return
	}
	u.giveUp(ctx, firmware.Aborted, firmware.TroubleStaff, "Aborted by staff.")
}

// giveUp begins to give the scooter back without the image.
func (u *upgrade) giveUp(ctx workflow.Context, final firmware.State, trouble firmware.Trouble, detail string) {
	u.s.Final = final
	u.endAttempt(ctx, answer{outcome: command.Silent})
	u.enter(ctx, firmware.Aborting, trouble, detail)
}

// giveBack ends the upgrade. The scooter serves again only when it answers and its version is known.
func (u *upgrade) giveBack(ctx workflow.Context) {
	known := true
	if u.s.Touched {
		var detail string
		known, detail = u.leave(ctx)
		u.s.Detail += detail
	}
	u.s.State = u.s.Final
	u.store(ctx, !known)
}

// leave asks the box what it runs. One that may be in the middle of an image lets nobody ride: it is rebooted before, which
// takes nothing over that is not whole.
func (u *upgrade) leave(ctx workflow.Context) (known bool, detail string) {
	const shelved = " The scooter goes to maintenance: "
	got := u.ask(ctx, protocol.Command{Code: protocol.QueryVersion})
	if got.outcome != command.Done || text(got, "firmware") == "" {
		return false, shelved + "it does not say what it runs."
	}
	version := text(got, "firmware")
	if u.s.Begun {
		switch unsent := u.sendPlainReboot(ctx); unsent {
		case "":
		case UnsentMoving:
			return false, shelved + "it moves, so it can't be rebooted, and is in the middle of an image."
		default:
			return false, shelved + "it can't be told to reboot (" + unsent + "), and is in the middle of an image."
		}
		u.s.RebootedAt = workflow.Now(ctx)
		var back bool
		if back, version = u.comesBack(ctx, func(string) bool { return false }); !back || version == "" {
			return false, shelved + "it did not come back after a reboot."
		}
	}
	if firmware.Same(version, u.in.Version) {
		return true, " The scooter runs " + version + ", which is the version of the image."
	}
	return true, " The scooter runs " + version + "."
}

// sendPlainReboot sends 20 if the scooter stands.
func (u *upgrade) sendPlainReboot(ctx workflow.Context) (unsent string) {
	if unsent = u.line.hindered(ctx, workflow.Now(ctx).Add(u.in.Limits.AckWindow)); unsent != "" {
		return unsent
	}
	return u.ask(ctx, protocol.Command{Code: protocol.Reboot}).unsent
}
