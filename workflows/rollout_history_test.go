package workflows_test

import (
	"context"
	"hash/fnv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	enums "go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/firmware"
	"rodada/internal/testkit"
	"rodada/workflows"
)

// What docs/rollouts.md says of the history of a run.
const (
	mostEvents     = 5000
	mostPerUpgrade = 20
)

// On a real server, where the upgrades end one by one and each end wakes the rollout: the history of a run has its bound.
func TestTheHistoryOfARolloutIsBounded(t *testing.T) {
	t.Parallel()
	const scooters, starts = 280, 250
	temporal, queue := testkit.Temporal(t)
	c := newConvoy(t, scooters, func(p *firmware.Plan) { p.MaxAtOnce = 20 })
	in := c.move(testkit.Plate(t), temporal, queue)
	in.Limits.Starts, in.About = starts, "The plan."
	run, err := temporal.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: workflows.RolloutID(in.RolloutID), TaskQueue: queue,
		TypedSearchAttributes: sdktemporal.NewSearchAttributes(workflows.AttributeRollout.ValueSet(in.RolloutID)),
	}, workflows.RolloutName, in)
	require.NoError(t, err)
	first := run.GetRunID() // the run follows those after it
	require.NoError(t, run.Get(t.Context(), nil))
	require.Equal(t, scooters, c.count(firmware.TargetDone))
	require.LessOrEqual(t, c.atOnce, 20)

	all := 0
	for id := first; id != ""; {
		events, begun, next := countEvents(t, temporal, run.GetID(), id)
		t.Logf("%d events for %d upgrades", events, begun)
		require.LessOrEqual(t, events, mostEvents)
		require.LessOrEqual(t, events, 100+mostPerUpgrade*begun)
		require.LessOrEqual(t, begun, starts)
		id, all = next, all+begun
	}
	require.Equal(t, scooters, all)

	last, err := temporal.DescribeWorkflow(t.Context(), run.GetID(), "")
	require.NoError(t, err)
	require.NotEqual(t, first, last.WorkflowExecution.RunID)
	id, _ := last.TypedSearchAttributes.GetKeyword(workflows.AttributeRollout)
	require.Equal(t, in.RolloutID, id)
	var metadata sdkpb.WorkflowMetadata
	answer, err := temporal.QueryWorkflow(t.Context(), run.GetID(), "", "__temporal_workflow_metadata")
	require.NoError(t, err)
	require.NoError(t, answer.Get(&metadata))
	require.Contains(t, metadata.GetCurrentDetails(), "| 1 | 280 of 280 |")
	require.Contains(t, metadata.GetCurrentDetails(), in.About, "the UI shows the plan with every run")
}

// move has the convoy on a real server, under plates of its own.
func (c *convoy) move(prefix string, temporal client.Client, queue string) workflows.RolloutInput {
	c.t.Helper()
	for _, one := range c.targets {
		one.Plate = prefix + one.Plate
	}
	w := sdk.New(temporal, queue, sdk.Options{})
	w.RegisterWorkflowWithOptions(workflows.Rollout, workflow.RegisterOptions{Name: workflows.RolloutName})
	w.RegisterWorkflowWithOptions(c.upgrade, workflow.RegisterOptions{Name: workflows.UpgradeName})
	w.RegisterActivity(&activities.Rollouts{Store: c})
	require.NoError(c.t, w.Start())
	c.t.Cleanup(w.Stop)
	c.now = time.Now
	in := c.input()
	in.RolloutID = prefix
	return in
}

// upgrade takes a moment, ends in the books, and tells the rollout.
func (c *convoy) upgrade(ctx workflow.Context, in workflows.UpgradeInput) error {
	hash := fnv.New32()
	_, _ = hash.Write([]byte(in.Plate)) // fmt is not deterministic to the checker
	if err := workflow.Sleep(ctx, time.Duration(hash.Sum32()%400)*time.Millisecond); err != nil {
		return err
	}
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
	if err := workflow.ExecuteLocalActivity(ctx, c.finish, in.UpgradeID).Get(ctx, nil); err != nil {
		return err
	}
	ended := workflows.UpgradeEnded{UpgradeID: in.UpgradeID, Plate: in.Plate, State: firmware.Done}
	return workflow.SignalExternalWorkflow(ctx, workflows.RolloutID(in.RolloutID), "", workflows.SignalUpgradeEnded, ended).Get(ctx, nil)
}

func (c *convoy) finish(_ context.Context, upgradeID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	one := c.byID[upgradeID]
	_, state, trouble := c.takes(one)
	c.stand(one, firmware.StandingOf(state, trouble), trouble)
	return nil
}

// countEvents counts the events of a run and the upgrades that it began; next is the run after it, if there is one.
func countEvents(t *testing.T, temporal client.Client, id, runID string) (events, begun int, next string) {
	t.Helper()
	for all := temporal.GetWorkflowHistory(t.Context(), id, runID, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); all.HasNext(); events++ {
		e, err := all.Next()
		require.NoError(t, err)
		switch e.GetEventType() {
		case enums.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
			begun++
		case enums.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
			next = e.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
	}
	return events, begun, next
}
