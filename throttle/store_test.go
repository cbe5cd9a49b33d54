package throttle_test

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"rodada/domain/limit"
	"rodada/throttle"
)

var five = limit.Quota{Count: 5, Per: time.Hour}

func TestTakeUntilTheQuotaIsSpent(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *throttle.Store) {
		for left := 4; left >= 0; left-- {
			v := s.Take(t.Context(), "a", five)
			require.True(t, v.Allowed)
			require.Equal(t, left, v.Left)
			require.Zero(t, v.Retry)
			require.Positive(t, v.Reset)
			require.LessOrEqual(t, v.Reset, time.Hour)
		}
		v := s.Take(t.Context(), "a", five)
		require.False(t, v.Allowed)
		require.Zero(t, v.Left)
		require.Positive(t, v.Retry)
		require.LessOrEqual(t, v.Retry, five.Per/5)
		require.True(t, s.Take(t.Context(), "b", five).Allowed, "another's quota")
		require.True(t, s.Take(t.Context(), "a", limit.Quota{}).Allowed, "no limit")
	})
}

// Being refused costs nothing: who goes on asking does not wait for longer.
func TestAQuotaComesBack(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *throttle.Store) {
		fast := limit.Quota{Count: 20, Per: time.Second}
		for range 20 {
			s.Take(t.Context(), "a", fast)
		}
		require.Eventually(t, func() bool { return s.Take(t.Context(), "a", fast).Allowed }, 10*time.Second, time.Millisecond)
	})
}

func TestManyAtOnceGetNoMoreThanTheQuota(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *throttle.Store) {
		var allowed atomic.Int32
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if s.Take(t.Context(), "a", five).Allowed {
					allowed.Add(1)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 5, allowed.Load())
	})
}

// Two copies of the API count together, under keys with their prefix alone.
func TestCountersAreSharedAndHaveTheirPrefix(t *testing.T) {
	m := miniredis.RunT(t)
	one, other := open(t, m.Addr(), "own:"), open(t, m.Addr(), "own:")
	for range 3 {
		require.True(t, one.Take(t.Context(), "a", five).Allowed)
	}
	require.Equal(t, 1, other.Take(t.Context(), "a", five).Left)
	require.True(t, open(t, m.Addr(), "another:").Take(t.Context(), "a", five).Allowed)
	one.Try(t.Context(), limit.Login{Account: "x", Address: "y"}, strict)
	one.Right(t.Context(), limit.Login{Account: "x", Address: "y"})
	one.Meet(t.Context(), limit.Login{Account: "x", Address: "y"})
	for _, key := range m.Keys() {
		require.True(t, strings.HasPrefix(key, "own:") || strings.HasPrefix(key, "another:"), key)
		require.Positive(t, m.TTL(key), "%s is forgotten some day", key)
	}
}

// While Redis is away a process counts for itself, and with Redis again as soon as it is back.
func TestRedisGoesAndComes(t *testing.T) {
	m := miniredis.RunT(t)
	s := open(t, m.Addr(), "p:")
	require.Equal(t, 4, s.Take(t.Context(), "a", five).Left)
	m.SetError("LOADING")
	require.Equal(t, 4, s.Take(t.Context(), "a", five).Left, "its own count")
	require.True(t, s.Away())
	for range 10 {
		s.Take(t.Context(), "a", five)
	}
	require.False(t, s.Take(t.Context(), "a", five).Allowed, "is a limit too")
	m.SetError("")
	require.Eventually(t, func() bool {
		s.Take(t.Context(), "other", five)
		return !s.Away()
	}, 10*time.Second, 10*time.Millisecond)
	require.Equal(t, 3, s.Take(t.Context(), "a", five).Left)
}

// However many addresses come while Redis is away, they take no more memory than two generations.
func TestLocalCountersEnd(t *testing.T) {
	m := miniredis.RunT(t)
	s := open(t, m.Addr(), "p:")
	m.Close()
	for i := range 100_000 {
		require.True(t, s.Take(t.Context(), strconv.Itoa(i), five).Allowed)
		s.Take(t.Context(), "regular", five)
	}
	require.False(t, s.Take(t.Context(), "regular", five).Allowed, "who comes all the time is not forgotten")
	require.LessOrEqual(t, s.LocalKeys(), 40_000)
}
