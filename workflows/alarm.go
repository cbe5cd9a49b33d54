package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// alarm is one timer that stands through whatever else happens: set again for the same time it costs nothing.
type alarm struct {
	at     time.Time
	timer  workflow.Future
	cancel workflow.CancelFunc
}

// set makes it ring at a time, and not at the one before; never at the zero time.
func (a *alarm) set(ctx workflow.Context, at time.Time) {
	if a.timer != nil && a.at.Equal(at) {
		return
	}
	a.off()
	if at.IsZero() {
		return
	}
	ctx, a.cancel = workflow.WithCancel(ctx)
	a.at = at
	a.timer = workflow.NewTimerWithOptions(ctx, max(at.Sub(workflow.Now(ctx)), 0), workflow.TimerOptions{Summary: "the ride reaches a limit"})
}

func (a *alarm) rings() bool { return a.timer != nil && a.timer.IsReady() }

// off takes the alarm back.
func (a *alarm) off() {
	if a.timer != nil {
		a.cancel()
	}
	*a = alarm{}
}
