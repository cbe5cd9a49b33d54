// Package worker runs the workflows and their activities: the one list of what a worker can do, and the options it does it
// with.
package worker

import (
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/workflows"
)

// Options is what a worker works with.
type Options struct {
	TaskQueue   string
	StopTimeout time.Duration // how long it finishes what it has begun when told to stop
	Scooters    *activities.Scooters
	Rentals     *activities.Rentals
	Wallets     *activities.Wallets
	People      *activities.People
	Commands    *activities.Commands
	Credentials *activities.Credentials
	Onboardings *activities.Onboardings
}

// New makes a worker with everything registered. Start and Stop it.
func New(c client.Client, o Options) worker.Worker {
	w := worker.New(c, o.TaskQueue, worker.Options{
		WorkerStopTimeout:                o.StopTimeout,
		MaxConcurrentWorkflowTaskPollers: 8,
	})
	if o.Wallets != nil && o.Wallets.Payments == nil {
		o.Wallets.Payments = Payments{Client: c, TaskQueue: o.TaskQueue}
	}
	Register(w, o)
	return w
}

// Register enters every workflow and activity.
func Register(w worker.Registry, o Options) {
	for name, story := range map[string]any{
		workflows.RentalName:   workflows.Rental,
		workflows.PaymentName:  workflows.Payment,
		workflows.CommandName:  workflows.Command,
		workflows.OnboardName:  workflows.Onboard,
		workflows.RenumberName: workflows.Renumber,
	} {
		w.RegisterWorkflowWithOptions(story, workflow.RegisterOptions{Name: name})
	}
	for _, resource := range []any{o.Scooters, o.Rentals, o.Wallets, o.People, o.Commands, o.Credentials, o.Onboardings} {
		w.RegisterActivity(resource)
	}
}
