package devstack_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
)

// part is a service that knows whether it runs.
type part struct {
	runs   atomic.Bool
	refuse error
	wait   <-chan struct{} // starts when this is closed, or the start is cancelled
}

func (p *part) Start(ctx context.Context) error {
	select {
	case <-p.wait:
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.refuse != nil {
		return p.refuse
	}
	p.runs.Store(true)
	return nil
}

func (p *part) Stop() { p.runs.Store(false) }

func now() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func TestStartAll(t *testing.T) {
	one, two := &part{wait: now()}, &part{wait: now()}
	require.NoError(t, devstack.StartAll(t.Context(), one, two))
	require.True(t, one.runs.Load() && two.runs.Load())
	require.NoError(t, devstack.StartAll[*part](t.Context()), "nothing to start")
}

func TestStartAllRollsBack(t *testing.T) {
	refused := errors.New("refused")
	quick, slow := &part{wait: now()}, &part{wait: make(chan struct{})}
	err := devstack.StartAll(t.Context(), quick, &part{wait: now(), refuse: refused}, slow)
	require.Equal(t, refused, err, "the reason, and not that the slow one was cancelled")
	require.False(t, quick.runs.Load())
	require.False(t, slow.runs.Load())
}

func TestStartAllWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	one := &part{wait: make(chan struct{})}
	cancel()
	require.ErrorIs(t, devstack.StartAll(ctx, one), context.Canceled)
}

func TestStartAllManyTimesWithAFailureAnywhere(t *testing.T) {
	refused := errors.New("refused")
	for i := range 200 {
		parts := make([]*part, 8)
		for j := range parts {
			parts[j] = &part{wait: now()}
		}
		parts[i%len(parts)].refuse = refused
		require.Equal(t, refused, devstack.StartAll(t.Context(), parts...))
		for _, p := range parts {
			require.False(t, p.runs.Load())
		}
	}
}
