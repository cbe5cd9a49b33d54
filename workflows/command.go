package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/protocol"
)

// longestCommand bounds how long a command may take, whatever its input says.
const longestCommand = time.Minute

// Command sends one command of staff to a scooter, held or not, tells the holder what it changed, stores how it ended, and
// returns that. Before a command that must not reach a moving scooter it asks for the speed, and waits until the scooter stands;
// one that may be repeated blindly is sent again while the scooter is silent, both as long as the window lasts.
func Command(ctx workflow.Context, in CommandInput) (CommandResult, error) {
	cancelled := ctx
	ctx, _ = workflow.NewDisconnectedContext(ctx) // what was sent is waited for
	l := newLine(ctx, in.Plate, in.ID, in.Dialect, 0)
	l.origin = command.ForCommand
	deadline := in.until(workflow.Now(ctx))
	var result CommandResult
	for {
		got := in.give(ctx, l, deadline)
		if got.unsent == "" {
			result.Attempts++
		}
		if got.unsent == "" || result.Attempts == 0 { // a try that came to nothing does not undo one that was made
			result.Outcome, result.Ack, result.Unsent = got.outcome, got.ack, got.unsent
		}
		if !in.again(got) || cancelled.Err() != nil {
			break
		}
		if got.unsent == UnsentMoving {
			workflow.SetCurrentDetails(ctx, "Waiting for the scooter to stand.")
			wait(ctx, min(time.Second, deadline.Sub(workflow.Now(ctx))), "wait for the scooter to stand", never)
		}
		if !workflow.Now(ctx).Before(deadline) {
			break
		}
		l.retry()
	}
	workflow.SetCurrentDetails(ctx, describe(result))
	if result.Outcome == command.Done {
		tellHolder(ctx, in, result.Ack)
	}
	persist(ctx, "store how it ended", commands.FinishOrder, activities.FinishInput{
		ID: in.ID, Ending: result.ending(workflow.Now(ctx)), Sends: l.collect(),
	})
	return result, nil // a cancelled command has ended too, and result says how
}

// until is when it is too late: however late the workflow begins, no command comes later than was said when it was given.
func (in CommandInput) until(now time.Time) time.Time {
	deadline := now.Add(min(in.Window, longestCommand))
	if !in.Deadline.IsZero() && in.Deadline.Before(deadline) {
		return in.Deadline
	}
	return deadline
}

// blind reports whether the command may be sent again without a word from the scooter. A QoS 1 frame may wait in the broker,
// so it never is. (Design, decision 4)
func (in CommandInput) blind() bool {
	spec, _ := protocol.Lookup(in.Command.Code)
	return spec.Blind && spec.QoS == 0 && in.Try > 0
}

// attempt is how long one send may wait for its answer.
func (in CommandInput) attempt(left time.Duration) time.Duration {
	if in.blind() {
		return min(in.Try, left)
	}
	return left
}

// again reports whether another try makes sense.
func (in CommandInput) again(got answer) bool {
	return got.unsent == UnsentMoving || got.outcome == command.Silent && got.unsent == "" && in.blind()
}

// ending is how the command ended, as its row keeps it; frames are the history's.
func (r CommandResult) ending(at time.Time) command.Ending {
	e := command.Ending{Outcome: r.Outcome, Unsent: r.Unsent, Attempts: r.Attempts, FinishedAt: at}
	if r.Ack != nil && r.Ack.ReceivedAt.After(at) {
		e.FinishedAt = r.Ack.ReceivedAt // by the bridge's clock, which may be ahead
	}
	if r.Unsent != "" {
		e.Outcome = command.Unsent
	}
	if r.Ack != nil {
		ack := *r.Ack
		ack.Frame = nil
		e.Ack = &ack
	}
	return e
}

func describe(r CommandResult) string {
	switch {
	case r.Unsent != "":
		return "Not sent: " + r.Unsent + "."
	case r.Outcome == command.Done:
		return "The scooter did it."
	case r.Outcome == command.Refused:
		return "The scooter refused."
	case r.Outcome == command.Sent:
		return "Sent; this command has no answer."
	}
	return "The scooter did not answer."
}
