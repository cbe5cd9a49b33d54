package simulator

import (
	"time"

	"rodada/protocol"
)

// faults are the switches of one scooter.
type faults struct {
	deaf, silent map[protocol.Code]bool // code 0 stands for all
	refuse       map[protocol.Code]int
	slow, late   time.Duration
	copies       int
	speed        *float64

	upgradeFaults
}

func (f *faults) isDeaf(c protocol.Code) bool   { return f.deaf[0] || f.deaf[c] }
func (f *faults) isSilent(c protocol.Code) bool { return f.silent[0] || f.silent[c] }

func set(m *map[protocol.Code]bool, codes []protocol.Code) {
	if *m == nil {
		*m = map[protocol.Code]bool{}
	}
	if len(codes) == 0 {
		codes = []protocol.Code{0}
	}
	for _, c := range codes {
		(*m)[c] = true
	}
}

func (s *Scooter) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Silent makes the scooter ignore these commands: it neither obeys nor answers,
// as if they had been lost on the way. Without codes, every command.
func (s *Scooter) Silent(codes ...protocol.Code) { s.change(func() { set(&s.faults.deaf, codes) }) }

// LoseAck makes the scooter obey these commands while its answer is lost.
// Without codes, every command.
func (s *Scooter) LoseAck(codes ...protocol.Code) { s.change(func() { set(&s.faults.silent, codes) }) }

// Slow makes the scooter obey, and so answer, only after a while.
func (s *Scooter) Slow(d time.Duration) { s.change(func() { s.faults.slow = d }) }

// AnswerLate makes the scooter obey at once while its answers take a while.
func (s *Scooter) AnswerLate(d time.Duration) { s.change(func() { s.faults.late = d }) }

// Refuse makes the scooter answer a command with this status and not obey. It
// has no effect on commands whose answer carries no result.
func (s *Scooter) Refuse(code protocol.Code, status int) {
	s.change(func() {
		if s.faults.refuse == nil {
			s.faults.refuse = map[protocol.Code]int{}
		}
		s.faults.refuse[code] = status
	})
}

// Duplicate makes the scooter send every answer that many more times.
func (s *Scooter) Duplicate(more int) { s.change(func() { s.faults.copies = more }) }

// SetSpeed fixes the speed, whatever limit or lock says, until FreeSpeed.
func (s *Scooter) SetSpeed(kmh float64) {
	s.change(func() { s.faults.speed = &kmh; s.state.SpeedKmh = kmh })
}

// FreeSpeed lets the scooter move by itself again; it begins at rest.
func (s *Scooter) FreeSpeed() { s.change(func() { s.faults.speed = nil; s.state.SpeedKmh = 0 }) }

// Behave turns every switch off.
func (s *Scooter) Behave() { s.change(func() { s.faults = faults{} }) }
