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
	commands *activities.Commands

	credentials *activities.Credentials
	onboardings *activities.Onboardings
	upgrades    *activities.Upgrades
	rollouts    *activities.Rollouts
	cashier     *activities.Cashier
	debts       *activities.Debts
)

// localPatience is how long an activity that must succeed is tried locally: while a local one waits, the history grows.
const localPatience = 10 * time.Second

// persist runs an activity against the store until it succeeds: a store that is down holds a workflow up, and changes
// nothing. What the store refuses is a bug: the workflow task fails, visibly, and the scooter stays held.
func persist(ctx workflow.Context, summary string, activity any, args ...any) {
	if err := stubborn(ctx, summary, nil, activity, args...); err != nil {
		panic(err)
	}
}

// stubborn runs an activity until it succeeds or is refused: locally, which is quick, and after a while as one that Temporal
// tries again, which may take days.
func stubborn(ctx workflow.Context, summary string, result, activity any, args ...any) error {
	err := within(ctx, localPatience, summary, activity, args...).Get(ctx, result)
	if err == nil || isRefused(err) || temporal.IsCanceledError(err) {
		return err
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: localPatience,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Second},
		Summary:             summary,
	})
	return workflow.ExecuteActivity(ctx, activity, args...).Get(ctx, result)
}

// patiently runs an activity that goes out to another part, and may take its time, until it succeeds, is refused or the limit
// is over, which is long enough for a worker that dies meanwhile.
func patiently(ctx workflow.Context, summary string, limit time.Duration, result, activity any, args ...any) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: localPatience, ScheduleToCloseTimeout: max(limit, time.Minute),
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: 10 * time.Second},
		Summary:     summary,
	})
	return workflow.ExecuteActivity(ctx, activity, args...).Get(ctx, result)
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
	if d <= 0 || until() {
		return until()
	}
	ctx, cancel := workflow.WithCancel(ctx) // a timer that nobody waits for any more would wake the workflow for nothing
	defer cancel()
	held, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{
		Timeout: d, TimerOptions: workflow.TimerOptions{Summary: summary},
	}, until)
	if err != nil { // only a cancelled context, and the stories run on one that is not
		panic(err)
	}
	return held
}

func never() bool { return false }
