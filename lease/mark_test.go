package lease_test

import (
	"context"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"rodada/lease"
)

// trips counts the round trips of pipelines, and lets none go before it is opened.
type trips struct {
	n    atomic.Int64
	open chan struct{}
}

func (*trips) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}
func (*trips) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }
func (h *trips) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		h.n.Add(1)
		<-h.open
		return next(ctx, cmds)
	}
}

func TestMarksShareRoundTrips(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		require.NoError(t, b.client.ScriptFlush(t.Context()).Err()) // nobody has told Redis the script
		h := &trips{open: make(chan struct{})}
		b.client.AddHook(h)
		const scooters = 200
		_, _, err := b.EnterSending(t.Context(), "A7", fence(1, 1, 2), sent(1, 0))
		require.NoError(t, err)
		var group errgroup.Group
		mark := func(i int) {
			group.Go(func() error {
				ours, err := b.MarkSending(t.Context(), fmt.Sprint("A", i), fence(1, 1, 1), sent(1, i))
				if err == nil && ours == (i == 7) {
					err = fmt.Errorf("A%d: %t", i, ours)
				}
				return err
			})
		}
		mark(0)
		require.Eventually(t, func() bool { return h.n.Load() == 1 }, patience, time.Millisecond)
		for i := 1; i < scooters; i++ {
			mark(i)
		}
		require.Eventually(t, func() bool { return lease.Waiting(b.Store) == scooters-1 }, patience, time.Millisecond)
		close(h.open)
		require.NoError(t, group.Wait(), "only A7 belongs to somebody else")
		require.LessOrEqual(t, h.n.Load(), int64(4), "two, and again with the script")
		for i := range scooters {
			p, known, err := b.Progress(t.Context(), fmt.Sprint("A", i))
			require.NoError(t, err)
			require.True(t, known)
			require.Equal(t, i != 7, p.Sent == i, i)
		}
	})
}

func TestWhoGivesUpAMarkSpoilsNoOther(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		h := &trips{open: make(chan struct{})}
		b.client.AddHook(h)
		ctx, cancel := context.WithCancel(t.Context())
		var both sync.WaitGroup
		both.Go(func() { // on its way to Redis for all
			_, err := b.MarkSending(ctx, "A1", fence(1, 1, 1), sent(1, 1))
			_ = err // it may have come through
		})
		require.Eventually(t, func() bool { return h.n.Load() == 1 }, patience, time.Millisecond)
		both.Go(func() {
			_, err := b.MarkSending(ctx, "A2", fence(1, 1, 1), sent(1, 2))
			require.ErrorIs(t, err, context.Canceled)
		})
		others := make(chan bool, 1)
		both.Go(func() {
			ours, err := b.MarkSending(t.Context(), "A3", fence(1, 1, 1), sent(1, 3))
			others <- err == nil && ours
		})
		require.Eventually(t, func() bool { return lease.Waiting(b.Store) == 2 }, patience, time.Millisecond)
		cancel()
		close(h.open)
		both.Wait()
		require.True(t, <-others)
	})
}

func TestMarksWhileRedisIsAway(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", ContextTimeoutEnabled: true, MaxRetries: -1})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	s := lease.New(client, "p:")
	for range 2 { // the first leaves nothing behind that the second waits for
		var group errgroup.Group
		for i := range 20 {
			group.Go(func() error {
				if ours, err := s.MarkSending(t.Context(), fmt.Sprint("A", i), fence(1, 1, 1), sent(1, i)); err == nil || ours {
					return fmt.Errorf("A%d: %t %w", i, ours, err)
				}
				return nil
			})
		}
		require.NoError(t, group.Wait())
	}
}
