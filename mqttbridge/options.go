package mqttbridge

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/broker"
	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/lease"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
)

// Leases knows who waits for what a scooter says.
type Leases interface {
	Claim(ctx context.Context, plate string, ack command.Ack) (lease.Claim, bool, error)
	Wanted(ctx context.Context, batch []lease.Sighting) ([]lease.Wanted, error)
	Listeners(ctx context.Context, plate string) ([]command.Waiter, error)
	Told(ctx context.Context, plate string, w command.Waiter) error
	HandOver(ctx context.Context, acks []firmware.PacketAck) error
}

// Sink takes what scooters say of themselves, a batch of messages at a time; those of one scooter come in order. The messages
// behind wait for it, so it must be quick. What it refuses is offered again for a while and then dropped, and counted by its
// name.
type Sink interface {
	Name() string
	Take(ctx context.Context, batch []event.Report) error
}

// Signaler is the part of Temporal's client that the bridge needs.
type Signaler interface {
	SignalWorkflow(ctx context.Context, workflowID, runID, signal string, arg any) error
}

// Options are what a bridge works with.
type Options struct {
	// Broker is how to reach the broker; the bridge adds what it listens to. ClientID names its persistent session, and
	// no other process may use it.
	Broker  broker.Options
	Topics  protocol.Topics // zero: as in the seed
	Leases  Leases
	Sinks   []Sink // the live state among them: who waits to hear of a scooter looks there first
	Signals Signaler
	// History keeps what the history is to have; nil: there is none. Pace thins it; zero: all is kept.
	History Keeper
	Pace    history.Pace
	// Limits are what is believed of positions, and Places the last good ones of scooters, asked for once, before the bridge
	// begins to listen. Nil: none is known.
	Limits  event.Limits
	Places  func(ctx context.Context) (map[string]fleet.Sighted, error)
	Metrics prometheus.Registerer
	Log     *slog.Logger

	Shards int // of each lane. Default: 8
	// ReportQueue is how many reports wait in a shard before new ones are dropped. Default: 4096.
	ReportQueue int
	// AnswerQueue is how many answers wait in a shard before new ones are lost, which takes a flood of forged ones while
	// Redis is away. Default: 65536.
	AnswerQueue int
	// Patience is how long an answer is kept while Redis can't say who waits for it. Default: 30 s.
	Patience time.Duration
	// Drain is how long Stop lets the lanes finish. Default: 5 s.
	Drain time.Duration
}

var errIncomplete = errors.New("mqttbridge: Leases, Sinks, Signals and Metrics are needed")

func (o *Options) complete() error {
	if o.Leases == nil || len(o.Sinks) == 0 || o.Signals == nil || o.Metrics == nil {
		return errIncomplete
	}
	if o.Topics == (protocol.Topics{}) {
		o.Topics = protocol.DefaultTopics()
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Shards = orDefault(o.Shards, 8)
	o.ReportQueue = orDefault(o.ReportQueue, 4096)
	o.AnswerQueue = orDefault(o.AnswerQueue, 65536)
	o.Patience = orDefault(o.Patience, 30*time.Second)
	o.Drain = orDefault(o.Drain, 5*time.Second)
	return nil
}

func orDefault[T int | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}
