package mqttbridge_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/mqttbridge"
	"rodada/protocol"
)

func TestBadFramesAreCountedByReason(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		for _, c := range []struct {
			frame  string
			reason protocol.Reason
		}{
			{`not JSON`, protocol.ReasonMalformed},
			{``, protocol.ReasonMalformed},
			{`{"i":"A1"}`, protocol.ReasonMissing},
			{`{"a":27,"b":5,"c":0}`, protocol.ReasonMissing},
			{`{"a":27,"i":"#","b":5,"c":0}`, protocol.ReasonInvalid},
			{`{"a":27,"i":"bike","b":5,"c":0}`, protocol.ReasonInvalid},
			{`{"a":1,"i":"A1"}`, protocol.ReasonDirection},
			{`{"a":27,"i":"A1","b":500,"c":0}`, protocol.ReasonOutOfRange},
			{`{"a":27,"i":"A1","x":"` + strings.Repeat("x", protocol.MaxPayload) + `"}`, protocol.ReasonTooLarge},
		} {
			before := r.count(t, "refused_total", "reason", string(c.reason))
			r.say(t, "%s", c.frame)
			r.awaitCount(t, "refused_total", "reason", string(c.reason), before+1)
		}
		r.say(t, `{"a":27,"i":"A1","b":5,"c":0}`)
		r.awaitCount(t, "messages_total", "code", "27", 2) // with the one whose values were refused
	})
}

func TestUnknownCodesAreLoggedOnce(t *testing.T) {
	var log logBuffer
	r := started(t, func(o *mqttbridge.Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for range 3 {
		r.say(t, `{"a":199,"i":"A1"}`)
		r.say(t, `{"a":17,"i":"A1","f":2}`)
	}
	r.awaitCount(t, "messages_total", "code", "unknown", 6)
	require.Equal(t, 1, strings.Count(log.String(), "code=199"))
	require.Equal(t, 1, strings.Count(log.String(), "code=17"))
	require.Contains(t, log.String(), "fault report")
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// What scooters said with QoS 1 while the bridge was restarted is not lost, nor an answer among it.
func TestRestartedBridgeHearsWhatItMissed(t *testing.T) {
	eachBroker(t, func(t *testing.T, r *rig) {
		r.bridge.Stop()
		require.Error(t, r.bridge.Ready())
		r.wait(t, "A1", protocol.SetSpeedLimitAck, "s1")
		r.say(t, `{"a":14,"i":"A1","s":0}`)
		r.say(t, `{"a":27,"i":"A2","b":33,"c":0}`)
		r.start(t)
		require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
		require.Eventually(t, func() bool {
			state, known, err := r.live.Get(t.Context(), "A2")
			return err == nil && known && state.Battery.Is == 33
		}, patience, time.Millisecond)
	})
}

func TestStopFinishesWhatHasCome(t *testing.T) {
	record := newRecorder()
	r := started(t, func(o *mqttbridge.Options) { o.Sinks, o.Drain = []mqttbridge.Sink{record}, patience })
	for range 50 {
		r.say(t, `{"a":27,"i":"A1","b":50,"c":0}`)
	}
	r.awaitCount(t, "messages_total", "code", "27", 50)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		r.bridge.Stop()
	}()
	require.Eventually(t, func() bool { return r.bridge.Ready() != nil }, patience, time.Millisecond)
	close(record.gate)
	<-stopped
	require.Len(t, record.of("A1"), 50)
}

// A bridge that is told to stop does not wait for a Temporal that is away: the waiter finds the answer.
func TestStopDoesNotWaitForever(t *testing.T) {
	r := started(t, func(o *mqttbridge.Options) { o.Drain = 10 * time.Millisecond })
	r.temporal.fail(broker.ErrNotConnected)
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Eventually(t, func() bool { return r.temporal.attempts() > 0 }, patience, time.Millisecond)
	r.bridge.Stop()
	ack, err := r.leases.Withdraw(t.Context(), "A1", protocol.PowerOnAck, "s1")
	require.NoError(t, err)
	require.NotNil(t, ack)
}

func TestReadyFollowsTheBroker(t *testing.T) {
	s := testkit.Broker(t)
	r := newRig(t, s)
	r.start(t)
	require.NoError(t, s.StopService(t.Context(), devstack.MQTT))
	require.Eventually(t, func() bool { return r.bridge.Ready() != nil && !r.scooters.Connected() }, patience, time.Millisecond)
	require.NoError(t, s.StartService(t.Context(), devstack.MQTT))
	require.Eventually(t, func() bool { return r.bridge.Ready() == nil }, patience, time.Millisecond)
	require.NoError(t, r.scooters.Await(t.Context()))
	r.wait(t, "A1", protocol.PowerOnAck, "s1")
	r.say(t, `{"a":2,"i":"A1","s":0}`)
	require.Equal(t, "s1", r.temporal.nextAck(t, "A1").SendID)
}

func TestOptionsAreNeeded(t *testing.T) {
	_, err := mqttbridge.New(mqttbridge.Options{})
	require.Error(t, err)

	r := newRig(t, testkit.Broker(t))
	r.options.Metrics = prometheus.NewRegistry()
	_, err = mqttbridge.New(r.options)
	require.NoError(t, err)
	_, err = mqttbridge.New(r.options)
	require.Error(t, err, "its metrics are registered")

	r.options.Metrics = prometheus.NewRegistry()
	r.options.Broker.ClientID = ""
	bridge, err := mqttbridge.New(r.options)
	require.NoError(t, err)
	require.ErrorIs(t, bridge.Start(t.Context()), broker.ErrOptions, "a persistent session needs a name")
	bridge.Stop()
}
