package live_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/telemetry/live"
)

// news is what changed since a cursor, which it moves on.
func news(t *testing.T, s *live.Store, since *live.Cursor) []string {
	t.Helper()
	plates, last, err := s.Since(t.Context(), *since)
	require.NoError(t, err)
	*since = last
	return plates
}

func TestChangesOfWhatAMapShows(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		since, err := s.Now(t.Context())
		require.NoError(t, err)
		require.Empty(t, news(t, s, &since))
		update(t, s, ready("A1", plaza), ready("A2", plaza))
		require.ElementsMatch(t, []string{"A1", "A2"}, news(t, s, &since))
		require.Empty(t, news(t, s, &since), "told once")

		again := ready("A1", plaza)
		again.Seen = at(30)
		for _, c := range []struct { // each after the one before
			name   string
			change func(*live.Values)
			news   bool
		}{
			{"the same again", func(*live.Values) {}, false},
			{"a receiver's noise", func(v *live.Values) { v.Fix = value(up(2), 30) }, false},
			{"a step", func(v *live.Values) { v.Fix = value(up(9), 30) }, true},
			{"a voltage", func(v *live.Values) { v.Voltage = value(41.5, 30) }, false},
			{"a signal", func(v *live.Values) { v.Signal = value(21, 30) }, false},
			{"a lower battery", func(v *live.Values) { v.Battery = value(79, 31) }, true},
			{"a battery of before", func(v *live.Values) { v.Battery = value(90, -1) }, false},
			{"a fall", func(v *live.Values) { v.Fallen = value(true, 30) }, true},
			{"a speed", func(v *live.Values) { v.SpeedKmh = value(12, 30) }, true},
			{"a fault", func(v *live.Values) { v.Fault = value(8, 30) }, true},
			{"a place by cells, after it", func(v *live.Values) { v.Cell = value(up(900), 30) }, false},
		} {
			t.Run(c.name, func(t *testing.T) {
				r := again
				c.change(&r.Values)
				update(t, s, r)
				require.Equal(t, c.news, len(news(t, s, &since)) > 0)
			})
		}
		stand(t, s, 1, fleet.InService, fleet.Free, "A2")
		require.Equal(t, []string{"A2"}, news(t, s, &since))
		stand(t, s, 2, fleet.InService, fleet.Free, "A2")
		require.Empty(t, news(t, s, &since))
		stand(t, s, 3, fleet.InService, fleet.InUse, "A2")
		require.Equal(t, []string{"A2"}, news(t, s, &since))
	})
}

func TestComingBackIsNews(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		s = s.OfflineAfter(time.Minute)
		heard := func(seconds int) { update(t, s, live.Report{Plate: "A1", Seen: at(seconds)}) }
		since, err := s.Now(t.Context())
		require.NoError(t, err)
		heard(0)
		require.Equal(t, []string{"A1"}, news(t, s, &since), "heard for the first time")
		heard(60)
		require.Empty(t, news(t, s, &since))
		silent, err := s.LastHeard(t.Context(), at(0), at(59))
		require.NoError(t, err)
		require.Empty(t, silent)
		silent, err = s.LastHeard(t.Context(), at(59), at(60))
		require.NoError(t, err)
		require.Equal(t, []string{"A1"}, silent)
		heard(121)
		require.Equal(t, []string{"A1"}, news(t, s, &since))
		heard(100) // a late one is not heard again
		silent, err = s.LastHeard(t.Context(), at(0), at(120))
		require.NoError(t, err)
		require.Empty(t, silent)
	})
}

func TestCursorsThatAreForgotten(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		for _, bad := range []live.Cursor{"", "x", "1", "1-", "-1-0", "1-0-0", "99999999999999-0"} {
			require.ErrorIs(t, s.Kept(t.Context(), bad), live.ErrForgotten, bad)
		}
		update(t, s, ready("A1", plaza))
		first, err := s.Now(t.Context())
		require.NoError(t, err)
		require.NoError(t, s.Kept(t.Context(), first))
		require.ErrorIs(t, s.Kept(t.Context(), "0-0"), live.ErrForgotten, "nobody can tell what was before")
		require.ErrorIs(t, s.Kept(t.Context(), live.Cursor("1-5")), live.ErrForgotten)
		require.WithinDuration(t, time.Now(), first.Time(), time.Minute)
		update(t, s, fix("A1", geo.Point{Lat: 1, Lng: 1}, 5))
		require.NoError(t, s.Kept(t.Context(), first))
	})
}

// More batches than one reading takes are all there.
func TestManyChanges(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		update(t, s, ready("A0", plaza))
		since, err := s.Now(t.Context())
		require.NoError(t, err)
		for i := range 1203 {
			update(t, s, fix("A1", up(20*i), i))
		}
		update(t, s, ready("A2", plaza))
		require.Equal(t, []string{"A1", "A2"}, news(t, s, &since))
	})
}
