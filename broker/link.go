package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

const (
	dialTimeout = 5 * time.Second
	keepAlive   = 15 * time.Second
	pingTimeout = 5 * time.Second
	quiesce     = 250 // ms that a disconnect may take

	subscribeTries = 5
	subscribePause = 20 * time.Millisecond
)

var errSubscription = errors.New("broker: subscription refused")

// link is one network connection.
type link struct {
	client mqtt.Client
	turn   chan struct{} // one frame at a time waits for the network
	lost   chan struct{} // closed when the connection is gone
	once   sync.Once
	why    error // set before lost is closed
}

func open(ctx context.Context, o *Options) (*link, error) {
	l := &link{turn: make(chan struct{}, 1), lost: make(chan struct{})}
	p := l.paho(o)
	if o.gathers() {
		p.SetCustomOpenConnectionFn(o.dialGathering(ctx))
	}
	l.client = mqtt.NewClient(p)
	if err := await(ctx, l.client.Connect()); err != nil {
		l.close()
		return nil, fmt.Errorf("connect to the MQTT broker: %w", err)
	}
	if err := l.subscribe(ctx, o.Subscriptions); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *link) paho(o *Options) *mqtt.ClientOptions {
	p := mqtt.NewClientOptions().AddBroker(o.URL).
		SetClientID(o.ClientID).SetUsername(o.Username).SetPassword(o.Password).
		SetCleanSession(!o.Persistent).SetTLSConfig(o.TLS).
		SetAutoReconnect(false).SetConnectRetry(false).
		SetConnectTimeout(dialTimeout).SetWriteTimeout(o.WriteTimeout).
		SetKeepAlive(keepAlive).SetPingTimeout(pingTimeout).
		SetProtocolVersion(4).SetStore(forgetful{}).SetAutoAckDisabled(o.ManualAck && o.OnMessage != nil)
	p.SetConnectionLostHandler(func(_ mqtt.Client, err error) { l.lose(err) })
	// The default handler, not one per subscription: a persistent session delivers before it is subscribed to anew.
	p.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		if o.OnMessage != nil {
			o.OnMessage(received(m))
		}
	})
	return p
}

func received(m mqtt.Message) Message {
	in := Message{Topic: m.Topic(), Payload: m.Payload(), Duplicate: m.Duplicate()}
	if m.Qos() > 0 {
		in.ack = m.Ack
	}
	return in
}

func (l *link) subscribe(ctx context.Context, subscriptions []Subscription) error {
	if len(subscriptions) == 0 {
		return nil
	}
	filters := make(map[string]byte, len(subscriptions))
	for _, s := range subscriptions {
		filters[s.Filter] = s.QoS
	}
	for try := 1; ; try++ {
		err := l.subscribeOnce(ctx, filters)
		if !errors.Is(err, errSubscription) || try == subscribeTries {
			return err
		}
		select { // the embedded broker refuses a request with the number of a message that is not acknowledged yet
		case <-time.After(subscribePause):
		case <-ctx.Done():
			return err
		}
	}
}

func (l *link) subscribeOnce(ctx context.Context, filters map[string]byte) error {
	token := l.client.SubscribeMultiple(filters, nil)
	if err := await(ctx, token); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	if t, ok := token.(*mqtt.SubscribeToken); ok {
		for filter, granted := range t.Result() {
			if granted > 2 {
				return fmt.Errorf("%w: %s", errSubscription, filter)
			}
		}
	}
	return nil
}

func (l *link) lose(why error) {
	l.once.Do(func() {
		l.why = why
		close(l.lost)
	})
}

func (l *link) close() {
	l.lose(ErrNotConnected)
	l.client.Disconnect(quiesce)
}

// await is for what the library bounds by time itself.
func await(ctx context.Context, t mqtt.Token) error {
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(2 * dialTimeout):
		return context.DeadlineExceeded
	}
}
