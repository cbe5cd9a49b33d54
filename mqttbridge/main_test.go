package mqttbridge_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"rodada/broker"
	"rodada/domain/command"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/lease"
	"rodada/mqttbridge"
	"rodada/protocol"
	"rodada/telemetry/live"
)

const (
	patience = 20 * time.Second
	window   = 15 * time.Second // of an ack
)

func TestMain(m *testing.M) {
	code := m.Run()
	testkit.Stop()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// rig is a bridge between a real broker and a real Redis; Temporal is played.
type rig struct {
	options  mqttbridge.Options
	bridge   *mqttbridge.Bridge
	temporal *temporal
	leases   *lease.Store
	live     *live.Store
	registry *prometheus.Registry
	scooters *broker.Conn // speaks for all of them
}

// eachBroker runs a test with the embedded broker and with the one of production.
func eachBroker(t *testing.T, test func(t *testing.T, r *rig)) {
	t.Helper()
	for name, start := range map[string]func(testing.TB) *devstack.Stack{
		"embedded":  testkit.Broker,
		"mosquitto": func(t testing.TB) *devstack.Stack { t.Helper(); return testkit.Mosquitto(t) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, start(t))
			r.start(t)
			test(t, r)
		})
	}
}

// started is a rig on the embedded broker, changed before it starts.
func started(t *testing.T, change func(*mqttbridge.Options)) *rig {
	t.Helper()
	r := newRig(t, testkit.Broker(t))
	change(&r.options)
	r.start(t)
	return r
}

func newRig(t *testing.T, s *devstack.Stack) *rig {
	t.Helper()
	addr, prefix := testkit.Redis(t)
	return newRigOn(t, s, addr, prefix)
}

func newRigOn(t *testing.T, s *devstack.Stack, redisAddr, prefix string) *rig {
	t.Helper()
	client := redis.NewClient(&redis.Options{Addr: redisAddr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { _ = client.Close() })
	at := s.Addresses()
	connect := broker.Options{
		URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword, Log: slog.New(slog.DiscardHandler),
		ReconnectMin: 10 * time.Millisecond, ReconnectMax: 50 * time.Millisecond,
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	scooters, err := broker.Connect(ctx, connect)
	require.NoError(t, err)
	t.Cleanup(scooters.Close)
	r := &rig{temporal: newTemporal(), leases: lease.New(client, prefix), live: live.New(client, prefix), scooters: scooters}
	connect.ClientID = "bridge"
	r.options = mqttbridge.Options{
		Broker: connect, Leases: r.leases, Sinks: []mqttbridge.Sink{r.live}, Signals: r.temporal, Log: slog.New(slog.DiscardHandler),
	}
	return r
}

// start begins a bridge, or another one with the same session.
func (r *rig) start(t *testing.T) {
	t.Helper()
	r.registry = prometheus.NewRegistry()
	r.options.Metrics = r.registry
	bridge, err := mqttbridge.New(r.options)
	require.NoError(t, err)
	require.Error(t, bridge.Ready())
	require.NoError(t, bridge.Start(t.Context()))
	t.Cleanup(bridge.Stop)
	require.Eventually(t, func() bool { return bridge.Ready() == nil }, patience, time.Millisecond)
	r.bridge = bridge
}

// say publishes a frame as a scooter would.
func (r *rig) say(t *testing.T, format string, args ...any) {
	t.Helper()
	r.sayOn(t, "bike", 1, fmt.Sprintf(format, args...))
}

func (r *rig) sayOn(t *testing.T, topic string, qos byte, frame string) {
	t.Helper()
	require.NoError(t, r.scooters.Publish(t.Context(), topic, qos, []byte(frame)))
}

// wait takes the lease of an answer.
func (r *rig) wait(t *testing.T, plate string, ack protocol.Code, send string) {
	t.Helper()
	r.waitFor(t, plate, ack, send, window)
}

func (r *rig) waitFor(t *testing.T, plate string, ack protocol.Code, send string, ttl time.Duration) {
	t.Helper()
	taken, err := r.leases.Take(t.Context(), plate, ack, waiter(plate, send), ttl)
	require.NoError(t, err)
	require.Equal(t, command.TakenNew, taken)
	early, err := r.leases.Watch(t.Context(), plate, ack, send, 0) // its waiter has looked long enough: it wants a signal
	require.NoError(t, err)
	require.Nil(t, early)
}

func waiter(plate, send string) command.Waiter {
	return command.Waiter{WorkflowID: "scooter/" + plate, SendID: send}
}

// count is the value of a counter, or the sum of its values with these labels.
func (r *rig) count(t *testing.T, name, label, value string) float64 {
	t.Helper()
	families, err := r.registry.Gather()
	require.NoError(t, err)
	sum := 0.0
	for _, f := range families {
		if f.GetName() != "rodada_bridge_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == label && l.GetValue() == value {
					sum += m.GetCounter().GetValue()
				}
			}
		}
	}
	return sum
}

func (r *rig) awaitCount(t *testing.T, name, label, value string, want float64) {
	t.Helper()
	require.Eventually(t, func() bool { return r.count(t, name, label, value) == want }, patience, 2*time.Millisecond,
		"%s{%s=%q}: want %v", name, label, value, want)
}

// temporal takes signals, and fails when it is told to.
type temporal struct {
	mu       sync.Mutex
	failure  error
	tries    int
	received []signal
	came     chan struct{}
}

type signal struct {
	workflow, name string
	arg            any
}

func newTemporal() *temporal { return &temporal{came: make(chan struct{}, 1000)} }

func (s *temporal) SignalWorkflow(_ context.Context, workflowID, _, name string, arg any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tries++
	if s.failure != nil {
		return s.failure
	}
	s.received = append(s.received, signal{workflowID, name, arg})
	s.came <- struct{}{}
	return nil
}

func (s *temporal) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err
}

func (s *temporal) attempts() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tries
}

// next waits for one more signal and returns it.
func (s *temporal) next(t *testing.T) signal {
	t.Helper()
	select {
	case <-s.came:
	case <-time.After(patience):
		t.Fatal("no signal came")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received[len(s.received)-len(s.came)-1]
}

// nextAck is next, which must be an ack for the plate's workflow.
func (s *temporal) nextAck(t *testing.T, plate string) command.Ack {
	t.Helper()
	got := s.next(t)
	require.Equal(t, "scooter/"+plate, got.workflow)
	require.Equal(t, "ack", got.name)
	require.IsType(t, command.Ack{}, got.arg)
	return got.arg.(command.Ack) //nolint:forcetypeassert // just asserted
}

func (s *temporal) total() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.received)
}
