package broker_test

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/testkit"
)

// mute is a broker that accepts connections and never confirms a message.
type mute struct {
	listener net.Listener
	conns    chan net.Conn
	seen     chan *packets.PublishPacket
	deaf     chan struct{} // until it is closed, nothing is read after the connect; nil: it hears
	done     chan struct{}
}

func newMute(t *testing.T, deaf chan struct{}) *mute {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	m := &mute{listener: l, deaf: deaf, conns: make(chan net.Conn, 10), seen: make(chan *packets.PublishPacket, 100), done: make(chan struct{})}
	go m.accept()
	t.Cleanup(func() {
		_ = l.Close()
		<-m.done
	})
	return m
}

func (m *mute) url() string { return "tcp://" + m.listener.Addr().String() }

func (m *mute) accept() {
	defer close(m.done)
	for {
		c, err := m.listener.Accept()
		if err != nil {
			return
		}
		m.conns <- c
		m.serve(c)
	}
}

func (m *mute) serve(c net.Conn) {
	defer c.Close()
	for {
		p, err := packets.ReadPacket(c)
		if err != nil {
			return
		}
		switch p := p.(type) {
		case *packets.ConnectPacket:
			_ = packets.NewControlPacket(packets.Connack).Write(c)
			if m.deaf != nil {
				<-m.deaf
				return
			}
		case *packets.PublishPacket:
			m.seen <- p
		}
	}
}

// An unlock that the broker did not confirm must not reach the scooter later, when the connection is back.
func TestNothingIsSentAgainAfterReconnecting(t *testing.T) {
	for name, persistent := range map[string]bool{"clean session": false, "persistent session": true} {
		t.Run(name, func(t *testing.T) {
			m := newMute(t, nil)
			o := options(m.url())
			o.ClientID, o.Persistent = "worker", persistent
			c := connect(t, o)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			require.NoError(t, c.Publish(ctx, "ABC123", 1, []byte("unlock")), "unconfirmed counts as sent")
			require.Equal(t, "unlock", string((<-m.seen).Payload))
			require.NoError(t, (<-m.conns).Close())

			second := <-m.conns // connected anew
			require.Eventually(t, func() bool {
				return c.Publish(t.Context(), "ABC123", 0, []byte("next")) == nil
			}, patience, time.Millisecond)
			require.Equal(t, "next", string((<-m.seen).Payload), "the first frame on the new connection")
			require.NoError(t, second.Close())
		})
	}
}

func TestBrokenConnectionEndsTheWaitForTheBroker(t *testing.T) {
	m := newMute(t, nil)
	c := connect(t, options(m.url()))
	published := make(chan error, 1)
	go func() { published <- c.Publish(t.Context(), "ABC123", 1, []byte("lock")) }()
	<-m.seen
	require.NoError(t, (<-m.conns).Close())
	require.NoError(t, <-published, "the broker may have it")
}

func TestStalledNetworkIsBoundedByTheContext(t *testing.T) {
	deaf := make(chan struct{})
	defer close(deaf)
	m := newMute(t, deaf)
	o := options(m.url())
	o.WriteTimeout = 500 * time.Millisecond
	c := connect(t, o)
	big := make([]byte, 1<<20)
	require.Eventually(t, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		return c.Publish(ctx, "ABC123", 0, big) != nil
	}, patience, time.Millisecond)
	require.Eventually(t, func() bool { return len(m.conns) > 1 || !c.Connected() }, patience, time.Millisecond,
		"a connection that takes nothing is given up")
}

func TestPublishNeedsATopicAndTime(t *testing.T) {
	c := connect(t, of(testkit.Broker(t)))
	for _, topic := range []string{"", "#", "AB+", "A\x00B"} {
		require.ErrorIs(t, c.Publish(t.Context(), topic, 0, nil), broker.ErrTopic)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	err := c.Publish(over, "ABC123", 0, nil)
	require.ErrorIs(t, err, broker.ErrNotConnected, "nothing was sent")
	require.ErrorIs(t, err, context.Canceled)
}
