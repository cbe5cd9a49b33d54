package api

import (
	"context"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

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
		StaticSummary:            "Rollout of " + in.Version + ": " + name,
	}, workflows.RolloutName, in)
	if err != nil {
		return fault.ErrAway.Because(err)
	}
	return nil
}
