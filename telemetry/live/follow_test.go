package live_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/telemetry/live"
)

// books are service and hold of a few scooters, with the time of the last change.
type books struct {
	mu      sync.Mutex
	rows    map[string]fleet.Standing
	changed map[string]time.Time
	away    error
}

func (b *books) set(plate string, service fleet.Service, hold fleet.Hold) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rows[plate], b.changed[plate] = fleet.Standing{Plate: plate, Service: service, Hold: hold}, time.Now()
}

func (b *books) remove(plate string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.rows, plate)
}

func (b *books) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.away = err
}

func (b *books) Standings(_ context.Context, since time.Time) ([]fleet.Standing, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []fleet.Standing
	for plate, row := range b.rows {
		if !b.changed[plate].Before(since) {
			row.At = time.Now()
			list = append(list, row)
		}
	}
	return list, b.away
}

func TestFollow(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		b := &books{rows: map[string]fleet.Standing{}, changed: map[string]time.Time{}}
		b.set("A1", fleet.InService, fleet.Free)
		b.set("A2", fleet.Blocked, fleet.Free)
		ctx, stop := context.WithCancel(t.Context())
		var followers sync.WaitGroup
		for range 2 { // of two processes
			followers.Go(func() {
				s.Follow(ctx, b, live.Pace{Look: 5 * time.Millisecond, All: 50 * time.Millisecond}, slog.New(slog.DiscardHandler))
			})
		}
		defer followers.Wait()
		defer stop()
		becomes := func(plate string, service fleet.Service, hold fleet.Hold) {
			t.Helper()
			require.Eventually(t, func() bool {
				state, _, err := s.Get(t.Context(), plate)
				return err == nil && state.Service.Is == service && state.Hold.Is == hold
			}, 5*time.Second, 5*time.Millisecond)
		}
		becomes("A1", fleet.InService, fleet.Free)
		becomes("A2", fleet.Blocked, fleet.Free)
		b.set("A1", fleet.InService, fleet.InUse)
		becomes("A1", fleet.InService, fleet.InUse)
		b.fail(errors.New("away"))
		b.set("A1", fleet.InService, fleet.Securing)
		b.fail(nil)
		becomes("A1", fleet.InService, fleet.Securing)

		b.remove("A2")
		becomes("A2", "", "")
		require.Eventually(t, func() bool {
			plates, err := s.Fleet(t.Context())
			return err == nil && len(plates) == 1 && plates[0] == "A1"
		}, 5*time.Second, 5*time.Millisecond)
		require.False(t, get(t, s, "A2").Booked())
	})
}

// However often the books are read, a hold is as old as its last change.
func TestAHoldKeepsItsAge(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		stand := func(seconds int, hold fleet.Hold) {
			require.NoError(t, s.Stand(t.Context(), []fleet.Standing{{Plate: "A1", Service: fleet.InService, Hold: hold, At: at(seconds)}}))
		}
		for _, c := range []struct {
			at    int
			hold  fleet.Hold
			since int
		}{{1, fleet.Free, 1}, {2, fleet.Free, 1}, {4, fleet.InUse, 4}, {3, fleet.Free, 4}, {5, fleet.InUse, 4}, {6, fleet.Free, 6}, {9, fleet.Free, 6}} {
			stand(c.at, c.hold)
			require.Equal(t, at(c.since), get(t, s, "A1").HeldSince)
		}
		require.Equal(t, at(9), get(t, s, "A1").Hold.At)
	})
}

// A Redis that lost everything has what the books say at the next look, and not only when all is looked at again.
func TestFollowNoticesALoss(t *testing.T) {
	redis := miniredis.RunT(t)
	s := open(t, redis.Addr(), "p:")
	b := &books{rows: map[string]fleet.Standing{}, changed: map[string]time.Time{}}
	b.set("A1", fleet.InService, fleet.Free)
	b.changed["A1"] = time.Now().Add(-time.Hour) // no news
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Follow(ctx, b, live.Pace{Look: time.Millisecond, All: time.Hour}, slog.New(slog.DiscardHandler))
	}()
	defer func() { stop(); <-done }()
	for range 3 {
		require.Eventually(t, func() bool {
			state, _, err := s.Get(t.Context(), "A1")
			return err == nil && state.Service.Is == fleet.InService
		}, 5*time.Second, time.Millisecond)
		redis.FlushAll()
	}
}
