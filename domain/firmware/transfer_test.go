package firmware_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/firmware"
)

// device takes packets as the seed says: in their order, a repeat of the last one only as that, and after more than five
// failures not at all. It forgets everything when it loses its power.
type device struct {
	expected, next, row int
	image, last         []byte
	done                [][]byte
}

func (d *device) start(packets int) { *d = device{expected: packets, done: d.done} }

func (d *device) take(serial int, data []byte) (again bool) {
	switch {
	case serial == d.next-1 && bytes.Equal(data, d.last):
		return false
	case d.expected == 0 || serial != d.next || d.next == d.expected:
		if d.row++; d.row > firmware.MostFailures {
			d.lose()
		}
		return true
	}
	d.image, d.last, d.next, d.row = append(d.image, data...), data, d.next+1, 0
	if d.next == d.expected {
		d.done = append(d.done, d.image)
	}
	return false
}

func (d *device) lose() { *d = device{done: d.done} }

// Whatever is lost, repeated, late or refused on the way, and whenever the power or a worker goes: what the device has in the
// end is the image, byte for byte, or it has begun anew; and a way without faults always ends.
func TestTransferNeverSpoilsAnImage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		image := rapid.SliceOfN(rapid.Byte(), 1, 4).Draw(t, "bytes")
		image = bytes.Repeat(image, rapid.IntRange(1, 3*firmware.PacketSize).Draw(t, "length"))
		packets := firmware.Packets(len(image))
		d := &device{}
		var acks []firmware.PacketAck // that may still arrive, of whatever attempt
		begin := func() firmware.Transfer {
			d.start(packets)
			return firmware.Transfer{Packets: packets}
		}
		known := 0 // that a worker which takes over begins with
		tr := begin()
		for step := 0; !tr.Complete(); step++ {
			require.Less(t, step, 5000, "it does not end")
			fault := "none"
			if step < 200 {
				fault = rapid.SampledFrom([]string{
					"none", "none", "none", "packet lost", "answer lost", "duplicate", "stale", "power", "worker", "refused",
				}).Draw(t, "fault")
			}
			if fault == "power" {
				d.lose()
			}
			if fault == "worker" { // what it knew last may be behind
				tr.Next, tr.Row = rapid.IntRange(known, tr.Next).Draw(t, "resumes at"), 0
			}
			arrived := []firmware.PacketAck{}
			if fault == "stale" && len(acks) > 0 {
				arrived = append(arrived, rapid.SampledFrom(acks).Draw(t, "late answer"))
			}
			if fault != "packet lost" {
				a := firmware.PacketAck{Serial: tr.Next, Again: true}
				if fault != "refused" {
					a.Again = d.take(tr.Next, firmware.Packet(image, tr.Next))
				}
				acks = append(acks, a)
				if fault != "answer lost" {
					arrived = append(arrived, a)
				}
				if fault == "duplicate" {
					arrived = append(arrived, a)
				}
			}
			for _, a := range arrived {
				if tr.Take(a) == firmware.Undone {
					failures := tr.Failures
					tr, known = begin(), 0
					tr.Failures = failures
					break
				}
			}
			known = max(known, tr.Next-1)
			if tr.Complete() && len(d.done) == 0 { // no report comes, and the version is the old one
				tr, known = begin(), 0
			}
		}
		for _, got := range d.done {
			require.True(t, bytes.Equal(image, got), "the device has another image")
		}
		require.NotEmpty(t, d.done)
	})
}

func TestVerdicts(t *testing.T) {
	tr := firmware.Transfer{Packets: 3, Next: 1}
	require.Equal(t, firmware.Stale, tr.Take(firmware.PacketAck{Serial: 0}), "a duplicate")
	require.Equal(t, firmware.Stale, tr.Take(firmware.PacketAck{Serial: 2}), "of an earlier attempt")
	require.Equal(t, firmware.Stale, tr.Take(firmware.PacketAck{Serial: 2, Again: true}))
	for range firmware.MostFailures {
		require.Equal(t, firmware.Resend, tr.Take(firmware.PacketAck{Serial: 1, Again: true}))
	}
	require.Equal(t, firmware.Taken, tr.Take(firmware.PacketAck{Serial: 1}), "five are forgiven")
	for range firmware.MostFailures {
		require.Equal(t, firmware.Resend, tr.Take(firmware.PacketAck{Serial: 2, Again: true}))
	}
	require.Equal(t, firmware.Undone, tr.Take(firmware.PacketAck{Serial: 2, Again: true}))
	require.Equal(t, 11, tr.Failures)
	require.Equal(t, 2, tr.Next)

	tr.Next = 3
	require.True(t, tr.Complete())
	require.Equal(t, firmware.Stale, tr.Take(firmware.PacketAck{Serial: 3}))
}
