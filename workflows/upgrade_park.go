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
		u.resume(ctx, u.requests[0])
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
	u.s.Tries, u.s.Backoff, u.s.Reboots = 0, u.in.Limits.Backoff, 0
	u.s.RebootedAt = workflow.Now(ctx) // a box that is looked for gets its time anew
	u.enter(ctx, state, "", detail)
	u.answerAll()
}

// giveUp begins to give the scooter back without the image.
func (u *upgrade) giveUp(ctx workflow.Context, final firmware.State, trouble firmware.Trouble, detail string) {
	u.s.Final = final
	u.endAttempt(ctx, answer{outcome: command.Silent})
	u.enter(ctx, firmware.Aborting, trouble, detail)
}

// giveBack ends the upgrade. A box that was told to begin may have half an image, with which it lets nobody ride: it is
// rebooted. The scooter serves again only when it answers and its version is known.
func (u *upgrade) giveBack(ctx workflow.Context) {
	known := !u.s.Touched
	if !known {
		known = u.clean(ctx)
	}
	if !known {
		u.s.Detail += " The scooter goes to maintenance: it does not say what it runs."
	}
	u.s.State = u.s.Final
	u.store(ctx, !known)
}

func (u *upgrade) clean(ctx workflow.Context) (known bool) {
	if got := u.ask(ctx, protocol.Command{Code: protocol.QueryVersion}); got.outcome != command.Done {
		return false
	}
	if unsent := u.line.hindered(ctx, workflow.Now(ctx).Add(u.in.Limits.AckWindow)); unsent != "" {
		return false
	}
	if got := u.ask(ctx, protocol.Command{Code: protocol.RebootAfterUpgrade}); got.unsent != "" {
		return false
	}
	u.s.RebootedAt = workflow.Now(ctx)
	back, version := u.comesBack(ctx, func(string) bool { return false })
	return back && version != ""
}
