package e2e_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/internal/devstack"
	"rodada/workflows"
)

// checkHistories replays what the stories left behind: a workflow that was killed, kept waiting and restarted must still
// be the same story to a worker that reads it from the beginning.
func (w *world) checkHistories(t *testing.T) {
	t.Helper()
	replayer := worker.NewWorkflowReplayer()
	for name, story := range map[string]any{
		workflows.RentalName: workflows.Rental, workflows.PaymentName: workflows.Payment, workflows.CommandName: workflows.Command,
		workflows.OnboardName: workflows.Onboard, workflows.RenumberName: workflows.Renumber,
		workflows.UpgradeName: workflows.Upgrade, workflows.RolloutName: workflows.Rollout, workflows.TopUpName: workflows.TopUp, workflows.DebtName: workflows.Debt,
	} {
		replayer.RegisterWorkflowWithOptions(story, workflow.RegisterOptions{Name: name})
	}
	quiet := sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
	var queries []string
	for _, b := range w.boxes {
		queries = append(queries, workflows.AttributePlate.GetName()+" = '"+b.plate+"'")
	}
	for _, id := range w.rows(t, `SELECT id FROM rollouts`) {
		queries = append(queries, "WorkflowId = '"+workflows.RolloutID(id)+"'")
	}
	for _, id := range w.rows(t, `SELECT id FROM payments`) {
		queries = append(queries, "WorkflowId = '"+workflows.TopUpID(id)+"'")
	}
	for _, id := range w.rows(t, `SELECT DISTINCT rider_id::text FROM debts`) {
		queries = append(queries, "WorkflowId = '"+workflows.DebtID(id)+"'")
	}
	for _, query := range queries {
		list, err := w.temporal.ListWorkflow(lasting(t), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		require.NoError(t, err)
		for _, e := range list.GetExecutions() {
			at := workflow.Execution{ID: e.GetExecution().GetWorkflowId(), RunID: e.GetExecution().GetRunId()}
			err := replayer.ReplayWorkflowExecution(lasting(t), w.temporal.WorkflowService(), quiet, devstack.TemporalNamespace, at)
			require.NoError(t, err, "%s does not replay", at.ID)
			w.keep(t, at)
			w.replayed++
		}
	}
}
