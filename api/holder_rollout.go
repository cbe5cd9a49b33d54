package api

import (
	"context"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/fault"
	"rodada/workflows"
)

// rollout starts the workflow of a rollout; one that runs is the same.
func (h holders) rollout(ctx context.Context, in workflows.RolloutInput, name string) error {
	_, err := h.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                       workflows.RolloutID(in.RolloutID),
		TaskQueue:                workflows.FirmwareQueue(h.queue),
		WorkflowIDConflictPolicy: enums.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		StaticSummary:            rolloutSummary(in.Version, name),
		StaticDetails:            in.About,
		TypedSearchAttributes:    temporal.NewSearchAttributes(workflows.AttributeRollout.ValueSet(in.RolloutID)),
	}, workflows.RolloutName, in)
	if err != nil {
		return fault.ErrAway.Because(err)
	}
	return nil
}
