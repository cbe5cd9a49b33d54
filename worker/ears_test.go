package worker_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/worker"
)

const patience = 20 * time.Second

func TestMain(m *testing.M) { testkit.Main(m) }

// heard is what came in on the topic of all scooters.
type heard struct {
	mu     sync.Mutex
	frames []string
}

func (h *heard) add(m broker.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.frames = append(h.frames, string(m.Payload))
}

func (h *heard) list() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.frames, "\n")
}

func dial(t *testing.T, o broker.Options) *broker.Conn {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := broker.Connect(ctx, o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestAnswersOnTheScootersOwnTopic(t *testing.T) {
	for name, start := range map[string]func(testing.TB) *devstack.Stack{
		"embedded":  testkit.Broker,
		"mosquitto": func(t testing.TB) *devstack.Stack { t.Helper(); return testkit.Mosquitto(t, "ABC123") },
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			at := s.Addresses()
			service := broker.Options{URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword}
			var got heard
			bridge := service
			bridge.OnMessage, bridge.Subscriptions = got.add, []broker.Subscription{{Filter: "bike", QoS: 1}}
			dial(t, bridge)
			conn := dial(t, service)
			scooter := dial(t, broker.Options{URL: at.MQTT, Username: "ABC123", Password: testkit.ScooterPassword})
			say := func(c *broker.Conn, topic, frame string) {
				require.NoError(t, c.Publish(t.Context(), topic, 1, []byte(frame)))
			}
			ears := worker.NewEars(conn, protocol.Topics{}, slog.New(slog.DiscardHandler))

			var all heard
			watch := service
			watch.OnMessage, watch.Subscriptions = all.add, []broker.Subscription{{Filter: "ABC123", QoS: 1}}
			dial(t, watch)
			say(scooter, "ABC123", `{"a":78,"i":"ABC123","b":"unasked"}`)
			require.Eventually(t, func() bool { return all.list() != "" }, patience, time.Millisecond, "a broker may take a message before it hands it on")
			require.NoError(t, ears.Listen(t.Context(), "ABC123", time.Millisecond))
			require.NoError(t, ears.Listen(t.Context(), "ABC123", time.Minute), "the later end counts")
			say(conn, "ABC123", `{"a":77}`)
			say(conn, "ABC123", `{"a":23,"i":"ABC123","l":3}`)
			say(scooter, "ABC123", `{"a":78,"i":"ABC124","b":"of another"}`)
			say(scooter, "ABC123", `no frame`)
			say(scooter, "ABC123", `{"a":78,"i":"ABC123","b":"one"}`)
			require.Eventually(t, func() bool { return got.list() == `{"a":78,"i":"ABC123","b":"one"}` }, patience, time.Millisecond,
				"nothing but the scooter's answer")

			for range 100 {
				say(scooter, "ABC123", `{"a":78,"i":"ABC123","b":"flood"}`)
			}
			require.Eventually(t, func() bool { return strings.Count(got.list(), "flood") == 31 }, patience, time.Millisecond)
			say(scooter, "bike", `{"a":4,"i":"ABC123","s":0}`)
			require.Eventually(t, func() bool { return strings.Contains(got.list(), `"a":4`) }, patience, time.Millisecond)
			require.Equal(t, 31, strings.Count(got.list(), "flood"), "enough is enough")

			n := 0
			require.NoError(t, ears.Listen(t.Context(), "ABC123", time.Millisecond))
			require.Eventually(t, func() bool { // as soon as the broker knows
				n++
				word := strings.Repeat("x", n)
				say(scooter, "ABC123", `{"a":78,"i":"ABC123","b":"`+word+`"}`)
				say(scooter, "bike", `{"a":98,"i":"ABC123","x":1}`)
				before := strings.Count(got.list(), `"a":98`)
				require.Eventually(t, func() bool { return strings.Count(got.list(), `"a":98`) >= max(before, n) }, patience, time.Millisecond)
				return !strings.Contains(got.list(), `"`+word+`"`)
			}, patience, 20*time.Millisecond)
		})
	}
}
