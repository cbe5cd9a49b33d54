package mqttbridge

import (
	"context"
	"time"

	"rodada/lease"
	"rodada/workflows"
)

// workAnswers finds out who waits for each answer of a shard. The signal is an errand of its own: there are never more of
// them than commands were sent, and none must wait for another.
func (b *Bridge) workAnswers(q *queue[answer]) {
	for {
		batch := q.take(64)
		if len(batch) == 0 {
			return
		}
		for _, a := range batch {
			b.settle(a)
		}
	}
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
