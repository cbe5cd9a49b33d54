package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/protocol"
)

const (
	// chunkHeartbeat is how soon a chunk whose worker died begins again elsewhere.
	chunkHeartbeat = 10 * time.Second
	// chunkLimit only ends what nothing else does.
	chunkLimit = 12 * time.Hour
)

// start tells the box how many packets come (23), and asks whether it may be upgraded (66).
func (u *upgrade) start(ctx workflow.Context) {
	packets := firmware.Packets(u.in.Size)
	u.s.Touched, u.s.Begun = true, true
	got := u.ask(ctx, protocol.Command{Code: protocol.StartUpgrade, Args: protocol.Args{"packets": packets}})
	switch {
	case u.aborted:
	case got.outcome == command.Refused:
		u.s.Begun = false
		u.again(ctx, firmware.TroubleProhibited, firmware.Starting, "The scooter says that it can't be upgraded now (66).")
	case got.outcome != command.Done:
		u.again(ctx, firmware.TroubleSilent, firmware.Starting, "The scooter does not answer (23).")
	default:
		u.s.Attempt++
		u.s.Next, u.s.Silenced, u.s.Said = 0, 0, nil
		u.s.Since = workflow.Now(ctx)
		u.s.Report = u.line.number()
		u.expectReport()
		u.enter(ctx, firmware.Sending, "", "")
	}
}

// expectReport waits for 69, which may follow the last packet before the chunk has ended.
func (u *upgrade) expectReport() {
	if u.s.Report == "" {
		return
	}
	u.line.waiting[u.s.Report] = nil
	u.line.begin(u.s.Report, protocol.SendPacket, u.s.Since)
}

// send sends a chunk of packets.
func (u *upgrade) send(ctx workflow.Context) {
	u.show(ctx)
	u.s.Chunk++
	packets, before := firmware.Packets(u.in.Size), u.s.Next
	result, err := u.chunk(ctx, packets)
	u.heard = u.heard || result.Next > before || result.End == activities.PacketsUndone
	u.s.Next, u.s.Failures = max(u.s.Next, result.Next), max(u.s.Failures, result.Failures)
	switch {
	case u.aborted:
	case err != nil:
		u.anew(ctx, firmware.TroublePackets, "The packets could not be sent: "+reason(err)+".")
	case result.End == activities.PacketsUndone:
		u.anew(ctx, firmware.TroublePackets, fmt.Sprintf(
			"The scooter took %d of %d packets, and asked for the next again and again (68): it does not take it, or began anew.", u.s.Next, packets))
	case u.s.Next >= packets:
		u.enter(ctx, firmware.Finishing, "", "")
	case result.End == activities.PacketsSilent:
		u.silent(ctx, packets)
	default:
		u.tellOutcome()
	}
}

// silent tries again from the same packet. It counts only where the box has been silent before: the others were worth trying.
// There it is asked for something else. One that answers that has only forgotten what the packets are for: it gets them anew.
func (u *upgrade) silent(ctx workflow.Context, packets int) {
	detail := fmt.Sprintf("The scooter fell silent after %d of %d packets.", u.s.Next, packets)
	if u.s.Silenced == u.s.Next+1 {
		got := u.ask(ctx, protocol.Command{Code: protocol.QueryVersion})
		switch {
		case u.aborted:
		case got.outcome == command.Done:
			u.anew(ctx, firmware.TroublePackets, fmt.Sprintf(
				"The scooter took %d of %d packets and answers to the next no more, but to what else it is asked (22): it has restarted.", u.s.Next, packets))
		default:
			u.again(ctx, firmware.TroubleSilent, firmware.Sending, detail)
		}
		return
	}
	u.s.Silenced = u.s.Next + 1
	u.enter(ctx, firmware.Sending, "", detail+" Trying again.")
	wait(ctx, u.in.Limits.Backoff, "wait to try again: silent", u.aborting)
}

