package devstack

import (
	"context"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// The stand-in's clock stands still unless it is moved, and leases must run out.
const miniRedisTick = 50 * time.Millisecond

// miniRedis is a Redis in this process, for machines without the program. Its
// data outlives Stop and Kill but not the process.
type miniRedis struct {
	port   int
	tls    TLS
	server *miniredis.Miniredis

	mu   sync.Mutex
	quit chan struct{}
	gone chan struct{}
}

func (m *miniRedis) Start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.quit != nil {
		return nil
	}
	if err := m.listen(); err != nil {
		return &StartError{Service: Redis, Cause: err}
	}
	m.quit, m.gone = make(chan struct{}), make(chan struct{})
	go m.tick(m.quit, m.gone)
	return nil
}

func (m *miniRedis) listen() error {
	server := m.server
	if server == nil {
		server = miniredis.NewMiniRedis()
	}
	if err := m.serve(server); err != nil {
		return err
	}
	m.server = server
	return nil
}

func (m *miniRedis) serve(server *miniredis.Miniredis) error {
	if !m.tls.used() {
		return server.StartAddr(m.Addr())
	}
	secure, err := m.tls.config()
	if err != nil {
		return err
	}
	return server.StartAddrTLS(m.Addr(), secure)
}

func (m *miniRedis) tick(quit <-chan struct{}, gone chan<- struct{}) {
	defer close(gone)
	tick := time.NewTicker(miniRedisTick)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-quit:
			return
		case now := <-tick.C:
			m.server.FastForward(now.Sub(last))
			last = now
		}
	}
}

func (m *miniRedis) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.quit == nil {
		return
	}
	close(m.quit)
	<-m.gone
	m.quit = nil
	m.server.Close()
}

func (m *miniRedis) Kill()        { m.Stop() }
func (m *miniRedis) Addr() string { return loopback(m.port) }
