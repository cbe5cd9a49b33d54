package simulator

import (
	"slices"

	"rodada/protocol"
)

// upgradeFaults are the switches of the firmware module.
type upgradeFaults struct {
	badPackets map[int]int // serial to how often it is still refused
	badRate    float64
	badImage   bool
	keepsOld   bool // boots what it ran before
	powerLoss  map[int]bool
	lossIn     float64  // of packets
	lossOut    float64  // of its answers
	staleRate  float64  // of its answers, followed by an older one
	answered   []fields // its latest answers to packets, of any upgrade
}

// FailPacket makes the scooter ask for a firmware packet again that many times.
func (s *Scooter) FailPacket(serial, times int) {
	s.change(func() {
		if s.faults.badPackets == nil {
			s.faults.badPackets = map[int]int{}
		}
		s.faults.badPackets[serial] = times
	})
}

// FailPackets makes the scooter ask for that share of the packets again.
func (s *Scooter) FailPackets(share float64) { s.change(func() { s.faults.badRate = share }) }

// FailUpgrade makes the scooter reject the image once it is complete.
func (s *Scooter) FailUpgrade() { s.change(func() { s.faults.badImage = true }) }

// KeepVersion makes the scooter come back from a reboot with the firmware that it ran before, whatever it has taken.
func (s *Scooter) KeepVersion() { s.change(func() { s.faults.keepsOld = true }) }

// LosePowerAt makes the scooter lose its power, once, when this packet reaches it: it forgets the upgrade and comes back after
// Intervals.Reboot.
func (s *Scooter) LosePowerAt(serial int) {
	s.change(func() {
		if s.faults.powerLoss == nil {
			s.faults.powerLoss = map[int]bool{}
		}
		s.faults.powerLoss[serial] = true
	})
}

// LosePackets loses these shares of the packets on their way to the scooter and of its answers on their way back.
func (s *Scooter) LosePackets(in, out float64) {
	s.change(func() { s.faults.lossIn, s.faults.lossOut = in, out })
}

// StaleAnswers makes the scooter repeat an earlier answer after that share of its answers to packets.
func (s *Scooter) StaleAnswers(share float64) { s.change(func() { s.faults.staleRate = share }) }

// chance is true that often. The caller holds s.mu.
func (s *Scooter) chance(share float64) bool { return share > 0 && s.rnd.Float64() < share }

// mislays reports whether a packet never reaches the scooter, or ends its power.
func (s *Scooter) mislays(serial int) bool {
	s.mu.Lock()
	lost, dies := s.chance(s.faults.lossIn), s.faults.powerLoss[serial]
	delete(s.faults.powerLoss, serial)
	s.mu.Unlock()
	if dies {
		s.reboot()
	}
	return lost || dies
}

// answerPacket sends 68 through the switches.
func (s *Scooter) answerPacket(serial, status int) {
	answer := fields{"serial": serial, "status": status}
	s.mu.Lock()
	list := []fields{answer}
	if s.chance(s.faults.lossOut) {
		list = nil
	}
	if n := len(s.faults.answered); n > 0 && s.chance(s.faults.staleRate) {
		list = append(list, s.faults.answered[s.rnd.IntN(n)])
	}
	if s.faults.staleRate > 0 {
		if s.faults.answered = append(s.faults.answered, answer); len(s.faults.answered) > 50 {
			s.faults.answered = slices.Delete(s.faults.answered, 0, 10)
		}
	}
	s.mu.Unlock()
	s.deliver(protocol.SendPacket, func() {
		for _, values := range list {
			s.send(protocol.SendPacketAck, values)
		}
	})
}

// UpgradeUnderWay is how many packets of how many the scooter has; 0 of 0: nobody upgrades it.
func (s *Scooter) UpgradeUnderWay() (taken, of int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.upgrade.next, s.upgrade.expected
}
