package firmware

import "time"

// PacketAck is a scooter's answer to one packet (68).
type PacketAck struct {
	Plate  string
	Serial int
	Again  bool // it did not get the packet whole
	At     time.Time
	Fence  Fence // of who sent packets when it came; empty: nobody knows
}

// MostFailures is how often in a row a packet may fail before the box restarts for a new upgrade. (Seed, phase 1, 68)
const MostFailures = 5

// Transfer is the stop and wait of one attempt: one packet is on its way, and nothing but its own answer moves it on.
type Transfer struct {
	Packets  int // in all
	Next     int // serial of the packet that is on its way, or goes next
	Failures int // packets that were asked for again, in all attempts
	Row      int // of them in a row, for the packet that is on its way
}

// Verdict is what an answer means for the transfer.
type Verdict string

// The verdicts.
const (
	Stale  Verdict = "stale"  // it answers another packet: nothing to do
	Taken  Verdict = "taken"  // the next packet goes out, if there is one
	Resend Verdict = "resend" // the same packet goes out again
	Undone Verdict = "undone" // the box has given the attempt up, or never knew of it: it begins anew
)

// Take judges an answer. The box takes packets in their order only, so an answer that belongs to an earlier attempt may cost
// this one its success, but never spoils the image.
func (t *Transfer) Take(a PacketAck) Verdict {
	switch {
	case a.Serial != t.Next || t.Complete():
		return Stale
	case !a.Again:
		t.Next++
		t.Row = 0
		return Taken
	}
	t.Failures++
	t.Row++
	if t.Row > MostFailures {
		return Undone
	}
	return Resend
}

// Complete reports whether the box has taken every packet.
func (t *Transfer) Complete() bool { return t.Next >= t.Packets }

// Packet is the bytes of a packet of an image.
func Packet(image []byte, serial int) []byte {
	from := serial * PacketSize
	return image[from:min(from+PacketSize, len(image))]
}
