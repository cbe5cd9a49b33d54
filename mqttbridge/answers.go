package mqttbridge

import (
	"context"
	"time"

	"rodada/lease"
	"rodada/protocol"
	"rodada/workflows"
)

// workAnswers finds out who waits for each answer of a shard. The signal is an errand of its own: there are never more of
// them than commands were sent, and none must wait for another.
func (b *Bridge) workAnswers(q *queue[answer]) {
	for {
		batch := q.take(batchSize)
		if len(batch) == 0 {
			return
		}
		for _, a := range b.awaited(batch) {
			b.settle(a)
		}
	}
}

// awaited sorts out what nobody waits for, in one round trip: a scooter that floods its bridge with answers, or whoever writes
// in its name, must not delay the one that counts. An answer comes after its lease, so one without a lease now has none, and of
// several to one lease the first is taken.
func (b *Bridge) awaited(batch []answer) []answer {
	if len(batch) == 1 {
		return batch
	}
	ctx, cancel := context.WithTimeout(b.ctx, attempt)
	defer cancel()
	sightings := make([]lease.Sighting, len(batch))
	for i, a := range batch {
		sightings[i] = lease.Sighting{Plate: a.plate, Code: protocol.Code(a.ack.Code)}
	}
	wanted, err := b.options.Leases.Wanted(ctx, sightings)
	if err != nil {
		return batch // each of them is asked for until somebody knows
	}
	kept := batch[:0]
	taken := map[lease.Sighting]bool{}
	for i, a := range batch {
		if !wanted[i].Ack || taken[sightings[i]] {
			b.counts.answer(answerUnasked)
			continue
		}
		taken[sightings[i]] = true
		kept = append(kept, a)
	}
	return kept
}

func (b *Bridge) settle(a answer) {
	ctx, cancel := context.WithDeadline(b.ctx, a.ack.ReceivedAt.Add(b.options.Patience))
	defer cancel()
	var (
		claim lease.Claim
		found bool
	)
	err := persist(ctx, func(ctx context.Context) (err error) {
		claim, found, err = b.options.Leases.Claim(ctx, a.plate, a.ack)
		return err
	})
	switch {
	case err != nil:
		b.counts.answer(answerLost)
		b.options.Log.Error("an answer is lost: nobody could say who waits for it", "plate", a.plate, "code", a.ack.Code, "error", err)
	case !found:
		b.counts.answer(answerUnasked)
	case claim.Polled():
		b.counts.answer(answerPolled)
	case claim.Watched:
		b.counts.answer(answerHandedOver)
	default:
		a.ack.SendID = claim.SendID
		b.errands.Go(func() { b.deliver(a, claim) })
	}
}

// deliver signals the waiter for as long as its lease would have lasted. After that the waiter finds the answer itself.
func (b *Bridge) deliver(a answer, claim lease.Claim) {
	ctx, cancel := context.WithTimeout(b.ctx, max(claim.Left, attempt))
	defer cancel()
	outcome, err := b.signal(ctx, claim.WorkflowID, workflows.SignalAck, a.ack)
	b.counts.answer(outcome)
	if outcome == answerSignalled {
		b.counts.seconds.Observe(time.Since(a.ack.ReceivedAt).Seconds())
	}
	if outcome == answerLate {
		b.options.Log.Warn("an answer could not be signalled; its waiter finds it at the deadline",
			"plate", a.plate, "code", a.ack.Code, "workflow", claim.WorkflowID, "error", err)
	}
}
