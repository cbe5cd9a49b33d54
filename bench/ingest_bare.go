package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
	"rodada/telemetry/spool"
)

// bareArgument tells this program that it is the consumer that decodes and writes, and nothing else.
const bareArgument = "consume"

func bareCommand(ctx context.Context, at devstack.Addresses, _ string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(at)
	cmd := exec.CommandContext(ctx, self, bareArgument, string(text)) //nolint:gosec // this program
	cmd.Env = append(cmd.Environ(), collector)
	return cmd, err
}

// bareMain carries messages from the broker to InfluxDB with the parts of the bridge, and acknowledges what is written.
func bareMain(ctx context.Context, addresses string) error {
	var at devstack.Addresses
	if err := json.Unmarshal([]byte(addresses), &at); err != nil {
		return err
	}
	b := &bareLine{wake: make(chan struct{}, 1)}
	w, err := history.NewWriter(history.WriterOptions{
		URL: at.InfluxURL, Token: "t", Org: "o", Bucket: at.InfluxBucket, From: b, Metrics: prometheus.NewRegistry(), Every: 20 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	conn, err := broker.Dial(broker.Options{
		URL: at.MQTT, Username: at.MQTTUser, Password: at.MQTTPassword, ClientID: "bare", Persistent: true, ManualAck: true,
		Subscriptions: []broker.Subscription{{Filter: "bike", QoS: 1}}, OnMessage: b.receive,
	})
	if err != nil {
		return err
	}
	defer conn.Close()
	w.Run(ctx)
	return nil
}

// bareLine is a line in memory, from the session to the writer.
type bareLine struct {
	mu             sync.Mutex
	lines          []byte
	waiting, taken []broker.Message
	wake           chan struct{}
}

func (b *bareLine) receive(in broker.Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m, err := protocol.Decode(in.Payload); err == nil {
		if e, err := event.Of(m, time.Now().UTC()); err == nil {
			r := history.ReadingOf(e)
			b.lines = r.Append(b.lines)
		}
	}
	b.waiting = append(b.waiting, in)
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *bareLine) Take(ctx context.Context, dst []byte, _ int) ([]byte, spool.Mark, error) {
	for {
		b.mu.Lock()
		if len(b.lines) > 0 {
			dst = append(dst, b.lines...)
			b.lines, b.waiting, b.taken = b.lines[:0], b.taken[:0], b.waiting
			b.mu.Unlock()
			return dst, 0, nil
		}
		b.mu.Unlock()
		select {
		case <-b.wake:
		case <-ctx.Done():
			return dst, 0, ctx.Err()
		}
	}
}

func (b *bareLine) Done(spool.Mark) error {
	for _, m := range b.taken {
		m.Ack()
	}
	return nil
}
