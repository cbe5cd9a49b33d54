package broker

import (
	"context"
	"fmt"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// Listen subscribes to one more topic for a while: until stop is called, or the connection is lost, for it is not made again.
// When it returns the broker has granted it. take is like
// Options.OnMessage, but never has to acknowledge.
func (c *Conn) Listen(ctx context.Context, topic string, qos byte, take func(Message)) (stop func(), err error) {
	l := c.current.Load()
	if l == nil {
		return nil, ErrNotConnected
	}
	token := l.client.Subscribe(topic, qos, func(_ mqtt.Client, m mqtt.Message) {
		take(received(m))
		if c.options.ManualAck {
			m.Ack()
		}
	})
	if err := await(ctx, token); err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	if t, ok := token.(*mqtt.SubscribeToken); ok && t.Result()[topic] > 2 {
		return nil, fmt.Errorf("%w: %s", errSubscription, topic)
	}
	return func() { l.client.Unsubscribe(topic) }, nil
}