// chunk runs the activity, and stops it when the upgrade is aborted.
func (u *upgrade) chunk(ctx workflow.Context, packets int) (result activities.PacketsResult, err error) {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: chunkLimit, HeartbeatTimeout: chunkHeartbeat, WaitForCancellation: true,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: 500 * time.Millisecond, MaximumInterval: 5 * time.Second},
		Summary:     fmt.Sprintf("packets from %d of %d", u.s.Next, packets),
	})
	l, most := u.in.Limits, 0
	if len(u.tried) > 0 {
		most = 1 // staff wait for the first
	}
	sent := workflow.ExecuteActivity(ctx, upgrades.SendPackets, activities.PacketsInput{
		UpgradeID: u.in.UpgradeID, Plate: u.in.Plate, Dialect: u.in.Dialect, ImageID: u.in.ImageID, Packets: packets,
		Began: u.s.Began, Since: u.s.Since, Attempt: u.s.Attempt, Chunk: u.s.Chunk, From: u.s.Next, Failures: u.s.Failures, Most: most,
		PacketWindow: l.PacketWindow, SilentAfter: l.SilentAfter,
		Report:    command.Waiter{WorkflowID: u.line.workflowID, SendID: u.s.Report},
		ReportFor: l.PacketWindow + l.SilentAfter + l.FinishWindow + leaseGrace,
	})
	if err := workflow.Await(ctx, func() bool { return sent.IsReady() || u.aborted }); err != nil {
		return result, err
	}
	if !sent.IsReady() {
		cancel()
	}
	err = sent.Get(ctx, &result)
	return result, err
}

// anew begins the image again.
func (u *upgrade) anew(ctx workflow.Context, trouble firmware.Trouble, detail string) {
	u.endAttempt(ctx, answer{outcome: command.Silent}) // 69, which would answer it, never came
	u.again(ctx, trouble, firmware.Starting, detail)
}

// finish waits for what the box says of the whole image. One that says that it failed has nothing to start, and is not rebooted
// into it. Whatever it says, and if it says nothing, the version decides.
func (u *upgrade) finish(ctx workflow.Context) {
	got := u.line.await(ctx, u.s.Report, protocol.UpgradeReport, u.in.Limits.FinishWindow, u.aborting)
	if got == nil {
		got, _ = u.line.withdraw(ctx, u.s.Report, protocol.UpgradeReport, lookback)
	}
	how := answer{outcome: command.Silent, ack: got}
	if got != nil && got.Status != nil {
		how.outcome, u.s.Said = command.Done, got.Status
		if *got.Status != 0 {
			how.outcome = command.Refused
		}
	}
	u.endAttempt(ctx, how)
	switch {
	case u.s.Said == nil:
		u.enter(ctx, firmware.Rebooting, "", "The scooter has every packet, and did not say what became of the image (69). Its version will tell.")
	case *u.s.Said != 0:
		u.s.RebootedAt = workflow.Now(ctx) // from when it has its time to answer
		u.enter(ctx, firmware.Verifying, "", "The scooter says that the image failed (69). Its version will tell.")
	default:
		u.enter(ctx, firmware.Rebooting, "", "The scooter has the image. Its version will tell.")
	}
}

// endAttempt keeps the packets of an attempt as one line of the scooter's history, with 69 as their answer.
func (u *upgrade) endAttempt(ctx workflow.Context, how answer) {
	if u.s.Report == "" {
		return
	}
	if how.ack == nil && u.s.Next >= firmware.Packets(u.in.Size)-1 { // another attempt's report must find no older waiter
		u.line.withdraw(ctx, u.s.Report, protocol.UpgradeReport, forgetting)
	}
	frame := []byte(fmt.Sprintf(`{"a":67,"x":%d}`, max(u.s.Next-1, 0))) // the last one that it took
	u.line.published(u.s.Report, activities.Receipt{Frame: frame, At: u.s.Since}, "")
	u.line.close(u.s.Report, how)
	u.line.flush(ctx)
	u.s.Report = ""
}
