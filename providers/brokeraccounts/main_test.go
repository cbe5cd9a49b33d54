package brokeraccounts_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/providers/brokeraccounts"
)

const (
	patience = 20 * time.Second
	tick     = 10 * time.Millisecond
)

var topics = brokeraccounts.Topics{Bike: "bike", Other: "o"}

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// eachBroker runs a test on Mosquitto, and on the broker of the development stack, which is provisioned the same way.
func eachBroker(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	t.Run("mosquitto", func(t *testing.T) { test(t, newSite(t, testkit.Mosquitto(t))) })
	t.Run("embedded", func(t *testing.T) { test(t, newSite(t, testkit.Broker(t))) })
}

// site is a broker, and those who speak to it.
type site struct {
	*brokeraccounts.Broker
	stack *devstack.Stack
	at    devstack.Addresses
}

func newSite(t *testing.T, stack *devstack.Stack) *site {
	t.Helper()
	s := &site{stack: stack, at: stack.Addresses()}
	b, err := brokeraccounts.Dial(broker.Options{
		URL: s.at.MQTT, Username: s.at.MQTTUser, Password: s.at.MQTTPassword, Log: slog.New(slog.DiscardHandler),
	}, topics)
	require.NoError(t, err)
	t.Cleanup(b.Close)
	s.Broker = b
	return s
}

// peer is somebody connected to the broker.
type peer struct {
	mqtt.Client
	got  chan string // topics
	lost chan struct{}
}

func (s *site) dial(ctx context.Context, clientID, user, password string, clean bool) (*peer, error) {
	p := &peer{got: make(chan string, 100), lost: make(chan struct{})}
	o := mqtt.NewClientOptions().AddBroker(s.at.MQTT).SetClientID(clientID).SetUsername(user).SetPassword(password).
		SetAutoReconnect(false).SetConnectTimeout(patience).SetCleanSession(clean)
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { p.got <- m.Topic() })
	o.SetConnectionLostHandler(func(mqtt.Client, error) { close(p.lost) })
	p.Client = mqtt.NewClient(o)
	return p, wait(ctx, p.Connect())
}

func (s *site) connect(t *testing.T, a brokeraccounts.Account) *peer {
	t.Helper()
	p, err := s.dial(t.Context(), "box-"+a.User, a.User, a.Password, true)
	require.NoError(t, err, a.User)
	t.Cleanup(func() { p.Disconnect(0) })
	return p
}

// backend hears what arrives on a filter.
func (s *site) backend(t *testing.T, filter string) *peer {
	t.Helper()
	p := s.connect(t, brokeraccounts.Account{User: s.at.MQTTUser, Password: s.at.MQTTPassword})
	require.NoError(t, p.listen(t.Context(), filter))
	return p
}

func (s *site) refuses(t *testing.T, user, password string) {
	t.Helper()
	p, err := s.dial(t.Context(), "box-"+user, user, password, true)
	if err == nil {
		p.Disconnect(0)
	}
	require.Error(t, err, "%s came in", user)
}

var errRefused = errors.New("the broker refused the subscription")

func (p *peer) listen(ctx context.Context, filter string) error {
	token := p.Subscribe(filter, 1, nil)
	if err := wait(ctx, token); err != nil {
		return err
	}
	if t, ok := token.(*mqtt.SubscribeToken); ok {
		for _, granted := range t.Result() { // its key for a shared subscription is another
			if granted > 2 {
				return errRefused
			}
		}
	}
	return nil
}

// say publishes a report in the name of a number, at QoS 0: some brokers end the connection of who sends more than they may.
func (p *peer) say(t *testing.T, topic, number string) {
	t.Helper()
	require.NoError(t, wait(t.Context(), p.Publish(topic, 0, false, `{"a":27,"i":"`+number+`"}`)))
}

// next is the topic of the next message.
func (p *peer) next(t *testing.T) string {
	t.Helper()
	select {
	case topic := <-p.got:
		return topic
	case <-time.After(patience):
		require.Fail(t, "nothing came")
		return ""
	}
}

// breaks waits until the broker has ended the connection.
func (p *peer) breaks(t *testing.T) {
	t.Helper()
	select {
	case <-p.lost:
	case <-time.After(patience):
		require.Fail(t, "still connected")
	}
}

func wait(ctx context.Context, token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func one(user string, numbers ...string) brokeraccounts.Account {
	return brokeraccounts.Account{User: user, Password: "secret of " + user, Numbers: numbers}
}
