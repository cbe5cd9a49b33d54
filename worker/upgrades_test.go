package worker_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/worker"
	"rodada/workflows"
)

type upgradeBooks []firmware.Upgrade

func (b upgradeBooks) ClaimedUpgrades(context.Context) ([]firmware.Upgrade, error) { return b, nil }

func (b upgradeBooks) Image(context.Context, string) (firmware.Image, error) {
	return firmware.Image{Size: 2500}, nil
}

func (b upgradeBooks) Models(context.Context) ([]fleet.Model, error) {
	return []fleet.Model{{ID: 1}, {ID: 2, StrictJSON: true}}, nil
}

// holding is what is known of workflows, by their ID; others are not there at all.
type holding struct {
	known   map[string]enums.WorkflowExecutionStatus
	started []workflows.UpgradeInput
	err     error
}

func (h *holding) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if id == "scooter/away" {
		return nil, errors.New("away")
	}
	status, is := h.known[id]
	if !is {
		return nil, serviceerror.NewNotFound("no such workflow")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflow.WorkflowExecutionInfo{Status: status}}, nil
}

func (h *holding) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, _ any, args ...any) (client.WorkflowRun, error) {
	if o.WorkflowIDConflictPolicy != enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL || o.TaskQueue != "rides-firmware" {
		return nil, errors.New("another way to start it")
	}
	h.started = append(h.started, args[0].(workflows.UpgradeInput))
	return nil, h.err
}

func TestUpgradesWithoutAWorkflowGetAnother(t *testing.T) {
	h := &holding{known: map[string]enums.WorkflowExecutionStatus{
		"scooter/runs": enums.WORKFLOW_EXECUTION_STATUS_RUNNING, "scooter/ended": enums.WORKFLOW_EXECUTION_STATUS_TERMINATED,
		"scooter/failed": enums.WORKFLOW_EXECUTION_STATUS_FAILED,
	}}
	var books upgradeBooks
	for _, plate := range []string{"away", "runs", "ended", "lost", "failed"} {
		books = append(books, firmware.Upgrade{ID: "of " + plate, Plate: plate, ModelID: 2, Version: "2.0", RunID: "run of " + plate})
	}
	limits := workflows.UpgradeLimits{Attempts: 3}
	revived, err := worker.Upgrades{Books: books, Temporal: h, Queue: "rides", Limits: limits}.Revive(t.Context())
	require.ErrorContains(t, err, "upgrade of away")
	require.Equal(t, 3, revived)
	require.Len(t, h.started, 3)
	require.Equal(t, workflows.UpgradeInput{
		UpgradeID: "of ended", Plate: "ended", Version: "2.0", Size: 2500, Dialect: workflows.Dialect{StrictJSON: true}, Limits: limits,
		After: "run of ended",
	}, h.started[0])
	h.err = serviceerror.NewWorkflowExecutionAlreadyStarted("already", "", "")
	_, err = worker.Upgrades{Books: books[1:], Temporal: h, Queue: "rides", Limits: limits}.Revive(t.Context())
	require.NoError(t, err, "another worker was quicker")
}
