package lease_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
)

var began = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func fence(attempt, chunk, try int) firmware.Fence {
	return firmware.NewFence(began, attempt, chunk, try)
}

func sent(attempt, n int) firmware.Progress {
	return firmware.Progress{
		UpgradeID: "u1", Attempt: attempt, Packets: 100, Sent: n, Failures: n / 10,
		Since: began, At: began.Add(time.Duration(n) * time.Second),
	}
}

func (b bench) enter(t *testing.T, f firmware.Fence, p firmware.Progress) (firmware.Progress, bool) {
	t.Helper()
	got, ours, err := b.EnterSending(t.Context(), "A1", f, p)
	require.NoError(t, err)
	return got, ours
}

func (b bench) mark(t *testing.T, f firmware.Fence, p firmware.Progress) bool {
	t.Helper()
	ours, err := b.MarkSending(t.Context(), "A1", f, p)
	require.NoError(t, err)
	return ours
}

func (b bench) progress(t *testing.T) (firmware.Progress, bool) {
	t.Helper()
	all, err := b.Progress(t.Context(), "A1", "A2")
	require.NoError(t, err)
	require.NotContains(t, all, "A2")
	p, known := all["A1"]
	return p, known
}

func TestFencesSort(t *testing.T) {
	later := []firmware.Fence{
		fence(1, 1, 1), fence(1, 1, 2), fence(1, 2, 1), fence(1, 10, 1), fence(2, 1, 1), fence(10, 1, 1),
		firmware.NewFence(began.Add(time.Millisecond), 1, 1, 1), firmware.NewFence(began.AddDate(300, 0, 0), 1, 1, 1),
	}
	for i := range later[1:] {
		require.Less(t, later[i], later[i+1])
	}
}

func TestProgressIsAsFreshAsTheLastPacket(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		_, known := b.progress(t)
		require.False(t, known)
		_, ours := b.enter(t, fence(1, 1, 1), sent(1, 0))
		require.True(t, ours)
		require.True(t, b.mark(t, fence(1, 1, 1), sent(1, 7)))
		p, known := b.progress(t)
		require.True(t, known)
		require.Equal(t, sent(1, 7), p)
		ttl, err := b.client.PTTL(t.Context(), b.prefix+"{A1}:upgrade").Result()
		require.NoError(t, err)
		require.Positive(t, ttl)
	})
}

func TestWhoComesLaterTakesOver(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.enter(t, fence(1, 1, 1), sent(1, 0))
		require.True(t, b.mark(t, fence(1, 1, 1), sent(1, 20)))

		p, ours := b.enter(t, fence(1, 1, 2), sent(1, 3)) // its heartbeats were behind
		require.True(t, ours)
		require.Equal(t, 20, p.Sent)
		require.Equal(t, 2, p.Failures)

		require.False(t, b.mark(t, fence(1, 1, 1), sent(1, 21)), "its worker was cut off, and sends on")
		_, ours = b.enter(t, fence(1, 1, 1), sent(1, 0))
		require.False(t, ours, "begun late")
		p, _ = b.progress(t)
		require.Equal(t, 20, p.Sent)
		require.True(t, b.mark(t, fence(1, 1, 2), sent(1, 21)))
	})
}

func TestAnotherAttemptBeginsAnew(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.enter(t, fence(1, 1, 1), sent(1, 0))
		require.True(t, b.mark(t, fence(1, 1, 1), sent(1, 50)))
		p, ours := b.enter(t, fence(2, 2, 1), sent(2, 0))
		require.True(t, ours)
		require.Equal(t, sent(2, 0), p)

		other := sent(1, 0)
		other.UpgradeID = "u2"
		p, ours = b.enter(t, firmware.NewFence(began.Add(time.Hour), 1, 1, 1), other)
		require.True(t, ours)
		require.Equal(t, other, p, "nothing of the upgrade before")
		require.False(t, b.mark(t, fence(2, 2, 1), sent(2, 1)), "of the upgrade before")
	})
}

func TestProgressThatRedisHasLost(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.enter(t, fence(1, 1, 2), sent(1, 0))
		require.NoError(t, b.client.Del(t.Context(), b.prefix+"{A1}:upgrade").Err())
		require.True(t, b.mark(t, fence(1, 1, 1), sent(1, 5)), "nobody knows of a later one")
		require.True(t, b.mark(t, fence(1, 1, 2), sent(1, 9)))
		require.False(t, b.mark(t, fence(1, 1, 1), sent(1, 6)))
		p, _ := b.progress(t)
		require.Equal(t, sent(1, 9), p)
		ttl, err := b.client.PTTL(t.Context(), b.prefix+"{A1}:upgrade").Result()
		require.NoError(t, err)
		require.Positive(t, ttl)
	})
}
