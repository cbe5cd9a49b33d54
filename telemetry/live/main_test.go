package live_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/telemetry/live"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// noon is when the tests happen.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

func eachRedis(t *testing.T, test func(t *testing.T, s *live.Store)) {
	t.Helper()
	t.Run("redis", func(t *testing.T) {
		addr, prefix := testkit.Redis(t)
		test(t, open(t, addr, prefix))
	})
	t.Run("stand-in", func(t *testing.T) { test(t, open(t, miniredis.RunT(t).Addr(), "p:")) })
}

func open(t *testing.T, addr, prefix string) *live.Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return live.New(client, prefix)
}

func value[T any](is T, seconds int) live.Value[T] { return live.Value[T]{Is: is, At: at(seconds)} }

// fix is a report of a place and nothing else.
func fix(plate string, p geo.Point, seconds int) live.Report {
	return live.Report{Plate: plate, Seen: at(seconds), Values: live.Values{Fix: value(p, seconds)}}
}

func update(t *testing.T, s *live.Store, reports ...live.Report) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), reports))
}

func get(t *testing.T, s *live.Store, plate string) live.State {
	t.Helper()
	state, known, err := s.Get(t.Context(), plate)
	require.NoError(t, err)
	require.True(t, known)
	return state
}
