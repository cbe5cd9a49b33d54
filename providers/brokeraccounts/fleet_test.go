package brokeraccounts_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/providers/brokeraccounts"
)

const (
	fleetSize = 2000
	atOnce    = 50
)

func number(i int) string { return fmt.Sprintf("F%04d", i) }

// ledger counts what the backend hears, by topic.
type ledger struct {
	sync.Mutex
	heard map[string]int
}

// A fleet on the real broker: each of two thousand scooters does what it may and tries what it may not.
func TestTwoThousandScooters(t *testing.T) {
	plates := make([]string, fleetSize)
	for i := range plates {
		plates[i] = number(i)
	}
	s := newSite(t, testkit.Mosquitto(t, plates...))
	books := s.listenToAll(t)

	boxes := make([]*peer, fleetSize)
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(atOnce)
	for i := range boxes {
		group.Go(func() (err error) {
			boxes[i], err = s.try(ctx, number(i), number((i+1)%fleetSize))
			return err
		})
	}
	require.NoError(t, group.Wait())
	t.Cleanup(func() {
		for _, b := range boxes {
			b.Disconnect(0)
		}
	})

	want := map[string]int{"bike": fleetSize, "o": fleetSize}
	for _, plate := range plates {
		want[plate] = 1
	}
	require.Eventually(t, func() bool { return books.total() >= 3*fleetSize }, patience, tick)
	require.Equal(t, want, books.copy(), "nothing else came through")

	// One is revoked and one is added while the others stay connected, and all is as it was after a crash of the broker.
	require.NoError(t, s.Remove(t.Context(), number(7)))
	boxes[7].breaks(t)
	s.refuses(t, number(7), testkit.ScooterPassword)
	require.NoError(t, s.Put(t.Context(), one("late", "L0001")))
	late := s.connect(t, one("late"))
	require.NoError(t, late.listen(t.Context(), "L0001"))
	for i, b := range boxes {
		require.Equal(t, i != 7, b.IsConnectionOpen(), number(i))
	}
	s.stack.Kill(devstack.MQTT)
	require.NoError(t, s.stack.StartService(t.Context(), devstack.MQTT))
	s.refuses(t, number(7), testkit.ScooterPassword)
	s.connect(t, one("late"))
	listed, err := s.List(t.Context())
	require.NoError(t, err)
	require.Len(t, listed, fleetSize)
	group, ctx = errgroup.WithContext(t.Context())
	group.SetLimit(atOnce)
	for i := range boxes {
		if i == 7 {
			continue
		}
		group.Go(func() error {
			p, err := s.dial(ctx, "again-"+number(i), number(i), testkit.ScooterPassword, true)
			p.Disconnect(0)
			return err
		})
	}
	require.NoError(t, group.Wait())
}

// try is one scooter: a wrong password first, then everything that it may do, and everything that it may not, with its
// neighbour as the victim.
func (s *site) try(ctx context.Context, own, foreign string) (*peer, error) {
	if p, err := s.dial(ctx, "box-"+own, own, "guess", true); err == nil {
		p.Disconnect(0)
		return nil, fmt.Errorf("%s came in with a wrong password", own)
	}
	p, err := s.dial(ctx, "box-"+own, own, testkit.ScooterPassword, true)
	if err != nil {
		return nil, err
	}
	for _, filter := range []string{foreign, "bike", "o", "#", "+", "$share/x/" + foreign, brokeraccounts.ResponseTopic} {
		if p.listen(ctx, filter) == nil {
			return p, fmt.Errorf("%s listens to %s", own, filter)
		}
	}
	if err := p.listen(ctx, own); err != nil {
		return p, fmt.Errorf("%s on its own topic: %w", own, err)
	}
	for _, topic := range []string{foreign, "anything", "bike/" + own, brokeraccounts.ControlTopic, "bike", "o", own} {
		if err := wait(ctx, p.Publish(topic, 1, false, `{"a":27,"i":"`+own+`"}`)); err != nil {
			return p, fmt.Errorf("%s on %s: %w", own, topic, err)
		}
	}
	select {
	case topic := <-p.got:
		if topic != own {
			return p, fmt.Errorf("%s hears %s", own, topic)
		}
		return p, nil
	case <-ctx.Done():
		return p, ctx.Err()
	}
}

func (s *site) listenToAll(t *testing.T) *ledger {
	t.Helper()
	l := &ledger{heard: map[string]int{}}
	p := s.backend(t, "#")
	done := make(chan struct{})
	go func() {
		for {
			select {
			case topic := <-p.got:
				l.Lock()
				l.heard[topic]++
				l.Unlock()
			case <-done:
				return
			}
		}
	}()
	t.Cleanup(func() { close(done) })
	return l
}

func (l *ledger) copy() map[string]int {
	l.Lock()
	defer l.Unlock()
	c := map[string]int{}
	for topic, n := range l.heard {
		c[topic] = n
	}
	return c
}

func (l *ledger) total() (n int) {
	for _, heard := range l.copy() {
		n += heard
	}
	return n
}
