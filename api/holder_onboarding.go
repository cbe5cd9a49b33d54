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

// onboard starts the taking in of a scooter with a wish, or tells it to the one that runs.
func (h holders) onboard(ctx context.Context, in workflows.OnboardInput, wish workflows.OnboardRequest) error {
	wish.OnboardingID = in.OnboardingID
	_, err := h.temporal.SignalWithStartWorkflow(ctx, workflows.OnboardID(in.Plate), workflows.SignalOnboard, wish, client.StartWorkflowOptions{
		ID:                    workflows.OnboardID(in.Plate),
		TaskQueue:             h.queue,
		WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:         "Taking in " + in.Plate,
		TypedSearchAttributes: temporal.NewSearchAttributes(workflows.AttributePlate.ValueSet(in.Plate)),
	}, workflows.OnboardName, in)
	if err != nil {
		return rental.ErrUnreachable.Because(err)
	}
	return nil
}

// renumber starts the giving of another plate; errStarted when somebody has the scooter.
func (h holders) renumber(ctx context.Context, in workflows.RenumberInput) error {
	_, err := h.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       workflows.ScooterID(in.From),
		TaskQueue:                                h.queue,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "Renumbering " + in.From + " to " + in.To,
		TypedSearchAttributes:                    temporal.NewSearchAttributes(workflows.AttributePlate.ValueSet(in.From)),
	}, workflows.RenumberName, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return nil
	case errors.As(err, &started):
		return errStarted
	}
	return rental.ErrUnreachable.Because(err)
}

// await waits until the workflow that runs under an ID is over.
func (h holders) await(ctx context.Context, id string) error {
	return h.temporal.GetWorkflow(ctx, id, "").Get(ctx, nil)
}

func (h holders) signal(ctx context.Context, id, name string, request any) error {
	if err := h.temporal.SignalWorkflow(ctx, id, "", name, request); err != nil {
		return rental.ErrUnreachable.Because(err)
	}
	return nil
}
