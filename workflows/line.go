package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
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

// Why nothing was published: CommandResult.Unsent.
const (
	UnsentMoving      = "moving"      // the scooter is too fast for this command
	UnsentLate        = "late"        // the deadline was over before the first try
	UnsentBusy        = "busy"        // another send waited for the same answer all the time
	UnsentUnreachable = "unreachable" // the way to the broker was broken, or the leases were
	UnsentInvalid     = "invalid"     // the catalogue does not allow it
)

// line is a workflow's conversation with one scooter: numbered sends, and the answers that the bridge signals.
type line struct {
	plate      string
	workflowID string
	name       string // of the conversation, in the IDs of its sends
	dialect    protocol.Dialect
	sends      int
	waiting    map[string]*command.Ack // by send ID; nil until answered
	watched    map[string]bool         // sends whose answer was looked for already
	heard      string                  // the send since which the scooter was heard
	origin     command.Origin          // what all this is sent for
	open       map[string]command.Send // by ID, until its end is known
	ended      []command.Send          // and not stored yet
	metrics    client.MetricsHandler
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
		dialect: dialect, sends: sends, waiting: map[string]*command.Ack{}, watched: map[string]bool{},
		origin: command.ForRental, open: map[string]command.Send{}, metrics: workflow.GetMetricsHandler(ctx),
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
	return l.askUntil(ctx, cmd, window, never)
}

// askUntil is ask that gives the send up as soon as nobody needs its answer any more.
func (l *line) askUntil(ctx workflow.Context, cmd protocol.Command, window time.Duration, needless func() bool) answer {
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
	ack := l.await(ctx, id, spec.Ack, deadline.Sub(workflow.Now(ctx)), needless)
	if ack == nil {
		patience := lookback
		if needless() {
			patience = forgetting
		}
		ack, _ = l.withdraw(ctx, id, spec.Ack, patience)
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

// number is the ID of the next send.
func (l *line) number() string {
	l.sends++
	return fmt.Sprintf("%s/%d", l.name, l.sends)
}

// send publishes a command, waiting for its turn until the deadline, and keeps the lease of the answer for a while after.
func (l *line) send(ctx workflow.Context, cmd protocol.Command, deadline time.Time, keep time.Duration) (id, unsent string) {
	var receipt activities.Receipt
	id = l.number()
	l.waiting[id] = nil
	l.begin(id, cmd.Code, workflow.Now(ctx))
	defer func() { l.published(id, receipt, unsent) }()
	in := activities.PublishInput{
		WorkflowID: l.workflowID, SendID: id, Plate: l.plate, Command: cmd, Dialect: l.dialect, Deadline: deadline, Keep: keep,
		Watch: watchFor,
	}
	unsent = UnsentLate
	for moving := 0; ; {
		left := deadline.Sub(workflow.Now(ctx))
		err := within(ctx, left, "send "+cmd.Code.String(), scooters.Publish, in).Get(ctx, &receipt)
		switch {
		case err != nil && isRefused(err):
			return id, UnsentInvalid
		case err != nil:
			return id, UnsentUnreachable
		case receipt.Became == activities.PublishDone:
			if l.watched[id] = receipt.Watched; receipt.Ack != nil {
				l.take(*receipt.Ack)
			}
			return id, ""
		case receipt.Became == activities.PublishLate:
			return id, unsent
		case receipt.Became == activities.PublishBusy:
			unsent = UnsentBusy
		case receipt.Became == activities.PublishMoving:
			unsent = UnsentMoving
			if moving++; moving == movingTries {
				return id, unsent
			}
		}
		wait(ctx, turnWait, "wait to send "+cmd.Code.String(), never)
	}
}

// await waits for the answer to a send: for a moment where it is, then for the signal.
func (l *line) await(
	ctx workflow.Context, id string, code protocol.Code, d time.Duration, needless func() bool,
) *command.Ack {
	deadline := workflow.Now(ctx).Add(d)
	if !l.watched[id] {
		l.watch(ctx, id, code, min(d, watchFor))
	}
	delete(l.watched, id)
	wait(ctx, deadline.Sub(workflow.Now(ctx)), "wait for "+code.String(), func() bool { return l.waiting[id] != nil || needless() })
	return l.waiting[id]
}

// watch looks for an answer where it arrives, when that was not done already.
func (l *line) watch(ctx workflow.Context, id string, code protocol.Code, d time.Duration) {
	var ack *command.Ack
	in := activities.LeaseInput{WorkflowID: l.workflowID, SendID: id, Plate: l.plate, Ack: code, For: d}
	if err := within(ctx, d, "watch for "+code.String(), scooters.Watch, in).Get(ctx, &ack); err != nil {
		workflow.GetLogger(ctx).Warn("can't watch for an answer; waiting for its signal", "send", id, "error", err)
	}
	if ack != nil {
		l.take(*ack)
	}
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
