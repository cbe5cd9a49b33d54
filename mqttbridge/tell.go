package mqttbridge

import (
	"context"
	"time"

	"rodada/domain/command"
	"rodada/workflows"
)

// tell signals those who wait to hear of a scooter. One that can't be told goes on waiting for its next message.
func (b *Bridge) tell(plate string, at time.Time) {
	ctx, cancel := context.WithTimeout(b.ctx, b.options.Patience)
	defer cancel()
	waiters, err := b.options.Leases.Listeners(ctx, plate)
	if err != nil {
		b.options.Log.Warn("nobody could say who waits to hear of a scooter", "plate", plate, "error", err)
		return
	}
	for _, w := range waiters {
		outcome, err := b.signal(ctx, w.WorkflowID, workflows.SignalHeard, command.Heard{SendID: w.SendID, At: at})
		b.counts.heard.WithLabelValues(string(outcome)).Inc()
		if outcome == answerLate {
			b.options.Log.Warn("a workflow could not be told that its scooter is there", "plate", plate, "workflow", w.WorkflowID, "error", err)
			continue
		}
		if err := b.options.Leases.Told(ctx, plate, w); err != nil {
			b.options.Log.Warn("a workflow may be told again that its scooter is there", "workflow", w.WorkflowID, "error", err)
		}
	}
}
