package broker_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

const patience = 20 * time.Second

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

// eachBroker runs a test against the embedded broker and against the one of production.
func eachBroker(t *testing.T, test func(t *testing.T, s *devstack.Stack)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { test(t, testkit.Broker(t)) })
	t.Run("mosquitto", func(t *testing.T) { test(t, testkit.Mosquitto(t)) })
}

func stop(t *testing.T, s *devstack.Stack) {
	t.Helper()
	require.NoError(t, s.StopService(t.Context(), devstack.MQTT))
}

func start(t *testing.T, s *devstack.Stack) {
	t.Helper()
	require.NoError(t, s.StartService(t.Context(), devstack.MQTT))
}

// of is how to reach a stack's broker.
func of(s *devstack.Stack) broker.Options {
	at := s.Addresses()
	o := options(at.MQTT)
	o.Username, o.Password = at.MQTTUser, at.MQTTPassword
	return o
}

func options(url string) broker.Options {
	return broker.Options{
		URL:          url,
		ReconnectMin: 10 * time.Millisecond, ReconnectMax: 50 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
	}
}

func connect(t *testing.T, o broker.Options) *broker.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := broker.Connect(ctx, o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// inbox collects what arrives.
type inbox struct {
	mu  sync.Mutex
	got []string
}

func (i *inbox) add(m broker.Message) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, string(m.Payload))
}

func (i *inbox) String() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.got, " ")
}

func (i *inbox) listen(o broker.Options, filters ...string) broker.Options {
	for _, f := range filters {
		o.Subscriptions = append(o.Subscriptions, broker.Subscription{Filter: f, QoS: 1})
	}
	o.OnMessage = i.add
	return o
}

func (i *inbox) await(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return i.String() == want }, patience, time.Millisecond, "want %q", want)
}

// awaitAll is await in any order, once or more often: so does the embedded broker deliver what it kept.
func (i *inbox) awaitAll(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return sorted(i.String()) == sorted(want) }, patience, time.Millisecond, "want %q", want)
}

func sorted(words string) string {
	all := strings.Fields(words)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func numbers(from, to int) string {
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, " ")
}
