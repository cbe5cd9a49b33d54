package mqttbridge_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/firmware"
	"rodada/lease"
	"rodada/mqttbridge"
	"rodada/protocol"
)

func (r *rig) listen(t *testing.T, plate string) <-chan firmware.PacketAck {
	t.Helper()
	p := lease.NewPackets(r.leases)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	acks, stop, err := p.Listen(t.Context(), plate)
	require.NoError(t, err)
	t.Cleanup(stop)
	return acks
}

func handed(t *testing.T, acks <-chan firmware.PacketAck) firmware.PacketAck {
	t.Helper()
	select {
	case a := <-acks:
		return a
	case <-time.After(patience):
		require.Fail(t, "no answer was handed over")
		return firmware.PacketAck{}
	}
}

func TestAnswersToPacketsGoToWhoSendsThem(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		acks := r.listen(t, "A1")
		r.say(t, `{"a":68,"i":"A2","x":1,"s":0}`)
		r.say(t, `{"a":68,"i":"A1","x":7}`) // says nothing
		r.say(t, `{"a":68,"i":"A1","s":0}`)
		r.say(t, `{"a":68,"i":"A1","x":7,"s":1}`)
		r.say(t, `{"a":68,"i":"A1","x":"8","s":"0"}`)
		require.Equal(t, firmware.PacketAck{Serial: 7, Again: true}, handed(t, acks))
		require.Equal(t, firmware.PacketAck{Serial: 8}, handed(t, acks))
		r.awaitCount(t, "packets_total", "outcome", "handed_over", 3)
		r.awaitCount(t, "packets_total", "outcome", "odd", 2)
		require.Zero(t, r.temporal.attempts())
	})
}

func TestAScooterThatAnswersPacketsIsThere(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.say(t, `{"a":68,"i":"A1","x":0,"s":0}`)
	require.Eventually(t, func() bool {
		s, known, err := r.live.Get(t.Context(), "A1")
		return err == nil && known && !s.Seen.IsZero()
	}, patience, time.Millisecond)
}

// The report of a finished upgrade answers no command, and is awaited as if it did.
func TestUpgradeReportIsSignalled(t *testing.T) {
	r := started(t, func(*mqttbridge.Options) {})
	r.wait(t, "A1", protocol.UpgradeReport, "u/3")
	r.say(t, `{"a":69,"i":"A1","s":1}`)
	got := r.temporal.nextAck(t, "A1")
	require.Equal(t, "u/3", got.SendID)
	require.Equal(t, 1, *got.Status)
}

// Whoever floods the bridge with answers to packets delays no answer to a command, nor other scooters' packets.
func TestFloodOfPacketAnswers(t *testing.T) {
	stuck := &stuckLeases{release: make(chan struct{})}
	r := started(t, func(o *mqttbridge.Options) {
		stuck.Leases = o.Leases
		o.Shards, o.Leases = 1, stuck
	})
	acks := r.listen(t, "A2")
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	const flood = 6000
	for n := range flood {
		r.sayOn(t, "bike", 0, `{"a":68,"i":"A1","x":`+string(rune('1'+n%9))+`,"s":1}`)
	}
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID, "while nothing is handed over")
	r.say(t, `{"a":68,"i":"A2","x":4,"s":0}`)
	close(stuck.release)
	require.Equal(t, 4, handed(t, acks).Serial)
	require.Greater(t, r.count(t, "packets_total", "outcome", "dropped"), float64(flood/2))
}

type stuckLeases struct {
	mqttbridge.Leases

	release chan struct{}
}

func (s *stuckLeases) HandOver(ctx context.Context, acks []firmware.PacketAck) error {
	<-s.release
	return s.Leases.HandOver(ctx, acks)
}

func TestAnswersToPacketsWhileRedisIsAway(t *testing.T) {
	away := &awayLeases{}
	away.away.Store(true)
	r := started(t, func(o *mqttbridge.Options) {
		away.Leases = o.Leases
		o.Leases = away
	})
	acks := r.listen(t, "A1")
	r.say(t, `{"a":68,"i":"A1","x":1,"s":0}`)
	r.awaitCount(t, "packets_total", "outcome", "lost", 1)
	away.away.Store(false)
	r.say(t, `{"a":68,"i":"A1","x":2,"s":0}`)
	require.Equal(t, 2, handed(t, acks).Serial, "an old answer helps nobody")
}

type awayLeases struct {
	mqttbridge.Leases

	away atomic.Bool
}

func (s *awayLeases) HandOver(ctx context.Context, acks []firmware.PacketAck) error {
	if s.away.Load() {
		return errors.New("redis is away")
	}
	return s.Leases.HandOver(ctx, acks)
}
