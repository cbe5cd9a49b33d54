package mqttbridge

import (
	"context"
	"time"

	"rodada/lease"
	"rodada/protocol"
	"rodada/telemetry/event"
)

const (
	batchSize = 256
	// reportPatience is how long a batch waits for a sink, and for Redis: the scooters' next reports say it all again.
	reportPatience = 2 * time.Second
)

// workReports writes the reports of a shard. A batch is what came while the one before was written.
func (b *Bridge) workReports(q *queue[report]) {
	for {
		batch := q.take(batchSize)
		if len(batch) == 0 {
			return
		}
		reports := make([]event.Report, len(batch))
		for i := range batch {
			reports[i] = batch[i].Report
		}
		for _, sink := range b.options.Sinks {
			b.write(sink, reports)
		}
		b.alert(batch)
	}
}

func (b *Bridge) write(sink Sink, reports []event.Report) {
	ctx, cancel := context.WithTimeout(b.ctx, reportPatience)
	defer cancel()
	err := persist(ctx, func(ctx context.Context) error { return sink.Take(ctx, reports) })
	if err != nil {
		b.counts.dropped.WithLabelValues(sink.Name()).Add(float64(len(reports)))
		b.options.Log.Warn("reports were not written", "sink", sink.Name(), "reports", len(reports), "error", err)
	}
}

// alert finds out who waits for the batch's scooters or positions. It comes after write: one who begins to wait meanwhile
// either is found here or reads that the scooter was seen.
func (b *Bridge) alert(batch []report) {
	ctx, cancel := context.WithTimeout(b.ctx, reportPatience)
	defer cancel()
	sightings := make([]lease.Sighting, len(batch))
	for i, r := range batch {
		sightings[i].Plate = r.Plate
		if r.frame != nil {
			sightings[i].Code = protocol.PositionReport
		}
	}
	var wanted []lease.Wanted
	err := persist(ctx, func(ctx context.Context) (err error) {
		wanted, err = b.options.Leases.Wanted(ctx, sightings)
		return err
	})
	if err != nil {
		b.options.Log.Warn("nobody could say who waits to hear of scooters", "reports", len(batch), "error", err)
		return
	}
	for i, w := range wanted {
		r := batch[i]
		if w.Ack && r.frame != nil && !b.answers[b.shard(r.Plate)].put(answer{r.Plate, ackOf(r.position, r.frame, r.Received)}) {
			b.counts.answer(answerLost)
		}
		if w.Heard && b.telling.add(r.Plate) {
			b.errands.Go(func() {
				defer b.telling.remove(r.Plate)
				b.tell(r.Plate, r.Received)
			})
		}
	}
}
