package lease_test

import (
	"testing"
	"time"

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
