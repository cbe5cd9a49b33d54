package api

import (
	"context"
	"errors"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/rental"
	"rodada/workflows"
)

func commandWorkflow(id string) string { return workflows.CommandID(id) }

// command starts a staff command's workflow; one that runs, or has run, is left alone.
func (h holders) command(ctx context.Context, in workflows.CommandInput) error {
	_, err := h.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       workflows.CommandID(in.ID),
		TaskQueue:                                h.queue,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            in.Command.Code.String() + " to " + in.Plate,
		TypedSearchAttributes:                    temporal.NewSearchAttributes(workflows.AttributePlate.ValueSet(in.Plate)),
	}, workflows.CommandName, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if err == nil || errors.As(err, &started) {
		return nil
	}
	return rental.ErrUnreachable.Because(err).With("command_id", in.ID)
}

// awaitCommand waits until a command's workflow is over.
func (h holders) awaitCommand(ctx context.Context, id string) error {
	return h.temporal.GetWorkflow(ctx, workflows.CommandID(id), "").Get(ctx, nil)
}

// holds reports whether any workflow holds a scooter: a rental, an upgrade, a renumbering.
func (h holders) holds(ctx context.Context, plate string) (bool, error) {
	about, err := h.temporal.DescribeWorkflowExecution(ctx, workflows.ScooterID(plate), "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return false, nil
	case err != nil:
		return false, rental.ErrUnreachable.Because(err)
	}
	return about.GetWorkflowExecutionInfo().GetStatus() == enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}
