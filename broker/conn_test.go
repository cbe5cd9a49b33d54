package broker_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

func TestOptionsAreChecked(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*broker.Options)
		names  string
	}{
		"no URL":                        {func(o *broker.Options) { o.URL = "" }, "URL"},
		"an address without a scheme":   {func(o *broker.Options) { o.URL = "127.0.0.1:1883" }, "URL"},
		"another protocol":              {func(o *broker.Options) { o.URL = "http://127.0.0.1:1883" }, "URL"},
		"a persistent session, no name": {func(o *broker.Options) { o.Persistent = true }, "ClientID"},
		"nobody to take messages": {func(o *broker.Options) {
			o.Subscriptions = []broker.Subscription{{Filter: "bike"}}
		}, "OnMessage"},
	} {
		t.Run(name, func(t *testing.T) {
			o := options("tcp://127.0.0.1:1")
			c.change(&o)
			_, err := broker.Dial(o)
			require.ErrorIs(t, err, broker.ErrOptions)
			require.ErrorContains(t, err, c.names)
		})
	}
}

func TestDeliversInOrder(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *devstack.Stack) {
		var in inbox
		connect(t, in.listen(of(s), "bike", "o"))
		out := connect(t, of(s))
		for n := 1; n <= 50; n++ {
			require.NoError(t, out.Publish(t.Context(), "bike", byte(n%2), []byte(strconv.Itoa(n))))
		}
		in.await(t, numbers(1, 50))
	})
}

func TestReconnectsAndListensAgain(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *devstack.Stack) {
		var in inbox
		listener := connect(t, in.listen(of(s), "bike"))
		sender := connect(t, of(s))
		stop(t, s)
		for _, c := range []*broker.Conn{listener, sender} {
			require.Eventually(t, func() bool { return !c.Connected() }, patience, time.Millisecond)
		}
		for qos := range byte(2) {
			require.ErrorIs(t, sender.Publish(t.Context(), "bike", qos, []byte("lost")), broker.ErrNotConnected)
		}
		start(t, s)
		require.NoError(t, listener.Await(t.Context()))
		require.NoError(t, sender.Await(t.Context()))
		require.NoError(t, sender.Publish(t.Context(), "bike", 1, []byte("kept")))
		in.await(t, "kept")
	})
}

func TestPersistentSessionGetsWhatCameMeanwhile(t *testing.T) {
	eachBroker(t, func(t *testing.T, s *devstack.Stack) {
		var in inbox
		o := in.listen(of(s), "bike")
		o.ClientID, o.Persistent = "bridge", true
		connect(t, o).Close()
		sender := connect(t, of(s))
		for n := 1; n <= 30; n++ {
			require.NoError(t, sender.Publish(t.Context(), "bike", 1, []byte(strconv.Itoa(n))))
		}
		stop(t, s) // it keeps them
		start(t, s)
		connect(t, o)
		in.awaitAll(t, numbers(1, 30))
	})
}

func TestAwaitSaysWhatStandsInTheWay(t *testing.T) {
	s := testkit.Broker(t)
	for name, c := range map[string]struct {
		change func(*broker.Options)
		says   string
	}{
		"a wrong password": {func(o *broker.Options) { o.Password = "wrong" }, "connect to the MQTT broker"},
		"a forbidden subscription": {func(o *broker.Options) {
			*o = new(inbox).listen(*o, "ABC124")
			o.Username, o.Password = "ABC123", testkit.ScooterPassword
		}, "subscri"},
		"nobody there": {func(o *broker.Options) { o.URL = "tcp://127.0.0.1:1" }, "connect"},
	} {
		t.Run(name, func(t *testing.T) {
			o := of(s)
			c.change(&o)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err := broker.Connect(ctx, o)
			require.ErrorIs(t, err, broker.ErrNotConnected)
			require.ErrorContains(t, err, c.says)
		})
	}
}

func TestDialWaitsForTheBroker(t *testing.T) {
	s := testkit.Broker(t)
	stop(t, s)
	c, err := broker.Dial(of(s))
	require.NoError(t, err)
	defer c.Close()
	require.ErrorIs(t, c.Publish(t.Context(), "bike", 1, nil), broker.ErrNotConnected)
	start(t, s)
	require.NoError(t, c.Await(t.Context()))
	require.NoError(t, c.Publish(t.Context(), "bike", 1, nil))
}

func TestClosedIsNotConnected(t *testing.T) {
	s := testkit.Broker(t)
	c := connect(t, of(s))
	c.Close()
	c.Close()
	require.False(t, c.Connected())
	require.ErrorIs(t, c.Publish(t.Context(), "bike", 0, nil), broker.ErrNotConnected)
	require.ErrorIs(t, c.Await(t.Context()), broker.ErrNotConnected)
}
