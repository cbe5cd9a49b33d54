package mqttbridge

import (
	"sync"

	"rodada/protocol"
)

// strangers are codes that were logged already. A device may invent as many as it likes, so some are enough.
type strangers struct {
	mu   sync.Mutex
	seen map[protocol.Code]bool
}

const enoughStrangers = 256

func (s *strangers) first(c protocol.Code) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen[c] || len(s.seen) >= enoughStrangers {
		return false
	}
	if s.seen == nil {
		s.seen = map[protocol.Code]bool{}
	}
	s.seen[c] = true
	return true
}

// plates is a set of scooters.
type plates struct {
	mu  sync.Mutex
	set map[string]bool
}

// add reports whether the plate was not in the set yet.
func (p *plates) add(plate string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.set[plate] {
		return false
	}
	if p.set == nil {
		p.set = map[string]bool{}
	}
	p.set[plate] = true
	return true
}

func (p *plates) remove(plate string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.set, plate)
}
