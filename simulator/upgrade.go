package simulator

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"regexp"

	"rodada/protocol"
)

// upgrade is the firmware module: it collects an image packet by packet and
// takes it over at the next reboot.
type upgrade struct {
	expected int // packets of the upgrade under way, 0 for none
	next     int
	failures int
	image    []byte
	last     []byte // the packet before next, to know a repeat

	complete []byte // the latest image that was accepted
	version  string // waits for a reboot
}

const (
	mostFailures = 5  // then the module reboots for a new upgrade
	leastBattery = 20 // percent
)

func (u *upgrade) running() bool { return u.expected > 0 }

// start answers 23: 0 can be upgraded, 1 prohibited. A second start begins
// anew.
func (u *upgrade) start(st *State, packets int) int {
	if st.PoweredOn || st.Battery < leastBattery {
		return statusFailed
	}
	u.abort()
	u.expected = packets
	return statusOK
}

func (u *upgrade) abort() { *u = upgrade{complete: u.complete, version: u.version} }

// boot ends what was under way and runs what is new.
func (u *upgrade) boot(st *State, keep bool) {
	if u.version != "" && !keep {
		st.Firmware = u.version
	}
	u.version = ""
	u.abort()
}

// take accepts a packet: 0 send the next, 1 send again.
func (u *upgrade) take(serial int, data []byte) int {
	repeat := serial == u.next-1 && bytes.Equal(data, u.last)
	switch {
	case repeat:
		return statusOK // its ack was lost: the packet is not added twice
	case !u.running() || serial != u.next:
		return statusFailed
	case serial < u.expected-1 && len(data) != protocol.MaxPacket:
		return statusFailed // only the last packet may be short
	}
	u.image = append(u.image, data...)
	u.last = data
	u.next++
	u.failures = 0
	return statusOK
}

// finished tells whether the last packet has come.
func (u *upgrade) finished() bool { return u.running() && u.next == u.expected }

// packet handles 67 and, when the image is complete, reports 69.
func (s *Scooter) packet(c protocol.Command) {
	data, _ := c.Args["data"].([]byte)
	serial := integer(c, "serial")
	if s.mislays(serial) {
		return
	}
	s.mu.Lock()
	status := statusFailed
	if s.faults.badPackets[serial] > 0 {
		s.faults.badPackets[serial]--
	} else if c.Validate() == nil && !s.chance(s.faults.badRate) {
		status = s.upgrade.take(serial, data)
	}
	over := s.countFailure(status)
	done, result := s.finish()
	s.mu.Unlock()
	s.answerPacket(serial, status)
	switch {
	case over:
		s.after(settle, s.reboot) // its ack goes first
	case done:
		s.deliver(protocol.UpgradeReport, func() { s.send(protocol.UpgradeReport, fields{"status": result}) })
	}
}

// damagedPacket answers a packet whose length is wrong: again, please.
func (s *Scooter) damagedPacket() {
	s.mu.Lock()
	serial := s.upgrade.next
	over := s.countFailure(statusFailed)
	s.mu.Unlock()
	s.answerPacket(serial, statusFailed)
	if over {
		s.after(settle, s.reboot)
	}
}

func (s *Scooter) countFailure(status int) (over bool) {
	if status != statusFailed || !s.upgrade.running() {
		return false
	}
	s.upgrade.failures++
	if s.upgrade.failures <= mostFailures {
		return false
	}
	s.upgrade.abort()
	return true
}

// finish closes a complete upgrade; result is the status of 69.
func (s *Scooter) finish() (done bool, result int) {
	if !s.upgrade.finished() {
		return false, 0
	}
	image := s.upgrade.image
	last, next := s.upgrade.last, s.upgrade.next
	s.upgrade.abort()
	s.upgrade.last, s.upgrade.next = last, next // a repeated last packet is still known
	if s.faults.badImage {
		return true, statusFailed
	}
	s.upgrade.complete, s.upgrade.version = image, s.opts.Version(image)
	return true, statusOK
}

// Image is the latest firmware image that the scooter accepted.
func (s *Scooter) Image() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Clone(s.upgrade.complete)
}

// namedVersion is the beginning of an image that names its version: version 2.0, and the end of the line.
var namedVersion = regexp.MustCompile(`^version ([0-9A-Za-z._+-]{1,64})\n`)

// imageVersion is what a box runs that has taken an image over. A real box has it from inside the image; here it is the first
// line, and an image without one is known by its hash.
func imageVersion(image []byte) string {
	if named := namedVersion.FindSubmatch(image); named != nil {
		return string(named[1])
	}
	sum := sha256.Sum256(image)
	return "sim-" + hex.EncodeToString(sum[:4])
}
