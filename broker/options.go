package broker

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"
)

// ErrOptions is a setting that no connection can be made with; the message names it.
var ErrOptions = errors.New("broker: bad options")

// Options are how to reach the broker and what to listen to.
type Options struct {
	URL      string // tcp://host:port, ssl://host:port, ws:// or wss://
	Username string
	Password string
	// ClientID names the session. Empty: a new one for each Conn, which a persistent session does not allow.
	ClientID string
	// Persistent keeps the subscriptions and undelivered QoS 1 messages on the broker while this client is away.
	Persistent bool
	TLS        *tls.Config

	// Subscriptions are made before a connection counts as one. They must not overlap, or messages come twice.
	Subscriptions []Subscription
	// OnMessage gets every message, one after the other in the order of arrival. It must return at once and must not
	// publish: the connection waits for it.
	OnMessage func(Message)
	// ManualAck leaves it to the receiver of OnMessage to acknowledge each message, by Message.Ack. The broker sends what was
	// not acknowledged again to the next connection of a persistent session, and soon nothing else to this one.
	ManualAck bool

	// ReconnectMin and ReconnectMax bound the wait between two attempts to connect. Default: 100 ms and 1 s.
	ReconnectMin, ReconnectMax time.Duration
	// WriteTimeout is how long the network may refuse to take a frame before the connection is given up. Default: 2 s.
	WriteTimeout time.Duration
	Log          *slog.Logger
}

// Subscription is one topic filter.
type Subscription struct {
	Filter string
	QoS    byte
}

// Message is what came in. The payload is the receiver's to keep.
type Message struct {
	Topic     string
	Payload   []byte
	Duplicate bool // the broker says that it sent it before

	ack func()
}

// Ack tells the broker that the message is safe. Messages are acknowledged in the order in which they came. After the
// connection is lost it does nothing; nor does it for a message of QoS 0.
func (m Message) Ack() {
	if m.ack != nil {
		m.ack()
	}
}

func (o *Options) complete() error {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" {
		return fmt.Errorf("%w: URL: want tcp://host:port", ErrOptions) // the URL may hold a password
	}
	if !slices.Contains([]string{"tcp", "mqtt", "ssl", "tls", "mqtts", "ws", "wss"}, u.Scheme) {
		return fmt.Errorf("%w: URL: scheme %q", ErrOptions, u.Scheme)
	}
	switch {
	case o.ClientID == "" && o.Persistent:
		return fmt.Errorf("%w: ClientID: a persistent session needs one", ErrOptions)
	case o.ClientID == "":
		o.ClientID = "rodada-" + rand.Text()
	}
	if len(o.Subscriptions) > 0 && o.OnMessage == nil {
		return fmt.Errorf("%w: OnMessage: nobody takes what is subscribed to", ErrOptions)
	}
	o.ReconnectMin = orDefault(o.ReconnectMin, 100*time.Millisecond)
	o.ReconnectMax = max(orDefault(o.ReconnectMax, time.Second), o.ReconnectMin)
	o.WriteTimeout = orDefault(o.WriteTimeout, 2*time.Second)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return nil
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d <= 0 {
		return fallback
	}
	return d
}
