package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/workflows"
)

// Temporal is what the API needs of a Temporal client.
type Temporal interface {
	NewWithStartWorkflowOperation(options client.StartWorkflowOptions, workflow any, args ...any) client.WithStartWorkflowOperation
	UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error)
	UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error)
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	GetWorkflow(ctx context.Context, workflowID, runID string) client.WorkflowRun
	SignalWithStartWorkflow(ctx context.Context, id, signal string, arg any, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
	SignalWorkflow(ctx context.Context, id, runID, signal string, arg any) error
	DescribeWorkflowExecution(ctx context.Context, workflowID, runID string) (*workflowservice.DescribeWorkflowExecutionResponse, error)
}

// What asking a holder may come to beside a fault.
var (
	errStarted  = errors.New("the scooter has a holder already")
	errNoHolder = errors.New("no workflow holds the scooter")
	errAway     = errors.New("temporal is away")
	errRejected = errors.New("temporal rejects the request as such")
)

// holders talks to the workflows that hold scooters.
type holders struct {
	temporal Temporal
	queue    string
}

// begin starts a rental's workflow, or joins the one that runs, and waits until it is decided. When somebody else's holds
// the scooter, that one answers rental.ErrOver.
func (h holders) begin(ctx context.Context, in workflows.RentalInput) error {
	state := rental.Unlocking
	if !in.ReservedUntil.IsZero() {
		state = rental.Reserved
	}
	options := client.StartWorkflowOptions{
		ID:                                       workflows.ScooterID(in.Plate),
		TaskQueue:                                h.queue,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "Rental of " + in.Plate,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			workflows.AttributePlate.ValueSet(in.Plate),
			workflows.AttributeRider.ValueSet(in.RiderID),
			workflows.AttributeRental.ValueSet(in.RentalID),
			workflows.AttributeState.ValueSet(string(state)),
		),
	}
	update := updateOptions(in.Plate, workflows.UpdateBegin, in.RentalID, workflows.RentalRef{RentalID: in.RentalID})
	handle, err := h.temporal.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: h.temporal.NewWithStartWorkflowOperation(options, workflows.RentalName, in),
		UpdateOptions:          update,
	})
	if err = outcome(ctx, handle, err); errors.Is(err, errStarted) {
		err = h.ask(ctx, update)
	}
	return err
}

// update asks the holder of a scooter for something and waits until it is done. The same id asks only once.
func (h holders) update(ctx context.Context, plate, name, id string, request any) error {
	return h.ask(ctx, updateOptions(plate, name, id, request))
}

// How often an update is sent that Temporal gives up, and how long after the first time, then twice as long each time: it takes no
// update while the task that failed with the one before waits to be done again.
const (
	askings    = 8
	askingGrow = 20 * time.Millisecond
)

// ask sends an update. Temporal gives one up, with the task that had taken it, when the workflow would close while something
// else comes in for it. The workflow may have acted on it already and knows nothing of that, so it must be asked again; whoever
// asked nobody but the store would learn that all is well, and the scooter would stay held.
func (h holders) ask(ctx context.Context, update client.UpdateWorkflowOptions) error {
	for tries := 1; ; tries++ {
		handle, err := h.temporal.UpdateWorkflow(ctx, update)
		if err == nil {
			err = handle.Get(ctx, nil)
		}
		var dropped *serviceerror.WorkflowNotReady
		if !errors.As(err, &dropped) || tries == askings || ctx.Err() != nil {
			return outcome(ctx, handle, err)
		}
		select {
		case <-time.After(askingGrow << (tries - 1)):
		case <-ctx.Done():
		}
	}
}

func updateOptions(plate, name, id string, request any) client.UpdateWorkflowOptions {
	return client.UpdateWorkflowOptions{
		WorkflowID:   workflows.ScooterID(plate),
		UpdateName:   name,
		UpdateID:     id,
		Args:         []any{request},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
}

// outcome waits for an update and says how it went: nil, a fault, or one of the errors above. What the workflow returned is
// not read: the answer comes from the store.
func outcome(ctx context.Context, handle client.WorkflowUpdateHandle, err error) error {
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	var (
		app     *temporal.ApplicationError
		started *serviceerror.WorkflowExecutionAlreadyStarted
		missing *serviceerror.NotFound
		invalid *serviceerror.InvalidArgument
		denied  *serviceerror.PermissionDenied
		space   *serviceerror.NamespaceNotFound
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &app):
		return faultOf(app)
	case errors.As(err, &started):
		return errStarted
	case errors.As(err, &missing):
		return fmt.Errorf("%w: %w", errNoHolder, err)
	case errors.As(err, &invalid), errors.As(err, &denied), errors.As(err, &space):
		return fmt.Errorf("%w: %w", errRejected, err)
	}
	return fmt.Errorf("%w: %w", errAway, err)
}

// faultOf reads back the fault that a workflow or an activity turned into an application error. Any other one means that
// the workflow closed or failed under the update.
func faultOf(app *temporal.ApplicationError) error {
	f, ok := fault.Lookup(app.Type())
	if !ok {
		return fmt.Errorf("%w: %w", errNoHolder, app)
	}
	var details map[string]any
	if app.HasDetails() && app.Details(&details) == nil {
		for key, value := range details {
			f = f.With(key, value)
		}
	}
	return f.Because(app)
}

// How often and how long a holder that is about to close is waited for.
const (
	closingTries = 20
	closingPause = 100 * time.Millisecond
)

// untilClosed starts a holder, again while the one before it is about to close.
func untilClosed(ctx context.Context, start func() error) error {
	for tries := 1; ; tries++ {
		err := start()
		if !errors.Is(err, errStarted) || tries == closingTries {
			return err
		}
		select {
		case <-time.After(closingPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
