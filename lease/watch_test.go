package lease_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAnswerWhileItsWaiterWatches(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", long)
		claim, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.True(t, claim.Watched, "no signal is needed")

		ack, err := b.Watch(t.Context(), "A1", code, "s1", time.Second)
		require.NoError(t, err)
		require.NotNil(t, ack)
		require.Equal(t, "s1", ack.SendID)
		require.Equal(t, arrival(1).ReceivedAt, ack.ReceivedAt)
	})
}

func TestAnswerAfterItsWaiterHasLookedLongEnough(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", long)
		ack, err := b.Watch(t.Context(), "A1", code, "s1", 0)
		require.NoError(t, err)
		require.Nil(t, ack)

		claim, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.False(t, claim.Watched, "now it takes a signal")
	})
}

func TestAnotherAttemptOfASendWantsTheSignal(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", long)
		b.take(t, "A1", "s1", long)
		claim, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.False(t, claim.Watched, "nobody knows whether the first attempt still watches")
	})
}

func TestWatchingForSomebodyElsesAnswerFindsNothing(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", long)
		ack, err := b.Watch(t.Context(), "A1", code, "s2", 0)
		require.NoError(t, err)
		require.Nil(t, ack)
		claim, found := b.claim(t, "A1", arrival(1))
		require.True(t, found && claim.Watched, "s1 still watches")
	})
}

// Either the watcher has the answer, or the claim says that a signal is wanted: never neither.
func TestWatchAgainstClaim(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		for round := range 100 {
			plate := fmt.Sprint("W", round)
			b.take(t, plate, "s1", long)
			var all sync.WaitGroup
			var seen, watched, found bool
			var errs [2]error
			all.Go(func() {
				ack, err := b.Watch(t.Context(), plate, code, "s1", time.Duration(round%4)*time.Millisecond)
				seen, errs[0] = ack != nil, err
			})
			all.Go(func() {
				claim, ok, err := b.Claim(t.Context(), plate, arrival(1))
				found, watched, errs[1] = ok, claim.Watched, err
			})
			all.Wait()
			require.Equal(t, [2]error{}, errs)
			require.True(t, found)
			if watched {
				require.True(t, seen, "nobody is signalled, so the watcher must have it")
			}
		}
	})
}
