package roles_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/geo"
	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/telemetry/live"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func value[T any](is T) live.Value[T] { return live.Value[T]{Is: is, At: noon} }

// A list of the whole fleet asks for more scooters than Redis is asked for at once.
func TestSightingsOfAFleet(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr(), ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	known := roles.NewLive(client, config.Config{Redis: config.Redis{Prefix: "p:"}})

	const fleet = 2500
	plates, reports := make([]string, fleet), make([]live.Report, 0, fleet)
	for i := range plates {
		plates[i] = fmt.Sprintf("P%04d", i)
		if i%2 == 0 {
			reports = append(reports, live.Report{Plate: plates[i], Seen: noon, Values: live.Values{Battery: value(i % 101)}})
		}
	}
	require.NoError(t, live.New(client, "p:").Update(t.Context(), reports))
	got, err := known.Sightings(t.Context(), plates)
	require.NoError(t, err)
	require.Len(t, got, fleet/2)
	require.Equal(t, 2400%101, got["P2400"].Battery)
	require.NotContains(t, got, "P2401")
	got, err = known.Sightings(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestASightingSaysWhatIsKnownAndWhatIsNot(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr(), ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	known := roles.NewLive(client, config.Config{Redis: config.Redis{Prefix: "p:"}})
	madrid := geo.Point{Lat: 40.4, Lng: -3.7}
	require.NoError(t, live.New(client, "p:").Update(t.Context(), []live.Report{
		{Plate: "ALL", Seen: noon, Values: live.Values{
			Cell: value(madrid), Battery: value(0), SpeedKmh: value(0), LimitKmh: value(20), Fault: value(3), Powered: value(false),
		}},
		{Plate: "NONE", Seen: noon},
	}))
	got, err := known.Sightings(t.Context(), []string{"ALL", "NONE"})
	require.NoError(t, err)
	all, off := got["ALL"], false
	require.Equal(t, &off, all.Powered)
	require.Equal(t, []any{madrid, noon, "lbs", 0, 0, 20, 3, noon},
		[]any{all.Position, all.PositionAt, all.PositionSource, all.Battery, all.SpeedKmh, all.LimitKmh, all.Fault, all.Seen})
	none := got["NONE"]
	require.Nil(t, none.Powered)
	require.Equal(t, []any{true, -1, -1, -1, -1, noon},
		[]any{none.PositionAt.IsZero(), none.Battery, none.SpeedKmh, none.LimitKmh, none.Fault, none.Seen})
	one, found, err := known.Sighting(t.Context(), "ALL")
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, all, one)
	_, found, err = known.Sighting(t.Context(), "NOBODY")
	require.NoError(t, err)
	require.False(t, found)
	var _ api.Live = known
}
