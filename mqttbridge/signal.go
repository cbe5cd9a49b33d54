package mqttbridge

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
)

const (
	attempt   = 2 * time.Second // how long one try at Redis or Temporal may take
	firstWait = 20 * time.Millisecond
	lastWait  = 500 * time.Millisecond
)

// errGone is a signal that nobody will ever take.
var errGone = errors.New("mqttbridge: nobody waits any more")

// signal tries until the workflow has the signal, is gone, or ctx ends.
func (b *Bridge) signal(ctx context.Context, workflowID, name string, arg any) (outcome, error) {
	err := persist(ctx, func(ctx context.Context) error {
		err := b.options.Signals.SignalWorkflow(ctx, workflowID, "", name, arg)
		var gone *serviceerror.NotFound
		var wrong *serviceerror.InvalidArgument
		if errors.As(err, &gone) || errors.As(err, &wrong) {
			return errors.Join(errGone, err)
		}
		return err
	})
	switch {
	case err == nil:
		return answerSignalled, nil
	case errors.Is(err, errGone):
		return answerGone, err
	}
	return answerLate, err
}

// persist tries until it works, is told errGone, or ctx ends; at least once, unless ctx has ended before.
func persist(ctx context.Context, do func(context.Context) error) error {
	wait := firstWait
	for {
		try, cancel := context.WithTimeout(ctx, attempt)
		err := do(try)
		cancel()
		if err == nil || errors.Is(err, errGone) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
}
