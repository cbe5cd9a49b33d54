package simulator

import (
	"errors"

	"rodada/protocol"
)

func isReport(err error) bool {
	var bad *protocol.DecodeError
	return errors.As(err, &bad) && bad.Reason == protocol.ReasonDirection
}

// Statuses that several answers share.
const (
	statusOK        = 0
	statusFailed    = 1
	statusUpgrading = 2
)

// handle obeys one command and answers it. It runs on the scooter's goroutine.
func (s *Scooter) handle(c protocol.Command, err error) {
	s.mu.Lock()
	deaf := s.faults.isDeaf(c.Code)
	refusal, refuses := s.faults.refuse[c.Code]
	s.mu.Unlock()
	if deaf {
		return
	}
	if err != nil {
		s.misunderstood(err)
		return
	}
	spec, _ := protocol.Lookup(c.Code)
	ack, hasAck := protocol.Lookup(spec.Ack)
	hasResult := hasAck && ack.Status == protocol.StatusResult
	switch {
	case c.Code == protocol.SendPacket && !refuses:
		s.packet(c)
		return
	case refuses && hasResult:
		s.answer(c, ack, refusal)
		return
	case c.Validate() != nil:
		if hasResult {
			s.answer(c, ack, statusFailed)
		}
		return
	}
	s.mu.Lock()
	status, then := s.obey(c, ack)
	s.mu.Unlock()
	switch {
	case hasResult:
		s.answer(c, ack, status)
	case hasAck:
		s.deliver(c.Code, func() { s.report(ack.Code) })
	}
	if then != nil && status == statusOK {
		then()
	}
}

// misunderstood answers a damaged firmware packet; everything else that can't
// be read is dropped, as boxes do.
func (s *Scooter) misunderstood(err error) {
	var bad *protocol.DecodeError
	if errors.As(err, &bad) && bad.Code == protocol.SendPacket {
		s.damagedPacket()
		return
	}
	s.opts.Logger.Warn("command not understood", "plate", s.Plate(), "error", err)
}

// answer sends an ack that carries a result, with whatever else the seed puts
// into it.
func (s *Scooter) answer(c protocol.Command, ack protocol.Spec, status int) {
	values := fields{"status": status}
	s.mu.Lock()
	for _, p := range ack.Params {
		switch {
		case p.Name == "time":
			values["time"] = s.rnd.Int64N(1 << 31) // the seed: a random number
		case p.Name == "serial" && c.Code == protocol.SendPacket:
			values["serial"] = c.Args["serial"]
		case p.Name == "serial":
			values["serial"] = s.serial
			s.serial++
		}
	}
	s.mu.Unlock()
	s.deliver(c.Code, func() { s.send(ack.Code, values) })
}

// deliver sends an answer through the switches: lost, late, repeated.
func (s *Scooter) deliver(code protocol.Code, send func()) {
	s.mu.Lock()
	lost, late, copies := s.faults.isSilent(code), s.faults.late, s.faults.copies
	s.mu.Unlock()
	if lost {
		return
	}
	s.after(late, func() {
		for range 1 + copies {
			send()
		}
	})
}
