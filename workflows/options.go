package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
)

// The activities by name; the nil pointers are never called, they only name the methods for Temporal.
var (
	scooters *activities.Scooters
	rentals  *activities.Rentals
	wallets  *activities.Wallets
	people   *activities.People
)

// persist runs a local activity against the store until it succeeds: a store that is down holds a workflow up, and changes
// nothing. What the store refuses is a bug: the workflow task fails, visibly, and the scooter stays held.
func persist(ctx workflow.Context, summary string, activity any, args ...any) {
	if err := stubborn(ctx, summary, activity, args...).Get(ctx, nil); err != nil {
		panic(err)
	}
}

// stubborn is a local activity that is tried until it succeeds.
func stubborn(ctx workflow.Context, summary string, activity any, args ...any) workflow.Future {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout: 10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: 2 * time.Second},
		Summary:             summary,
	})
	return workflow.ExecuteLocalActivity(ctx, activity, args...)
}

// within is a local activity that is tried for a time.
func within(ctx workflow.Context, limit time.Duration, summary string, activity any, args ...any) workflow.Future {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		ScheduleToCloseTimeout: max(limit, time.Second),
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: 100 * time.Millisecond, MaximumInterval: time.Second},
		Summary:                summary,
	})
	return workflow.ExecuteLocalActivity(ctx, activity, args...)
}

// wait waits until the condition holds or the time is over, under a name that the Temporal UI shows.
func wait(ctx workflow.Context, d time.Duration, summary string, until func() bool) (held bool) {
	if d <= 0 {
		return until()
	}
	held, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: d, TimerOptions: workflow.TimerOptions{Summary: summary},
	}, until)
	if err != nil { // only a cancelled context, and the stories run on one that is not
		panic(err)
	}
	return held
}

func never() bool { return false }
