package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/protocol"
)

const (
	// leaseGrace is how long a lease outlives its deadline: the time a workflow has to learn of an ack after an outage.
	leaseGrace = time.Minute
	// watchFor is how long a workflow task looks for an answer before it leaves that to a signal.
	watchFor = 250 * time.Millisecond
	// turnWait is the pause before a send whose turn has not come is tried again.
	turnWait = 250 * time.Millisecond
	// movingTries is how often a send to a moving scooter is tried: its last report may be a moment behind.
	movingTries = 4
	// lookback is how long an answer is looked for that may have come while nobody could be told; forgetting is the same for
	// a send that was not made, where there is hardly one to find, and somebody waits.
	lookback   = leaseGrace / 4
	forgetting = time.Second
)

// Why nothing was published.
const (
	unsentMoving      = "moving"      // the scooter is too fast for this command
	unsentLate        = "late"        // the deadline was over before the first try
	unsentBusy        = "busy"        // another send waited for the same answer all the time
	unsentUnreachable = "unreachable" // the way to the broker was broken, or the leases were
	unsentInvalid     = "invalid"     // the catalogue does not allow it
)

// line is a workflow's conversation with one scooter: numbered sends, and the answers that the bridge signals.
type line struct {
	plate      string
	workflowID string
	name       string // of the conversation, in the IDs of its sends
	dialect    protocol.Dialect
	sends      int
	waiting    map[string]*command.Ack // by send ID; nil until answered
	heard      string                  // the send since which the scooter was heard
	origin     command.Origin          // what all this is sent for
	open       map[string]command.Send // by ID, until its end is known
	ended      []command.Send          // and not stored yet
}

// answer is how a send ended.
type answer struct {
	outcome command.Outcome
	ack     *command.Ack
	unsent  string // why nothing was published; then the outcome is silent
}

// newLine opens the conversation and starts to listen; sends is the number of the last send of an earlier run.
func newLine(ctx workflow.Context, plate, name string, dialect protocol.Dialect, sends int) *line {
	l := &line{
		plate: plate, workflowID: workflow.GetInfo(ctx).WorkflowExecution.ID, name: name,
		dialect: dialect, sends: sends, waiting: map[string]*command.Ack{},
		origin: command.ForRental, open: map[string]command.Send{},
	}
	workflow.GoNamed(ctx, "acks", func(ctx workflow.Context) {
		for {
			var ack command.Ack
			workflow.GetSignalChannel(ctx, SignalAck).Receive(ctx, &ack)
			l.take(ack)
		}
	})
	workflow.GoNamed(ctx, "heard", func(ctx workflow.Context) {
		for {
			var heard command.Heard
			workflow.GetSignalChannel(ctx, SignalHeard).Receive(ctx, &heard)
			l.heard = heard.SendID
		}
	})
	return l
}

// take keeps the first answer to a send that waits; anything else is meant for nobody here.
func (l *line) take(ack command.Ack) {
	if known, waits := l.waiting[ack.SendID]; waits && known == nil {
		l.waiting[ack.SendID] = &ack
	}
}

// drain takes what was signalled and not read yet, before the workflow continues as new.
func (l *line) drain(ctx workflow.Context) {
	var ack command.Ack
	for workflow.GetSignalChannel(ctx, SignalAck).ReceiveAsync(&ack) {
		l.take(ack)
	}
	var heard command.Heard
	for workflow.GetSignalChannel(ctx, SignalHeard).ReceiveAsync(&heard) {
		l.heard = heard.SendID
	}
}

// ask sends a command and waits for its answer until the deadline.
func (l *line) ask(ctx workflow.Context, cmd protocol.Command, window time.Duration) answer {
	deadline := workflow.Now(ctx).Add(window)
	id, unsent := l.send(ctx, cmd, deadline, leaseGrace)
	spec, _ := protocol.Lookup(cmd.Code)
	if unsent != "" {
		l.forget(ctx, id, spec.Ack)
		return answer{outcome: command.Silent, unsent: unsent}
	}
	if spec.Ack == 0 {
		return l.close(id, answer{outcome: command.Sent})
	}
	ack := l.await(ctx, id, spec.Ack, deadline.Sub(workflow.Now(ctx)))
	if ack == nil {
		ack, _ = l.withdraw(ctx, id, spec.Ack, lookback)
	}
	return l.close(id, judge(spec, ack))
}

