package devstack

import (
	"context"
	"errors"
	"sync"
)

// StartAll starts parts side by side. When one fails the starts of the others
// are cancelled, those that run are stopped, and what failed first is returned.
func StartAll[P interface {
	Start(ctx context.Context) error
	Stop()
}](ctx context.Context, parts ...P) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	for _, part := range parts {
		all.Go(func() {
			if err := part.Start(ctx); err != nil {
				cancel(&startFailedError{err})
			}
		})
	}
	all.Wait()
	first := context.Cause(ctx)
	if first == nil {
		return nil
	}
	for _, part := range parts {
		all.Go(part.Stop)
	}
	all.Wait()
	var failure *startFailedError
	if errors.As(first, &failure) {
		return failure.error
	}
	return first
}

// startFailedError tells a part's own error from a cancelled start.
type startFailedError struct{ error }
