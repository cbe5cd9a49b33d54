package devstack

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"rodada/providers/brokeraccounts"
)

const (
	mochiListener    = "scooters"
	mochiMaxInflight = 8192
)

// mochiBroker is the broker in this process. Sessions and the messages that wait
// in them outlive an orderly restart.
type mochiBroker struct {
	port   int
	dir    string
	rights *rights
	tls    TLS

	mu     sync.Mutex
	server *mqtt.Server
	log    *os.File
}

func newMochi(s *Stack, port int) *mochiBroker {
	return &mochiBroker{port: port, dir: filepath.Join(s.dir, string(MQTT)), rights: s.rights, tls: s.opt.TLS}
}

func (m *mochiBroker) Start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.server != nil {
		return nil
	}
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return &StateError{Dir: m.dir, Reason: "can't be created", Cause: err}
	}
	log, err := os.OpenFile(filepath.Join(m.dir, "mqtt.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return &StateError{Dir: m.dir, Reason: "can't be written", Cause: err}
	}
	if err := m.rights.open(filepath.Join(m.dir, "accounts.json")); err != nil {
		_ = log.Close()
		return &StateError{Dir: m.dir, Reason: "the file of MQTT accounts can't be read", Cause: err}
	}
	server, err := m.serve(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		_ = log.Close()
		return err
	}
	m.server, m.log = server, log
	m.rights.breaks(func(user string) { disconnect(server, user) })
	return nil
}

// disconnect ends the connections of a user.
func disconnect(server *mqtt.Server, user string) {
	for _, c := range server.Clients.GetAll() {
		if string(c.Properties.Username) == user && !c.Closed() {
			c.Stop(packets.ErrNotAuthorized)
		}
	}
}

func (m *mochiBroker) serve(log *slog.Logger) (*mqtt.Server, error) {
	limits := mqtt.NewDefaultServerCapabilities()
	limits.MaximumInflight, limits.ReceiveMaximum = mochiMaxInflight, mochiMaxInflight
	server := mqtt.New(&mqtt.Options{Capabilities: limits, Logger: log, InlineClient: true})
	hook := &authHook{rights: m.rights, owner: func(clientID string) (string, bool) {
		c, ok := server.Clients.Get(clientID)
		if !ok {
			return "", false
		}
		return string(c.Properties.Username), true
	}, answer: func(payload []byte) {
		if err := server.Publish(brokeraccounts.ResponseTopic, payload, false, 0); err != nil {
			log.Error("an answer about accounts is lost", "error", err)
		}
	}}
	if err := server.AddHook(hook, nil); err != nil {
		return nil, &StartError{Service: MQTT, Cause: err}
	}
	keep := &sessionHook{file: filepath.Join(m.dir, "sessions.json"), server: server}
	if err := server.AddHook(keep, nil); err != nil {
		return nil, &StateError{Dir: m.dir, Reason: "the file of MQTT sessions can't be read", Cause: err}
	}
	at := listeners.Config{ID: mochiListener, Address: m.Addr()}
	if m.tls.used() {
		var err error
		if at.TLSConfig, err = m.tls.config(); err != nil {
			return nil, &StartError{Service: MQTT, Cause: err}
		}
	}
	if err := server.AddListener(listeners.NewTCP(at)); err != nil {
		_ = server.Close()
		return nil, &StartError{Service: MQTT, Cause: err}
	}
	if err := server.Serve(); err != nil {
		_ = server.Close()
		return nil, &StartError{Service: MQTT, Cause: err}
	}
	return server, nil
}

func (m *mochiBroker) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.server == nil {
		return
	}
	_ = m.server.Close()
	_ = m.log.Close()
	m.server, m.log = nil, nil
}

func (m *mochiBroker) Kill()        { m.Stop() }
func (m *mochiBroker) Addr() string { return loopback(m.port) }
