package simulator

import (
	"slices"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"rodada/protocol"
)

// Received is one message that reached a scooter.
type Received struct {
	At      time.Time
	Command protocol.Command // of a firmware packet: without its data
	Payload []byte           // nil for a firmware packet
	QoS     byte
	Again   bool  // the broker says that it sent this before
	Err     error // why it was not understood
}

// arrived runs on paho's goroutine: it only takes note and hands over.
func (s *Scooter) arrived(_ mqtt.Client, m mqtt.Message) {
	r := Received{At: time.Now(), Payload: m.Payload(), QoS: m.Qos(), Again: m.Duplicate()}
	command, err := protocol.DecodeCommand(r.Payload, s.opts.Dialect)
	if isReport(err) {
		return // our own log report comes back on our own topic
	}
	r.Command, r.Err = command, err
	if command.Code == protocol.SendPacket {
		r.Payload = nil
		r.Command = protocol.Command{Code: command.Code, Args: protocol.Args{
			"serial": command.Args["serial"], "length": command.Args["length"]}}
	}
	s.mu.Lock()
	if len(s.received) >= s.opts.Remember {
		s.received = slices.Delete(s.received, 0, 1+len(s.received)-s.opts.Remember)
	}
	s.received = append(s.received, r)
	slow := s.faults.slow
	s.mu.Unlock()
	if slow > 0 {
		time.AfterFunc(slow, func() { s.do(func() { s.handle(command, err) }) })
		return
	}
	select {
	case s.jobs <- func() { s.handle(command, err) }:
	default: // never block paho: disconnecting waits for this handler
		s.opts.Logger.Warn("command dropped, too many wait", "plate", s.Plate())
	}
}

// Received are the latest messages that reached the scooter, oldest first,
// those it ignored included.
func (s *Scooter) Received() []Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.received)
}

// Count is how often a command reached the scooter, of those it remembers.
func (s *Scooter) Count(code protocol.Code) int {
	n := 0
	for _, r := range s.Received() {
		if r.Err == nil && r.Command.Code == code {
			n++
		}
	}
	return n
}

// Forget empties what Received returns.
func (s *Scooter) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = nil
}
