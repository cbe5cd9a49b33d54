package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/domain/command"
)

// Command sends one command of staff to a scooter, held or not, and returns how it ended. A command that must not reach a
// moving scooter waits until it stands, as long as the window lasts.
func Command(ctx workflow.Context, in CommandInput) (CommandResult, error) {
	cancelled := ctx
	ctx, _ = workflow.NewDisconnectedContext(ctx) // what was sent is waited for
	l := newLine(ctx, in.Plate, in.ID, in.Dialect, 0)
	deadline := workflow.Now(ctx).Add(in.Window)
	var result CommandResult
	for {
		got := l.ask(ctx, in.Command, deadline.Sub(workflow.Now(ctx)))
		result.Attempts++
		result.Outcome, result.Ack, result.Unsent = got.outcome, got.ack, got.unsent
		if got.unsent != unsentMoving || !workflow.Now(ctx).Before(deadline) || cancelled.Err() != nil {
			break
		}
		workflow.SetCurrentDetails(ctx, "Waiting for the scooter to stand.")
		wait(ctx, time.Second, "wait for the scooter to stand", never)
	}
	workflow.SetCurrentDetails(ctx, describe(result))
	return result, nil //nolint:nilerr // a cancelled command has ended too, and result says how
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
