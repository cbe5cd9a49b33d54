package simulator

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"rodada/protocol"
)

// settle is how long a box waits before it reconnects with new parameters, so
// that its ack is on the way.
const settle = 100 * time.Millisecond

// move takes over another address, credential or number (33, 101, 103) and
// connects anew.
func (s *Scooter) move(c protocol.Command) {
	s.mu.Lock()
	was := s.state.Plate
	if host := text(c, "host"); host != "" {
		s.server.url = withHost(s.server.url, host, integer(c, "port"))
	}
	if c.Code == protocol.SetServer {
		s.server.username, s.server.password = text(c, "username"), text(c, "password")
	}
	if plate := text(c, "plate"); plate != "" {
		s.state.Plate = plate
	}
	setPace(&s.pace.Position, integer(c, "gps_seconds"))
	setPace(&s.pace.Heartbeat, integer(c, "heartbeat_seconds"))
	now := s.state.Plate
	s.mu.Unlock()
	if now != was {
		s.fleet.renumber(s, was, now)
		if client := s.present(); client != nil {
			client.Unsubscribe(was) // or the session would keep the old number's topic
		}
	}
	s.after(settle, func() { s.reconnect(settle) })
}

func setPace(d *time.Duration, seconds int) {
	if seconds > 0 {
		*d = time.Duration(seconds) * time.Second
	}
}

// withHost keeps the scheme of the broker's address.
func withHost(broker, host string, port int) string {
	scheme := "tcp"
	if u, err := url.Parse(broker); err == nil && u.Scheme != "" {
		scheme = u.Scheme
	}
	return fmt.Sprintf("%s://%s:%d", scheme, host, port)
}

// describeServer fills the server report. The caller holds s.mu.
func (s *Scooter) describeServer() fields {
	host, port := "", 0
	if u, err := url.Parse(s.server.url); err == nil {
		host = u.Hostname()
		port, _ = strconv.Atoi(u.Port())
	}
	return fields{"host": host, "port": port, "username": s.server.username, "password": s.server.password,
		"plate": s.state.Plate, "gps_seconds": int(s.pace.Position.Seconds())}
}
