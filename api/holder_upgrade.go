package api

import (
	"context"
	"errors"

	"go.temporal.io/api/serviceerror"

	"rodada/domain/rental"
	"rodada/workflows"
)

// upgrade starts the upgrade of a scooter, on the task queue that rides do not share; errStarted when somebody has the scooter.
func (h holders) upgrade(ctx context.Context, in workflows.UpgradeInput) error {
	_, err := h.temporal.ExecuteWorkflow(ctx, workflows.UpgradeStart(h.queue, in), workflows.UpgradeName, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	switch {
	case err == nil:
		return nil
	case errors.As(err, &started):
		return errStarted
	}
	return rental.ErrUnreachable.Because(err)
}
