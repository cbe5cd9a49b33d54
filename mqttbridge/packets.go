package mqttbridge

import (
	"context"
	"time"

	"rodada/domain/firmware"
	"rodada/protocol"
	"rodada/telemetry/event"
)

const (
	// packetBatch is how many answers to packets are handed over in one round trip; packetQueue is how many wait for it. What
	// does not fit is dropped: the packet is sent again. One lane serves all scooters, so that they share its round trips.
	packetBatch = 2048
	packetQueue = 32768
	// enoughPackets of one scooter in one batch are handed over: one packet is under way at a time, so one answer counts.
	enoughPackets = 8
	// packetsSeen is every how many packets one counts as a word of the scooter: each would flood live state.
	packetsSeen = 32
)

// packet takes the answer to a firmware packet, which waits for neither leases nor Temporal and shares no lane with what does.
func (b *Bridge) packet(shard int, m protocol.Message, at time.Time) {
	serial, numbered := m.Int("serial")
	status, said := m.Status()
	if !numbered || !said {
		b.counts.packets.WithLabelValues(packetOdd).Inc()
		return
	}
	if !b.packets.put(firmware.PacketAck{Plate: m.Plate, Serial: int(serial), Again: status != 0, At: at}) {
		b.counts.packets.WithLabelValues(packetDropped).Inc()
	}
	if serial%packetsSeen != 0 {
		return
	}
	if r, err := event.Of(m, at); err == nil && !b.reports[shard].put(report{Report: r}) {
		b.counts.dropped.WithLabelValues(droppedFull).Inc()
	}
}

// workPackets hands over what came while the batch before was handed over.
func (b *Bridge) workPackets() {
	for {
		batch := b.packets.take(packetBatch)
		if len(batch) == 0 {
			return
		}
		acks := fewOfEach(batch)
		b.counts.packets.WithLabelValues(packetDropped).Add(float64(len(batch) - len(acks)))
		ctx, cancel := context.WithTimeout(b.ctx, attempt)
		err := b.options.Leases.HandOver(ctx, acks)
		cancel()
		if err != nil {
			b.counts.packets.WithLabelValues(packetLost).Add(float64(len(acks)))
			b.options.Log.Warn("answers to firmware packets are lost; the packets are sent again", "answers", len(acks), "error", err)
			continue
		}
		b.counts.packets.WithLabelValues(packetHandedOver).Add(float64(len(acks)))
	}
}

// fewOfEach keeps the latest answers of each scooter, in their order.
func fewOfEach(batch []firmware.PacketAck) []firmware.PacketAck {
	if len(batch) <= enoughPackets {
		return batch
	}
	of := map[string]int{}
	for _, a := range batch {
		of[a.Plate]++
	}
	kept := batch[:0]
	for _, a := range batch {
		if of[a.Plate]--; of[a.Plate] < enoughPackets {
			kept = append(kept, a)
		}
	}
	return kept
}
