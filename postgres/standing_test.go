package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
)

func TestStandings(t *testing.T) {
	b := newBooks(t)
	// standings is what is read since a time, by plate, and the one time of that reading.
	standings := func(since time.Time) (map[string]fleet.Standing, time.Time) {
		t.Helper()
		list, err := b.Standings(b.ctx, since)
		require.NoError(t, err)
		var read time.Time
		by := map[string]fleet.Standing{}
		for _, s := range list {
			require.True(t, read.IsZero() || read.Equal(s.At), "one reading has one time")
			require.NotContains(t, by, s.Plate)
			read, by[s.Plate] = s.At, s
		}
		return by, read
	}
	none, _ := standings(time.Time{})
	require.Empty(t, none)

	taken, other := b.scooter(), b.scooter()
	all, read := standings(time.Time{})
	require.Len(t, all, 2)
	require.Equal(t, fleet.Standing{Plate: taken.Plate, Service: taken.Service, Hold: fleet.Free, At: read}, all[taken.Plate])
	require.Equal(t, time.UTC, read.Location())

	b.open(b.request(b.rider().ID, taken))
	changed, later := standings(read)
	require.Len(t, changed, 1, "what changed since, and nothing else")
	require.Equal(t, fleet.InUse, changed[taken.Plate].Hold)
	require.True(t, later.After(read), "of two readings the later one counts")

	_, err := b.db.Exec(`UPDATE scooters SET service = 'maintenance', reason = 'a wheel is loose', updated_at = now() WHERE plate = $1`, other.Plate)
	require.NoError(t, err)
	changed, last := standings(later)
	require.Len(t, changed, 1)
	require.Equal(t, fleet.Maintenance, changed[other.Plate].Service)
	changed, _ = standings(last)
	require.Empty(t, changed)
}
