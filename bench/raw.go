package main

import (
	"context"
	"sync"
	"time"

	"rodada/broker"
	"rodada/protocol"
)

// measureRaw sends the unlock over MQTT and waits for its ack: what the wire and the scooter take, without a backend.
func measureRaw(ctx context.Context, w *world) (pair, error) {
	var mu sync.Mutex
	waiting := map[string]chan struct{}{}
	conn, err := broker.Connect(ctx, broker.Options{
		URL: w.config.MQTT.URL, Username: w.config.MQTT.Username, Password: w.config.MQTT.Password,
		Subscriptions: []broker.Subscription{{Filter: "bike"}},
		OnMessage: func(m broker.Message) {
			got, err := protocol.Decode(m.Payload)
			if err != nil || got.Code != protocol.PowerOnAck {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if c := waiting[got.Plate]; c != nil {
				close(c)
				delete(waiting, got.Plate)
			}
		},
	})
	if err != nil {
		return pair{}, err
	}
	defer conn.Close()
	frame, err := protocol.Encode(protocol.Command{Code: protocol.PowerOn}, protocol.Dialect{})
	if err != nil {
		return pair{}, err
	}
	return both(ctx, 1000, func(ctx context.Context, who int) (time.Duration, error) {
		answered := make(chan struct{})
		mu.Lock()
		waiting[plate(who)] = answered
		mu.Unlock()
		began := time.Now()
		if err := conn.Publish(ctx, plate(who), 0, frame); err != nil {
			return 0, err
		}
		select {
		case <-answered:
			return time.Since(began), nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
}
