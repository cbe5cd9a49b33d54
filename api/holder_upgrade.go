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

// upgrade starts the upgrade of a scooter, on the task queue that rides do not share; errStarted when somebody has the scooter.
func (h holders) upgrade(ctx context.Context, in workflows.UpgradeInput) error {
	_, err := h.temporal.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       workflows.ScooterID(in.Plate),
		TaskQueue:                                workflows.FirmwareQueue(h.queue),
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowIDReusePolicy:                    enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            "Firmware " + in.Version + " for " + in.Plate,
		StaticDetails:                            "Upgrade " + in.UpgradeID + ", image " + in.ImageID,
		TypedSearchAttributes:                    temporal.NewSearchAttributes(workflows.AttributePlate.ValueSet(in.Plate)),
	}, workflows.UpgradeName, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return nil
	case errors.As(err, &started):
		return errStarted
	}
	return rental.ErrUnreachable.Because(err)
}
