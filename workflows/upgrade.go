package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

// upgradeEvents is how long a history may become before the upgrade continues as new.
const upgradeEvents = 2000

// upgrade is one run of an upgrade. Whatever becomes of packets, reports and restarts on the way, it is the version that the
// box reports in the end that counts.
type upgrade struct {
	in       UpgradeInput
	s        UpgradeState
	line     *line
	reported string // what the box said since the last step that it runs

	requests  []*upgradeRequest // of staff, that are not looked at yet
	tried     []*upgradeRequest // whose answers are waited for
	heard     bool              // the scooter has answered since staff came
	aborted   bool              // nobody wants more of it: staff, or who
	cancelled bool              // the workflow
	closed    bool
	asked     int // updates that were accepted
	askedAt   int // length of the history then
}

// Upgrade installs an image on a scooter that nobody has: checks, start, packets, reboot, and the version. What goes wrong is
// tried again, for a while; then it parks and waits for staff. A cancelled workflow is an upgrade that is aborted.
func Upgrade(ctx workflow.Context, in UpgradeInput) error {
	u := &upgrade{in: in, s: UpgradeState{State: firmware.Checking, Began: workflow.Now(ctx), Backoff: in.Limits.Backoff}}
	switch {
	case in.State != nil:
		u.s = *in.State
	case in.After != "":
		u.s.State = firmware.Parked // what staff want waits until it is known where
	}
	if err := u.handle(ctx); err != nil {
		return err
	}
	steady, _ := workflow.NewDisconnectedContext(ctx)
	workflow.GoNamed(ctx, "cancelled", func(ctx workflow.Context) {
		ctx.Done().Receive(ctx, nil)
		u.cancelled = !u.aborted
		u.aborted = true
	})
	if err := u.run(steady); err != nil {
		return err
	}
	u.closed = true
	u.answerAll()
	u.settle(steady)
	return workflow.Await(steady, func() bool { return workflow.AllHandlersFinished(steady) })
}

func (u *upgrade) run(ctx workflow.Context) error {
	claimed, err := u.claim(ctx)
	if err != nil {
		return err
	}
	if !claimed { // the store has ended it
		u.s.State, u.s.Trouble = firmware.Failed, firmware.TroubleHeld
		if u.in.After == "" { // else the rollout has heard how it ended
			u.tellRollout(ctx)
		}
		return nil
	}
	u.line = newLine(ctx, u.in.Plate, u.conversation(), u.in.Dialect, u.s.Sends)
	u.line.origin = command.ForUpgrade
	u.expectReport()
	for !u.s.State.Over() {
		if u.renewable(ctx) {
			return u.renew(ctx)
		}
		if u.aborting() {
			u.abandon(ctx)
			continue
		}
		u.step(ctx)
	}
	u.tellRollout(ctx)
	return nil
}

func (u *upgrade) step(ctx workflow.Context) {
	switch u.s.State {
	case firmware.Checking:
		u.check(ctx)
	case firmware.Starting:
		u.start(ctx)
	case firmware.Sending:
		u.send(ctx)
	case firmware.Finishing:
		u.finish(ctx)
	case firmware.Rebooting:
		u.reboot(ctx)
	case firmware.Verifying:
		u.verify(ctx)
	case firmware.Parked:
		u.park(ctx)
	case firmware.Aborting:
		u.giveBack(ctx)
	}
}

// enter stores a step and shows it in the Temporal UI.
func (u *upgrade) enter(ctx workflow.Context, state firmware.State, trouble firmware.Trouble, detail string) {
	u.s.State, u.s.Trouble, u.s.Detail = state, trouble, detail
	if state == firmware.Starting {
		u.s.Next = 0 // whatever it has taken before, it begins with the first packet
	}
	u.store(ctx, false)
}

func (u *upgrade) store(ctx workflow.Context, maintenance bool) {
	u.s.Seq++
	u.show(ctx)
	decided := u.s.Decided
	u.s.Decided = nil
	persist(ctx, "store: "+string(u.s.State), upgrades.AdvanceUpgrade, firmware.Change{
		ID: u.in.UpgradeID, Seq: u.s.Seq, State: u.s.State, Trouble: u.s.Trouble, Detail: u.s.Detail, From: u.s.From,
		Reported: u.reported, Attempt: u.s.Attempt, Sent: u.s.Next, Failures: u.s.Failures, At: workflow.Now(ctx), Maintenance: maintenance,
		Decisions: decided,
	})
	u.reported = ""
	u.tellOutcome()
}

// again notes a try that came to nothing: it is made again after a while, from state on, or the upgrade parks.
func (u *upgrade) again(ctx workflow.Context, trouble firmware.Trouble, state firmware.State, detail string) {
	u.s.Tries++
	if u.s.Tries >= u.in.Limits.Attempts {
		u.stuck(ctx, trouble, state, detail)
		return
	}
	pause := u.s.Backoff
	u.s.Backoff = min(2*pause, u.in.Limits.BackoffMax)
	u.enter(ctx, state, "", detail+" Trying again.")
	wait(ctx, pause, "wait to try again: "+string(trouble), u.aborting)
}

// aborting reports whether what is done now is done for nothing.
func (u *upgrade) aborting() bool { return u.aborted && u.s.State != firmware.Aborting }

// ask sends a command and keeps it in the scooter's history.
func (u *upgrade) ask(ctx workflow.Context, c protocol.Command) answer {
	return u.askFor(ctx, c, u.in.Limits.AckWindow)
}

func (u *upgrade) askFor(ctx workflow.Context, c protocol.Command, window time.Duration) answer {
	got := u.line.ask(ctx, c, window)
	u.line.flush(ctx)
	u.heard = u.heard || got.ack != nil
	if got.outcome == command.Done && c.Code == protocol.QueryVersion {
		u.reported = text(got, "firmware")
	}
	return got
}

// renewable reports whether a long history may end here: nobody waits for an answer, the box and staff least of all.
func (u *upgrade) renewable(ctx workflow.Context) bool {
	between := u.s.State == firmware.Starting || u.s.State == firmware.Sending || u.s.State == firmware.Parked
	return between && !u.aborted && workflow.GetInfo(ctx).GetCurrentHistoryLength() > upgradeEvents && workflow.AllHandlersFinished(ctx)
}

// renew continues as new with nothing lost.
func (u *upgrade) renew(ctx workflow.Context) error {
	u.line.drain(ctx)
	u.line.flush(ctx)
	u.s.Sends = u.line.sends
	next := u.in
	next.State = &u.s
	return workflow.NewContinueAsNewError(ctx, UpgradeName, next)
}
