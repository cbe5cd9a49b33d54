package worker

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/workflows"
)

// upgradeBooks lists the upgrades that hold scooters, and what it takes to go on with one.
type upgradeBooks interface {
	ClaimedUpgrades(ctx context.Context) ([]firmware.Upgrade, error)
	Image(ctx context.Context, id string) (firmware.Image, error)
	Models(ctx context.Context) ([]fleet.Model, error)
}

// upgradeHolders knows and starts the workflows that hold scooters.
type upgradeHolders interface {
	DescribeWorkflowExecution(ctx context.Context, workflowID, runID string) (*workflowservice.DescribeWorkflowExecutionResponse, error)
	ExecuteWorkflow(ctx context.Context, options client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error)
}

// Upgrades goes on with upgrades whose workflow was ended from outside.
type Upgrades struct {
	Books    upgradeBooks
	Temporal upgradeHolders
	Queue    string // of the rides
	Limits   workflows.UpgradeLimits
}

// Revive starts another workflow for each upgrade that has none any more: it parks, which is an alert, and waits for staff. Without
// one, its scooter would be held for good. It returns how many there were.
func (r Upgrades) Revive(ctx context.Context) (int, error) {
	claimed, err := r.Books.ClaimedUpgrades(ctx)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	revived := 0
	var errs []error
	for _, u := range claimed {
		gone, err := r.gone(ctx, u.Plate)
		if err == nil && gone {
			if err = r.revive(ctx, u); err == nil {
				revived++
			}
		}
		if err != nil { // of one scooter: it stands in no other's way
			errs = append(errs, fmt.Errorf("upgrade of %s: %w", u.Plate, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return revived, errors.Join(errs...)
}

// gone reports that no workflow holds the scooter. The upgrade may have ended since it was listed: then it can't be taken over.
func (r Upgrades) gone(ctx context.Context, plate string) (bool, error) {
	about, err := r.Temporal.DescribeWorkflowExecution(ctx, workflows.ScooterID(plate), "")
	var missing *serviceerror.NotFound
	switch {
	case errors.As(err, &missing):
		return true, nil
	case err != nil:
		return false, err
	}
	return about.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING, nil
}

func (r Upgrades) revive(ctx context.Context, u firmware.Upgrade) error {
	image, err := r.Books.Image(ctx, u.ImageID)
	if err != nil {
		return err
	}
	models, err := r.Books.Models(ctx)
	if err != nil {
		return err
	}
	var model fleet.Model
	for _, m := range models {
		if m.ID == u.ModelID {
			model = m
		}
	}
	in := workflows.NewUpgradeInput(u, image.Size, model, r.Limits)
	_, err = r.Temporal.ExecuteWorkflow(ctx, workflows.UpgradeStart(r.Queue, in), workflows.UpgradeName, in)
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &started) { // another worker was quicker
		return nil
	}
	return err
}