// judge makes an answer of an ack. One that should say how it went, and does not, is as good as none.
func judge(spec protocol.Spec, ack *command.Ack) answer {
	answered, _ := protocol.Lookup(spec.Ack)
	switch {
	case ack == nil:
		return answer{outcome: command.Silent}
	case ack.Status == nil && answered.Status == protocol.StatusResult:
		return answer{outcome: command.Silent, ack: ack}
	case ack.Status != nil && !spec.Done(*ack.Status):
		return answer{outcome: command.Refused, ack: ack}
	}
	return answer{outcome: command.Done, ack: ack}
}

// send publishes a command, waiting for its turn until the deadline, and keeps the lease of the answer for a while after.
func (l *line) send(ctx workflow.Context, cmd protocol.Command, deadline time.Time, keep time.Duration) (id, unsent string) {
	var receipt activities.Receipt
	l.sends++
	id = fmt.Sprintf("%s/%d", l.name, l.sends)
	l.waiting[id] = nil
	l.begin(id, cmd.Code, workflow.Now(ctx))
	defer func() { l.published(id, receipt, unsent) }()
	in := activities.PublishInput{
		WorkflowID: l.workflowID, SendID: id, Plate: l.plate, Command: cmd, Dialect: l.dialect, Deadline: deadline, Keep: keep,
	}
	unsent = unsentLate
	for moving := 0; ; {
		left := deadline.Sub(workflow.Now(ctx))
		err := within(ctx, left, "send "+cmd.Code.String(), scooters.Publish, in).Get(ctx, &receipt)
		switch {
		case err != nil && isRefused(err):
			return id, unsentInvalid
		case err != nil:
			return id, unsentUnreachable
		case receipt.Became == activities.PublishDone:
			return id, ""
		case receipt.Became == activities.PublishLate:
			return id, unsent
		case receipt.Became == activities.PublishBusy:
			unsent = unsentBusy
		case receipt.Became == activities.PublishMoving:
			unsent = unsentMoving
			if moving++; moving == movingTries {
				return id, unsent
			}
		}
		wait(ctx, turnWait, "wait to send "+cmd.Code.String(), never)
	}
}

// await waits for the answer to a send: for a moment where it is, then for the signal.
func (l *line) await(ctx workflow.Context, id string, code protocol.Code, d time.Duration) *command.Ack {
	deadline := workflow.Now(ctx).Add(d)
	var ack *command.Ack
	in := activities.LeaseInput{WorkflowID: l.workflowID, SendID: id, Plate: l.plate, Ack: code, For: min(d, watchFor)}
	err := within(ctx, in.For, "watch for "+code.String(), scooters.Watch, in).Get(ctx, &ack)
	switch {
	case err != nil:
		workflow.GetLogger(ctx).Warn("can't watch for an answer; waiting for its signal", "send", id, "error", err)
	case ack != nil:
		l.take(*ack)
		return l.waiting[id]
	}
	wait(ctx, deadline.Sub(workflow.Now(ctx)), "wait for "+code.String(), func() bool { return l.waiting[id] != nil })
	return l.waiting[id]
}

// withdraw gives a send up, after which no answer to it can come any more; the answer that came meanwhile counts. Not sure:
// the leases are away, and the send keeps its own until it runs out.
func (l *line) withdraw(ctx workflow.Context, id string, code protocol.Code, limit time.Duration) (ack *command.Ack, sure bool) {
	var late *command.Ack
	in := activities.LeaseInput{WorkflowID: l.workflowID, SendID: id, Plate: l.plate, Ack: code}
	err := within(ctx, limit, "look for a late "+code.String(), scooters.Withdraw, in).Get(ctx, &late)
	if err != nil {
		workflow.GetLogger(ctx).Warn("the lease of a silent send stays until it runs out", "send", id, "error", err)
	}
	if signalled := l.waiting[id]; signalled != nil {
		return signalled, true
	}
	return late, err == nil
}

// forget ends a send that was not published, or may not have been.
func (l *line) forget(ctx workflow.Context, id string, code protocol.Code) {
	if code != 0 {
		l.withdraw(ctx, id, code, forgetting)
	}
	l.close(id, answer{outcome: command.Silent, unsent: l.open[id].Unsent})
}
