package throttle_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/stretchr/testify/require"

	"rodada/domain/limit"
	"rodada/throttle"
)

var strict = limit.Backoff{Tries: 3, First: time.Minute, Max: 4 * time.Minute}

func from(account, address string) limit.Login {
	return limit.Login{Account: account, Address: address}
}

func TestWrongTriesMustWait(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *throttle.Store) {
		for range 3 {
			require.Zero(t, s.Try(t.Context(), from("ana", "home"), strict))
		}
		wait := s.Try(t.Context(), from("ana", "home"), strict)
		require.Positive(t, wait)
		require.LessOrEqual(t, wait, time.Minute)
		require.Zero(t, s.Try(t.Context(), from("ana", "office"), strict), "the owner elsewhere")
		require.Zero(t, s.Try(t.Context(), from("eva", "home"), strict), "another account")
		s.Right(t.Context(), from("ana", "home"))
		require.Zero(t, s.Try(t.Context(), from("ana", "home"), strict), "the owner has proved it")
	})
}

// Of many guesses at the same moment no more are looked at than of one after the other.
func TestGuessesAtOnceGetNoMoreTries(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *throttle.Store) {
		var looked atomic.Int32
		var all sync.WaitGroup
		for range 40 {
			all.Go(func() {
				if s.Try(t.Context(), from("ana", "home"), strict) == 0 {
					looked.Add(1)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 3, looked.Load())
	})
}

// withClock is a store whose Redis has a clock of its own.
func withClock(t *testing.T) (s *throttle.Store, pass func(time.Duration)) {
	t.Helper()
	m, now := miniredis.RunT(t), time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	m.SetTime(now)
	return open(t, m.Addr(), "p:"), func(d time.Duration) {
		now = now.Add(d)
		m.SetTime(now)
		m.FastForward(d)
	}
}

func TestWaitsGrowAndEnd(t *testing.T) {
	s, pass := withClock(t)
	try := func() time.Duration { return s.Try(t.Context(), from("ana", "home"), strict) }
	for range 3 {
		require.Zero(t, try())
	}
	for _, wait := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 4 * time.Minute, 4 * time.Minute} {
		require.Equal(t, wait, try())
		pass(wait - time.Second)
		require.Equal(t, time.Second, try(), "asking does not make it longer")
		pass(time.Second)
		require.Zero(t, try())
	}
	pass(25 * time.Hour)
	for range 3 {
		require.Zero(t, try(), "all is forgotten")
	}
}

// Guesses from many addresses lock an account for strangers. Its owner comes in from where they logged in before.
func TestAnAccountIsNotLockedOutFromElsewhere(t *testing.T) {
	s, pass := withClock(t)
	require.Zero(t, s.Try(t.Context(), from("ana", "home"), strict))
	s.Right(t.Context(), from("ana", "home"))
	s.Meet(t.Context(), from("ana", "home"))
	looked := 0
	for i := range 100 {
		if s.Try(t.Context(), from("ana", "bot"+strconv.Itoa(i)), strict) == 0 {
			looked++
		}
	}
	require.Equal(t, 12, looked)
	require.Positive(t, s.Try(t.Context(), from("ana", "a new phone"), strict))
	require.Zero(t, s.Try(t.Context(), from("ana", "home"), strict))

	s.Reset(t.Context(), from("ana", "a new phone")) // by a code that was mailed
	require.Zero(t, s.Try(t.Context(), from("ana", "a new phone"), strict))
	pass(91 * 24 * time.Hour)
	for i := range 12 {
		s.Try(t.Context(), from("ana", "bot"+strconv.Itoa(i)), strict)
	}
	require.Positive(t, s.Try(t.Context(), from("ana", "home"), strict), "an address that nobody came from for so long is a stranger's")
}

