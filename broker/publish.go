package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// ErrTopic is a publish to what is no topic but a filter for several.
var ErrTopic = errors.New("broker: not a topic to publish to")

// Publish sends a message that is not retained. ErrNotConnected means that it was not sent; after any other error nobody
// knows. For QoS 0 it returns when the message is written. For QoS 1 it waits for the broker's word, but when ctx ends or
// the connection breaks meanwhile the message counts as sent: the broker may have it, and only the scooter's answer is
// proof.
func (c *Conn) Publish(ctx context.Context, topic string, qos byte, payload []byte) error {
	if topic == "" || strings.ContainsAny(topic, "+#\x00") {
		return ErrTopic
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrNotConnected, err)
	}
	l := c.current.Load()
	if l == nil {
		return ErrNotConnected
	}
	select {
	case l.turn <- struct{}{}: // given back when the library has taken the message
	case <-l.lost:
		return ErrNotConnected
	case <-ctx.Done():
		return fmt.Errorf("%w: the network is busy: %w", ErrNotConnected, ctx.Err())
	}
	if !c.begin() {
		<-l.turn
		return ErrNotConnected
	}
	handed := make(chan mqtt.Token, 1)
	go func() { // the library may block here for the write timeout
		defer c.sending.Done()
		defer func() { <-l.turn }()
		handed <- l.client.Publish(topic, qos, false, payload)
	}()
	select {
	case token := <-handed:
		return l.outcome(ctx, qos, token)
	case <-l.lost:
	case <-ctx.Done():
	}
	select {
	case token := <-handed:
		return l.outcome(ctx, qos, token)
	default:
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("publish: the network is busy: %w", err)
	}
	return ErrNotConnected
}

// outcome is what became of a message that the library took.
func (l *link) outcome(ctx context.Context, qos byte, token mqtt.Token) error {
	select {
	case <-token.Done():
	case <-l.lost:
	case <-ctx.Done():
	}
	var err error
	select {
	case <-token.Done():
		err = token.Error()
	default:
		if err = ctx.Err(); err == nil {
			err = errBroke
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mqtt.ErrNotConnected):
		return ErrNotConnected
	case qos > 0:
		return nil
	}
	return fmt.Errorf("publish: %w", err)
}

var errBroke = errors.New("the connection broke")
