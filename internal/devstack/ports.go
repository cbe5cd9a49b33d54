package devstack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are where the services listen on 127.0.0.1; 0 is any free port.
type Ports struct {
	Temporal, TemporalUI, Postgres, Redis, Influx, MQTT int
}

// Free ports come from below the kernel's range for outgoing connections: in
// that range a client that dials a stopped service again and again may be given
// the service's own port and talk to itself.
const (
	lowestFreePort  = 15000
	highestFreePort = 31999
)

// claims hands out ports that nothing listens on and that it has not yet handed out.
type claims map[int]bool

// claim checks a fixed port, or finds a free one for 0.
func (c claims) claim(s Service, port int, setting string) (int, error) {
	if port != 0 {
		if c[port] || !listenable(port) {
			return 0, &PortTakenError{Service: s, Port: port, Setting: setting}
		}
		c[port] = true
		return port, nil
	}
	for range 1000 {
		p := lowestFreePort + rand.IntN(highestFreePort-lowestFreePort+1) //nolint:gosec // a port is no secret
		if !c[p] && listenable(p) {
			c[p] = true
			return p, nil
		}
	}
	return 0, fmt.Errorf("%s: %w between %d and %d", s, errNoFreePort, lowestFreePort, highestFreePort)
}

var errNoFreePort = errors.New("no free port")

func listenable(port int) bool {
	l, err := net.Listen("tcp", loopback(port)) //nolint:noctx // returns at once
	if err != nil {
		return false
	}
	return l.Close() == nil
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
