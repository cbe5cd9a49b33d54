package mqttbridge

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"

	"rodada/broker"
	"rodada/domain/firmware"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
)

// Bridge is one MQTT session and what hangs on it.
type Bridge struct {
	options Options
	counts  *counters
	answers []*queue[answer]
	reports []*queue[report]
	packets *queue[firmware.PacketAck]
	seed    maphash.Seed
	strange strangers
	telling plates // scooters whose listeners are being told

	judge       *event.Judge     // the session's alone
	sampler     *history.Sampler // the session's alone
	gathered    gathering
	keeperFails bool          // the history lane's alone
	stopping    chan struct{} // closed: messages are left to the next bridge

	conn  atomic.Pointer[broker.Conn]
	ctx   context.Context //nolint:containedctx // the life of the lanes, from Start to Stop
	abort context.CancelFunc
	stop  sync.Once
	// Who works: a shard of reports each, which may put answers; a shard of answers each; one the answers to packets; a signal each.
	reporters, answerers, errands, keepers sync.WaitGroup
}

// New checks the options and registers the metrics. It touches no network.
func New(o Options) (*Bridge, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	b := &Bridge{
		options: o, seed: maphash.MakeSeed(), judge: event.NewJudge(o.Limits), sampler: history.NewSampler(o.Pace),
		packets:  newQueue[firmware.PacketAck](packetQueue),
		gathered: gathering{wake: make(chan struct{}, 1)}, stopping: make(chan struct{}),
	}
	for range o.Shards {
		b.answers = append(b.answers, newQueue[answer](o.AnswerQueue))
		b.reports = append(b.reports, newQueue[report](o.ReportQueue))
	}
	b.options.Broker.Persistent, b.options.Broker.ManualAck = true, true
	b.options.Broker.OnMessage = b.receive
	b.options.Broker.Subscriptions = []broker.Subscription{{Filter: o.Topics.Bike, QoS: 1}, {Filter: o.Topics.Other, QoS: 1}}
	if b.options.Broker.Log == nil {
		b.options.Broker.Log = o.Log
	}
	var err error
	b.counts, err = newCounters(o.Metrics, b)
	return b, err
}

// Start begins to listen and connects in the background, however long that takes: Ready tells. It may be called once. The
// bridge works until Stop; ctx gives it values, not an end.
func (b *Bridge) Start(ctx context.Context) error {
	b.ctx, b.abort = context.WithCancel(context.WithoutCancel(ctx))
	b.recall()
	b.keepers.Go(b.workHistory)
	b.answerers.Go(b.workPackets)
	for i := range b.options.Shards {
		b.answerers.Go(func() { b.workAnswers(b.answers[i]) })
		b.reporters.Go(func() { b.workReports(b.reports[i]) })
	}
	conn, err := broker.Dial(b.options.Broker)
	if err != nil {
		b.Stop()
		return err
	}
	b.conn.Store(conn)
	return nil
}

// recall is how the judge knows where scooters were before this bridge began. Without it a scooter's first position is believed.
func (b *Bridge) recall() {
	if b.options.Places == nil {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, recallPatience)
	defer cancel()
	places, err := b.options.Places(ctx)
	if err != nil {
		b.options.Log.Warn("nobody could say where scooters were: the first position of each is believed", "error", err)
	}
	for plate, place := range places {
		b.judge.Seed(plate, place)
	}
}

const recallPatience = 5 * time.Second

// Stop acknowledges what is safe, leaves the broker, which keeps the session and the rest, lets the lanes finish for a while, and returns when nothing runs any more.
func (b *Bridge) Stop() {
	if b.ctx == nil {
		return
	}
	b.stop.Do(func() { close(b.stopping) })
	b.gathered.close()
	b.keepers.Wait()
	if conn := b.conn.Load(); conn != nil {
		conn.Close()
	}
	timer := time.AfterFunc(b.options.Drain, b.abort)
	defer timer.Stop()
	for _, q := range b.reports {
		q.close()
	}
	b.reporters.Wait()
	for _, q := range b.answers {
		q.close()
	}
	b.packets.close()
	b.answerers.Wait()
	b.errands.Wait()
	b.abort()
}

// Ready is nil while the bridge hears the scooters.
func (b *Bridge) Ready() error {
	if conn := b.conn.Load(); conn == nil || !conn.Connected() {
		return broker.ErrNotConnected
	}
	return nil
}

func (b *Bridge) shard(plate string) int {
	return int(maphash.String(b.seed, plate) % uint64(b.options.Shards))
}
