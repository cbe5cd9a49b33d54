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
	Cashier     *activities.Cashier
	Debts       *activities.Debts
	People      *activities.People
	Commands    *activities.Commands
	Credentials *activities.Credentials
	Onboardings *activities.Onboardings
	Upgrades    *activities.Upgrades
	Rollouts    *activities.Rollouts
	// UpgradesAtOnce is how many scooters the firmware worker sends packets to at a time.
	UpgradesAtOnce int
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

// heartbeats of chunks are no rarer than this: with them comes the word that an upgrade is aborted.
const heartbeats = 5 * time.Second

// NewFirmware makes the worker of firmware, beside the one of rides: it has a task queue, pollers and limits of its own, so that no
// ride waits for an upgrade.
func NewFirmware(c client.Client, o Options) worker.Worker {
	w := worker.New(c, workflows.FirmwareQueue(o.TaskQueue), worker.Options{
		WorkerStopTimeout:                       o.StopTimeout,
		MaxConcurrentActivityExecutionSize:      o.UpgradesAtOnce,
		MaxConcurrentWorkflowTaskExecutionSize:  32,
		MaxConcurrentLocalActivityExecutionSize: 64,
		MaxHeartbeatThrottleInterval:            heartbeats,
	})
	RegisterFirmware(w, o)
	return w
}

// RegisterFirmware enters what the worker of firmware does.
func RegisterFirmware(w worker.Registry, o Options) {
	w.RegisterWorkflowWithOptions(workflows.Upgrade, workflow.RegisterOptions{Name: workflows.UpgradeName})
	w.RegisterWorkflowWithOptions(workflows.Rollout, workflow.RegisterOptions{Name: workflows.RolloutName})
	for _, resource := range []any{o.Scooters, o.Rentals, o.Commands, o.Upgrades, o.Rollouts} { // Rentals for the checkpoint before an end
		w.RegisterActivity(resource)
	}
}

// Register enters every workflow and activity of the worker of rides.
func Register(w worker.Registry, o Options) {
	for name, story := range map[string]any{
		workflows.RentalName:   workflows.Rental,
		workflows.PaymentName:  workflows.Payment,
		workflows.TopUpName:    workflows.TopUp,
		workflows.DebtName:     workflows.Debt,
		workflows.CommandName:  workflows.Command,
		workflows.OnboardName:  workflows.Onboard,
		workflows.RenumberName: workflows.Renumber,
	} {
		w.RegisterWorkflowWithOptions(story, workflow.RegisterOptions{Name: name})
	}
	for _, resource := range []any{o.Scooters, o.Rentals, o.Wallets, o.Cashier, o.Debts, o.People, o.Commands, o.Credentials, o.Onboardings} {
		w.RegisterActivity(resource)
	}
}
