package lease_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/lease"
)

func packets(t *testing.T, b bench) *lease.Packets {
	t.Helper()
	p := lease.NewPackets(b.Store)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p
}

func listen(t *testing.T, p *lease.Packets, plate string) (<-chan firmware.PacketAck, func()) {
	t.Helper()
	acks, stop, err := p.Listen(t.Context(), plate)
	require.NoError(t, err)
	return acks, stop
}

func next(t *testing.T, acks <-chan firmware.PacketAck) firmware.PacketAck {
	t.Helper()
	select {
	case a := <-acks:
		return a
	case <-time.After(patience):
		require.Fail(t, "no answer was handed over")
		return firmware.PacketAck{}
	}
}

func TestAnswersToPacketsAreHandedOver(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		p := packets(t, b)
		acks, stop := listen(t, p, "A1")
		other, _ := listen(t, p, "A2")
		require.NoError(t, b.HandOver(t.Context(), []firmware.PacketAck{
			{Plate: "A1", Serial: 5}, {Plate: "A3", Serial: 6}, {Plate: "A1", Serial: 65534, Again: true}, {Plate: "A2", Serial: 0},
		}))
		require.Equal(t, firmware.PacketAck{Serial: 5}, next(t, acks))
		require.Equal(t, firmware.PacketAck{Serial: 65534, Again: true}, next(t, acks))
		require.Equal(t, firmware.PacketAck{}, next(t, other))

		second, _ := listen(t, p, "A1") // another attempt in the same process
		stop()
		require.NoError(t, b.HandOver(t.Context(), []firmware.PacketAck{{Plate: "A1", Serial: 7}}))
		require.Equal(t, firmware.PacketAck{Serial: 7}, next(t, second))
		require.Empty(t, acks)
	})
}

func TestTheAnswerMovesTheAttemptOn(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		require.NoError(t, b.client.ScriptFlush(t.Context()).Err()) // nobody has told Redis the script
		_, ours := b.enter(t, fence(1, 1, 1), sent(1, 3))
		require.True(t, ours)
		at := began.Add(time.Minute)
		answer := func(serial int, again bool) int {
			require.NoError(t, b.HandOver(t.Context(), []firmware.PacketAck{{Plate: "A1", Serial: serial, Again: again, At: at}}))
			p, _ := b.progress(t)
			return p.Sent
		}
		require.Equal(t, 3, answer(2, false), "the one before, once more")
		require.Equal(t, 3, answer(4, false), "one that was not sent")
		require.Equal(t, 3, answer(3, true), "it wants the packet again")
		require.Equal(t, 4, answer(3, false), "though nobody listens")
		require.Equal(t, 4, answer(3, false), "twice on the way")
		want := sent(1, 3)
		want.Sent, want.At = 4, at
		p, _ := b.progress(t)
		require.Equal(t, want, p)

		p, ours = b.enter(t, fence(1, 1, 2), sent(1, 3))
		require.True(t, ours)
		require.Equal(t, 4, p.Sent, "who takes over begins there")
		require.True(t, b.mark(t, fence(1, 1, 2), sent(1, 3)))
		p, _ = b.progress(t)
		require.Equal(t, 4, p.Sent, "a sender that missed the answer does not take it back")

		b.enter(t, fence(1, 1, 3), sent(1, 99))
		require.Equal(t, 100, answer(99, false))
		require.Equal(t, 100, answer(100, false), "there is none after the last")

		b.enter(t, fence(2, 2, 1), sent(2, 0))
		require.Equal(t, 0, answer(4, false), "of the attempt before")
	})
}

func TestTheAnswerTellsWhoSends(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		acks, _ := listen(t, packets(t, b), "A1")
		answer := func() firmware.Fence {
			require.NoError(t, b.HandOver(t.Context(), []firmware.PacketAck{{Plate: "A1", Serial: 0}}))
			return next(t, acks).Fence
		}
		require.Empty(t, answer(), "nobody does")
		b.enter(t, fence(1, 1, 1), sent(1, 0))
		require.Equal(t, fence(1, 1, 1), answer())
		b.enter(t, fence(1, 2, 1), sent(1, 0))
		require.Equal(t, fence(1, 2, 1), answer(), "somebody has taken over")
		require.NoError(t, b.client.Del(t.Context(), b.prefix+"{A1}:upgrade").Err())
		require.Empty(t, answer(), "Redis has lost it")
	})
}

func TestHandingOverWhileRedisIsAway(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", ContextTimeoutEnabled: true, MaxRetries: -1})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.Error(t, lease.New(client, "p:").HandOver(t.Context(), []firmware.PacketAck{{Plate: "A1"}, {Plate: "A2"}}))
}

func TestListeningAgainAndAgain(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		p := packets(t, b)
		for n := range 50 {
			acks, stop := listen(t, p, "A1")
			require.NoError(t, b.HandOver(t.Context(), []firmware.PacketAck{{Plate: "A1", Serial: n}}))
			require.Equal(t, n, next(t, acks).Serial)
			stop()
		}
	})
}

func TestAFloodDoesNotStopWhoListens(t *testing.T) {
	eachRedis(t, func(t *testing.T, b bench) {
		p := packets(t, b)
		flooded, _ := listen(t, p, "A1")
		acks, _ := listen(t, p, "A2")
		var many []firmware.PacketAck
		for i := range 1000 {
			many = append(many, firmware.PacketAck{Plate: "A1", Serial: i})
		}
		require.NoError(t, b.HandOver(t.Context(), append(many, firmware.PacketAck{Plate: "A2", Serial: 3})))
		require.Equal(t, 3, next(t, acks).Serial)
		require.Equal(t, 0, next(t, flooded).Serial)
	})
}