// One address at many accounts must wait too, but not for whom it is known, and not for what was right.
func TestAnAddressThatTriesManyAccountsMustWait(t *testing.T) {
	s, pass := withClock(t)
	s.Meet(t.Context(), from("neighbour", "café"))
	for i := range 100 {
		require.Zero(t, s.Try(t.Context(), from("guest"+strconv.Itoa(i), "café"), strict))
		s.Right(t.Context(), from("guest"+strconv.Itoa(i), "café"))
	}
	looked := 0
	for i := range 100 {
		if s.Try(t.Context(), from(strconv.Itoa(i), "café"), strict) == 0 {
			looked++
		}
	}
	require.Equal(t, 30, looked)
	require.Zero(t, s.Try(t.Context(), from("neighbour", "café"), strict))
	require.Zero(t, s.Try(t.Context(), from("99", "elsewhere"), strict), "who was turned away for the address has not tried the account")
	pass(time.Hour)
	require.Zero(t, s.Try(t.Context(), from("100", "café"), strict))
}

// Whoever has an account of their own logs in to it as often as they like, and gains no try at those of others by it.
func TestAnAccountOfOnesOwnGivesNoTries(t *testing.T) {
	for _, known := range []bool{false, true} {
		t.Run("known "+strconv.FormatBool(known), func(t *testing.T) {
			s, _ := withClock(t)
			own := from("mallory", "den")
			if known {
				s.Meet(t.Context(), own)
			}
			looked := 0
			for i := range 200 {
				if s.Try(t.Context(), own, strict) == 0 {
					s.Right(t.Context(), own)
				}
				if s.Try(t.Context(), from(strconv.Itoa(i), "den"), strict) == 0 {
					looked++
				}
			}
			require.LessOrEqual(t, looked, 30)
			require.GreaterOrEqual(t, looked, 29)
		})
	}
}

// That the owner comes in does not have the guesses of strangers begin anew.
func TestAnOwnerWhoComesInForgetsNoGuesses(t *testing.T) {
	s, _ := withClock(t)
	home := from("ana", "home")
	s.Meet(t.Context(), home)
	looked := 0
	for i := range 100 {
		require.Zero(t, s.Try(t.Context(), home, strict))
		s.Right(t.Context(), home)
		if s.Try(t.Context(), from("ana", "bot"+strconv.Itoa(i)), strict) == 0 {
			looked++
		}
	}
	require.Equal(t, 12, looked)
}

// A new password ends the waits of all addresses at that account, wherever it is set, and tries count anew from then on.
func TestResetEndsTheWaitsOfAllAddresses(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *throttle.Store) {
		s.Meet(t.Context(), from("ana", "home"))
		for _, address := range []string{"home", "office", "café"} {
			for range 3 {
				require.Zero(t, s.Try(t.Context(), from("ana", address), strict))
			}
			require.Positive(t, s.Try(t.Context(), from("ana", address), strict))
		}
		for range 3 {
			require.Zero(t, s.Try(t.Context(), from("eva", "home"), strict))
		}
		s.Reset(t.Context(), from("ana", "an admin's"))
		for _, address := range []string{"home", "office", "café"} {
			for range 3 {
				require.Zero(t, s.Try(t.Context(), from("ana", address), strict))
			}
			require.Positive(t, s.Try(t.Context(), from("ana", address), strict))
		}
		require.Positive(t, s.Try(t.Context(), from("eva", "home"), strict), "another account")
	})
}

func TestWhereAnOwnerWasMet(t *testing.T) {
	s, pass := withClock(t)
	require.False(t, s.Met(t.Context(), from("ana", "home")))
	s.Meet(t.Context(), from("ana", "home"))
	require.True(t, s.Met(t.Context(), from("ana", "home")))
	require.False(t, s.Met(t.Context(), from("ana", "office")))
	require.False(t, s.Met(t.Context(), from("eva", "home")))
	pass(91 * 24 * time.Hour)
	require.False(t, s.Met(t.Context(), from("ana", "home")))
}
