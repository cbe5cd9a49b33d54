package api_test

import (
	"context"
	"sync"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/fault"
	"rodada/workflows"
)

// fakeTemporal answers as the workflows would; what it is asked is kept.
type fakeTemporal struct {
	mu     sync.Mutex
	starts []workflows.RentalInput
	asks   []client.UpdateWorkflowOptions
	start  client.StartWorkflowOptions

	commands   []workflows.CommandInput
	commandErr error           // of each start of one
	over       map[string]bool // workflows of commands that have ended
	holders    map[string]bool // workflows that run, beside those of rentals
	onCommand  func(in workflows.CommandInput) (over bool)

	fakeSignals

	onStart  func(ctx context.Context, in workflows.RentalInput) error
	onUpdate func(ctx context.Context, o client.UpdateWorkflowOptions) error
}

type fakeOperation struct {
	client.WithStartWorkflowOperation
	in workflows.RentalInput
}

type fakeHandle struct {
	client.WorkflowUpdateHandle
	err error
}

func (h fakeHandle) Get(context.Context, any) error { return h.err }

func (f *fakeTemporal) NewWithStartWorkflowOperation(o client.StartWorkflowOptions, _ any, args ...any) client.WithStartWorkflowOperation {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.start = o
	return fakeOperation{in: args[0].(workflows.RentalInput)}
}

func (f *fakeTemporal) UpdateWithStartWorkflow(ctx context.Context, o client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	in := o.StartWorkflowOperation.(fakeOperation).in
	f.mu.Lock()
	f.starts = append(f.starts, in)
	f.mu.Unlock()
	return answerWith(f.onStart(ctx, in))
}

func (f *fakeTemporal) UpdateWorkflow(ctx context.Context, o client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.mu.Lock()
	f.asks = append(f.asks, o)
	f.mu.Unlock()
	return answerWith(f.onUpdate(ctx, o))
}

// answerWith gives failures of the workflow with the handle, and those of the service at once, as the client does.
func answerWith(err error) (client.WorkflowUpdateHandle, error) {
	if f, ok := fault.From(err); ok {
		return fakeHandle{err: temporal.NewApplicationErrorWithOptions(f.Message, f.Code, temporal.ApplicationErrorOptions{
			NonRetryable: true, Details: []any{f.Details},
		})}, nil
	}
	if err != nil {
		return nil, err
	}
	return fakeHandle{}, nil
}

func (f *fakeTemporal) asked(name string) []client.UpdateWorkflowOptions {
	f.mu.Lock()
	defer f.mu.Unlock()
	var of []client.UpdateWorkflowOptions
	for _, o := range f.asks {
		if o.UpdateName == name {
			of = append(of, o)
		}
	}
	return of
}

func (f *fakeTemporal) started() []workflows.RentalInput {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]workflows.RentalInput(nil), f.starts...)
}

// What Temporal says when it is not the workflow that answers.
func alreadyStarted() error {
	return serviceerror.NewWorkflowExecutionAlreadyStarted("running", "request", "run")
}
func notRunning() error { return serviceerror.NewNotFound("workflow execution already completed") }
func away() error       { return serviceerror.NewUnavailable("connection refused") }
func badRequest() error { return serviceerror.NewInvalidArgument("no search attribute Plate") }
func underway() error {
	return temporal.NewApplicationError("closed before the update", "AcceptedUpdateCompletedWorkflow")
}
