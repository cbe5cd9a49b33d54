package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/domain/firmware"
)

// show tells the Temporal UI how far it is.
func (u *upgrade) show(ctx workflow.Context) {
	workflow.SetCurrentDetails(ctx, u.describe(workflow.Now(ctx)))
}

func (u *upgrade) describe(now time.Time) string {
	words := []string{fmt.Sprintf("**%s** to version %s.", u.s.State, u.in.Version)}
	if u.s.Trouble != "" {
		words = append(words, "Trouble: "+string(u.s.Trouble)+".")
	}
	if u.s.Detail != "" {
		words = append(words, u.s.Detail)
	}
	if u.s.Attempt > 0 {
		p := firmware.Progress{Packets: firmware.Packets(u.in.Size), Sent: u.s.Next, Since: u.s.Since, At: now}
		so := fmt.Sprintf("\n\nAttempt %d: packet %d of %d, %d failures", u.s.Attempt, p.Sent, p.Packets, u.s.Failures)
		if u.s.State == firmware.Sending && p.Rate() > 0 {
			so += fmt.Sprintf(", %.1f packets a second, %s left", p.Rate(), p.Left().Round(time.Second))
		}
		words = append(words, so+".")
	}
	if u.s.State == firmware.Parked {
		words = append(words, fmt.Sprintf("\n\nWaits for staff until %s: retry, restart or abort.", u.s.ParkedUntil.Format(time.RFC3339)))
	}
	return strings.Join(words, " ")
}

// tellRollout tells the rollout that asked for it how it ended, or that it is parked. A rollout that is gone needs no word.
func (u *upgrade) tellRollout(ctx workflow.Context) {
	if u.in.RolloutID == "" {
		return
	}
	ended := UpgradeEnded{UpgradeID: u.in.UpgradeID, Plate: u.in.Plate, State: u.s.State, Trouble: u.s.Trouble}
	err := workflow.SignalExternalWorkflow(ctx, RolloutID(u.in.RolloutID), "", SignalUpgradeEnded, ended).Get(ctx, nil)
	if err != nil {
		workflow.GetLogger(ctx).Warn("the rollout could not be told", "rollout", u.in.RolloutID, "error", err)
	}
}

// reason is an error's own words, without what Temporal says around them.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return text
}
