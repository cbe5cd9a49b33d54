package live_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/telemetry/live"
)

func ride(id string, seconds int) live.Ride {
	return live.Ride{RentalID: id, Plate: "A 1", ModelID: 4, LimitKmh: 20, Since: at(seconds)}
}

func rideOf(t *testing.T, s *live.Store, plate string) live.Ride {
	t.Helper()
	rides, err := s.Rides(t.Context(), []string{"Z9", plate})
	require.NoError(t, err)
	require.NotContains(t, rides, "Z9")
	return rides[plate]
}

func TestRides(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		require.Zero(t, rideOf(t, s, "A 1"))
		none, err := s.Rides(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, none)

		first, second := ride("r1", 1), ride("r2", 2)
		require.NoError(t, s.SetRide(t.Context(), "A 1", first))
		require.Equal(t, first, rideOf(t, s, "A 1"))
		slower := first
		slower.LimitKmh = 6
		require.NoError(t, s.SetRide(t.Context(), "A 1", slower))
		require.Equal(t, slower, rideOf(t, s, "A 1"), "the same ride, changed")

		require.NoError(t, s.SetRide(t.Context(), "A 1", second))
		require.NoError(t, s.SetRide(t.Context(), "A 1", first))
		require.Equal(t, second, rideOf(t, s, "A 1"), "an older ride comes late")
		require.NoError(t, s.ClearRide(t.Context(), "A 1", "r1"))
		all, err := s.AllRides(t.Context())
		require.NoError(t, err)
		require.Equal(t, map[string]live.Ride{"A 1": second}, all, "the end of an older ride comes late")
		require.NoError(t, s.ClearRide(t.Context(), "A 1", "r2"))
		require.NoError(t, s.ClearRide(t.Context(), "A 1", "r2"))
		all, err = s.AllRides(t.Context())
		require.NoError(t, err)
		require.Empty(t, all)
	})
}

// Two workers enter the same rides in any order: the latest stays.
func TestTheLatestRideStays(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		var workers sync.WaitGroup
		for w := range 4 {
			workers.Go(func() {
				for i := range 20 {
					n := (i*7 + w*5) % 20
					if err := s.SetRide(t.Context(), "A 1", ride(string(rune('a'+n)), n)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		workers.Wait()
		require.Equal(t, ride("t", 19), rideOf(t, s, "A 1"))
	})
}
