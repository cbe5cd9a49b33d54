package lease_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/lease"
	"rodada/protocol"
)

func TestAckGoesToItsWaiter(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		require.Equal(t, command.TakenNew, b.take(t, "A1", "s1", long))
		got, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.Equal(t, waiter("s1"), got.Waiter)
		require.Positive(t, got.Left)
		require.LessOrEqual(t, got.Left, long)

		_, found = b.claim(t, "A1", arrival(2))
		require.False(t, found, "a duplicate is nobody's")
	})
}

func TestOneSendAtATimeWaitsForAnAnswer(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		require.Equal(t, command.TakenNew, b.take(t, "A1", "s1", long))
		require.Equal(t, command.TakenOwn, b.take(t, "A1", "s1", long))
		require.Equal(t, command.TakenBusy, b.take(t, "A1", "s2", long))
		require.Equal(t, command.TakenNew, b.take(t, "A2", "s2", long), "another scooter")
		other, err := b.Take(t.Context(), "A1", protocol.PowerOffAck, waiter("s2"), long)
		require.NoError(t, err)
		require.Equal(t, command.TakenNew, other, "another answer")

		require.Nil(t, b.withdraw(t, "A1", "s2"), "another's lease stays")
		require.Equal(t, command.TakenBusy, b.take(t, "A1", "s2", long))
		require.Nil(t, b.withdraw(t, "A1", "s1"))
		require.Equal(t, command.TakenNew, b.take(t, "A1", "s2", long))
	})
}

func TestNobodyWaits(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		_, found := b.claim(t, "A1", arrival(1))
		require.False(t, found, "an ack that nothing was sent for")

		b.take(t, "A1", "s1", long)
		_, found = b.claim(t, "A2", arrival(2))
		require.False(t, found, "from another scooter")
		wrong := arrival(3)
		wrong.Code = int(protocol.PowerOffAck)
		_, found = b.claim(t, "A1", wrong)
		require.False(t, found, "to another question")

		require.Nil(t, b.withdraw(t, "A1", "s1"))
		_, found = b.claim(t, "A1", arrival(4))
		require.False(t, found, "after the waiter gave up")
	})
}

func TestLeaseRunsOut(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", short)
		b.awaitFree(t, "A1")
		_, found := b.claim(t, "A1", arrival(1))
		require.False(t, found)
		require.Nil(t, b.withdraw(t, "A1", "s1"))
		require.Equal(t, command.TakenNew, b.take(t, "A1", "s2", long))
	})
}

func TestTakingOnesOwnMakesItLastLonger(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", long)
		require.Equal(t, command.TakenOwn, b.take(t, "A1", "s1", 10*long))
		require.Equal(t, command.TakenOwn, b.take(t, "A1", "s1", time.Second), "never shorter")
		got, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.Greater(t, got.Left, 9*long)
	})
}

// The signal may get lost: the bridge is killed, Temporal is away. The waiter asks at its deadline, which is when the
// lease has run out, and may ask more than once.
func TestWaiterFindsTheAckThatWasClaimedForIt(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", short)
		_, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		b.move(2 * short)
		want := arrival(1)
		want.SendID = "s1"
		for range 2 {
			require.Equal(t, &want, b.withdraw(t, "A1", "s1"))
		}
		require.Nil(t, b.withdraw(t, "A1", "s2"), "it is not another's")
		require.Equal(t, command.TakenAnswered, b.take(t, "A1", "s1", long), "another attempt does not throw it away")
		require.Equal(t, &want, b.withdraw(t, "A1", "s1"))

		require.Equal(t, command.TakenNew, b.take(t, "A1", "s2", long), "the next send does")
		require.Nil(t, b.withdraw(t, "A1", "s1"))
	})
}

// Redis did it but the reply was lost: the bridge asks again about the very same ack.
func TestClaimMayBeRepeated(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		b.take(t, "A1", "s1", long)
		first, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		again, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.Equal(t, first.Waiter, again.Waiter)
		require.InDelta(t, first.Left, again.Left, float64(patience))

		require.Equal(t, command.TakenBusy, b.take(t, "A1", "s2", long), "s1 has not seen its answer yet")
		require.NotNil(t, b.withdraw(t, "A1", "s1"))
		require.Equal(t, command.TakenNew, b.take(t, "A1", "s2", long))
		next, found := b.claim(t, "A1", arrival(1))
		require.True(t, found)
		require.Equal(t, "s2", next.SendID, "with a lease it is an answer like any other")
	})
}

func TestWanted(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		none, err := b.Wanted(t.Context(), nil)
		require.NoError(t, err)
		require.Empty(t, none)
		b.take(t, "A1", "s1", long)
		require.NoError(t, b.TakeHeard(t.Context(), "A2", waiter("s2"), long))
		got, err := b.Wanted(t.Context(), []lease.Sighting{
			{Plate: "A1", Code: code}, {Plate: "A1"}, {Plate: "A1", Code: protocol.PowerOffAck},
			{Plate: "A2", Code: code}, {Plate: "A2"}, {Plate: "A3", Code: code},
		})
		require.NoError(t, err)
		require.Equal(t, []lease.Wanted{{Ack: true}, {}, {}, {Heard: true}, {Heard: true}, {}}, got)
	})
}

func TestListenersWaitUntilTheyAreTold(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		ctx := t.Context()
		ride := command.Waiter{WorkflowID: "scooter/A1", SendID: "r1"}
		staff := command.Waiter{WorkflowID: "command/7", SendID: "c1"}
		require.NoError(t, b.TakeHeard(ctx, "A1", ride, long))
		require.NoError(t, b.TakeHeard(ctx, "A1", staff, short))
		for range 2 {
			all, err := b.Listeners(ctx, "A1")
			require.NoError(t, err)
			require.ElementsMatch(t, []command.Waiter{ride, staff}, all)
		}
		require.NoError(t, b.Told(ctx, "A1", staff))
		later := command.Waiter{WorkflowID: "scooter/A1", SendID: "r2"}
		require.NoError(t, b.TakeHeard(ctx, "A1", later, long))
		require.NoError(t, b.Told(ctx, "A1", ride), "told of an earlier wait")
		all, err := b.Listeners(ctx, "A1")
		require.NoError(t, err)
		require.Equal(t, []command.Waiter{later}, all)
		require.NoError(t, b.Told(ctx, "A1", later))
		all, err = b.Listeners(ctx, "A1")
		require.NoError(t, err)
		require.Empty(t, all)
	})
}

func TestListenersGiveUp(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		require.NoError(t, b.TakeHeard(t.Context(), "A1", waiter("s1"), short))
		require.Eventually(t, func() bool {
			b.move(10 * time.Millisecond)
			all, err := b.Listeners(t.Context(), "A1")
			return err == nil && len(all) == 0
		}, patience, 5*time.Millisecond)
	})
}

func TestLifetimeMustBePossible(t *testing.T) {
	b := open(t, "127.0.0.1:1", "", nil)
	for _, ttl := range []time.Duration{-long, 0, time.Microsecond} {
		_, err := b.Take(t.Context(), "A1", code, waiter("s1"), ttl)
		require.ErrorIs(t, err, lease.ErrLifetime)
		require.ErrorIs(t, b.TakeHeard(t.Context(), "A1", waiter("s1"), ttl), lease.ErrLifetime)
	}
}
