package throttle_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
	"rodada/throttle"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silence{}) // it speaks of every connection that it can't open
	testkit.Main(m)
}

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// eachRedis runs a test against the real server and against the stand-in of machines without one.
func eachRedis(t *testing.T, test func(t *testing.T, s *throttle.Store)) {
	t.Helper()
	t.Run("redis", func(t *testing.T) {
		addr, prefix := testkit.Redis(t)
		test(t, open(t, addr, prefix))
	})
	t.Run("stand-in", func(t *testing.T) { test(t, open(t, miniredis.RunT(t).Addr(), "p:")) })
	t.Run("away", func(t *testing.T) {
		m := miniredis.RunT(t)
		s := open(t, m.Addr(), "p:")
		m.Close()
		test(t, s)
		require.True(t, s.Away())
	})
}

func open(t *testing.T, addr, prefix string) *throttle.Store {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	return throttle.New(client, prefix, slog.New(slog.DiscardHandler))
}
