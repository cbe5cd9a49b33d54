package lease_test

import (
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/internal/testkit"
	"rodada/lease"
	"rodada/protocol"
)

const (
	patience = 10 * time.Second
	long     = time.Minute
	short    = 40 * time.Millisecond
	code     = protocol.PowerOnAck
)

func TestMain(m *testing.M) { testkit.Main(m) }

// bench is a store in some Redis.
type bench struct {
	*lease.Store
	client redis.UniversalClient
	prefix string
	move   func(time.Duration) // a clock that only moves when it is told to
}

// eachRedis runs a test against the real server and against the stand-in of machines without one.
func eachRedis(t *testing.T, test func(t *testing.T, b bench)) {
	t.Helper()
	t.Run("redis", func(t *testing.T) {
		addr, prefix := testkit.Redis(t)
		test(t, open(t, addr, prefix, func(time.Duration) {}))
	})
	t.Run("stand-in", func(t *testing.T) {
		m := miniredis.RunT(t)
		test(t, open(t, m.Addr(), "p:", m.FastForward))
	})
}

func open(t *testing.T, addr, prefix string, move func(time.Duration)) bench {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return bench{Store: lease.New(client, prefix), client: client, prefix: prefix, move: move}
}

// awaitFree waits until the lease of a plate has run out.
func (b bench) awaitFree(t *testing.T, plate string) {
	t.Helper()
	require.Eventually(t, func() bool {
		b.move(10 * time.Millisecond)
		wanted, err := b.Wanted(t.Context(), []lease.Sighting{{Plate: plate, Code: code}})
		return err == nil && !wanted[0].Ack
	}, patience, 5*time.Millisecond)
}

func waiter(send string) command.Waiter {
	return command.Waiter{WorkflowID: "scooter/of " + send, SendID: send}
}

func (b bench) take(t *testing.T, plate, send string, ttl time.Duration) command.Taken {
	t.Helper()
	taken, err := b.Take(t.Context(), plate, code, waiter(send), ttl)
	require.NoError(t, err)
	return taken
}

func (b bench) claim(t *testing.T, plate string, ack command.Ack) (lease.Claim, bool) {
	t.Helper()
	c, found, err := b.Claim(t.Context(), plate, ack)
	require.NoError(t, err)
	return c, found
}

func (b bench) withdraw(t *testing.T, plate, send string) *command.Ack {
	t.Helper()
	ack, err := b.Withdraw(t.Context(), plate, code, send)
	require.NoError(t, err)
	return ack
}

// arrival makes the n-th ack of a test: no two arrive at the same time.
func arrival(n int) command.Ack {
	status := 0
	return command.Ack{
		Code: int(code), Status: &status, Values: map[string]any{"time": float64(n)},
		ReceivedAt: time.Date(2026, 11, 23, 12, 0, 0, n, time.UTC),
	}
}
