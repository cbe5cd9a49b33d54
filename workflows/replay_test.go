package workflows_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	sdklog "go.temporal.io/sdk/log"
	sdk "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rodada/workflows"
)

const histories = "testdata/histories"

// What runs today must go on after tomorrow's release: the histories of real runs are played again against the workflows as
// they are now. A change that breaks this needs workflow.GetVersion; record anew (go test ./workflows -run TestRecord -record) only what
// no deployment has run yet.
func TestReplay(t *testing.T) {
	files, err := filepath.Glob(histories + "/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			replayer := sdk.NewWorkflowReplayer()
			for name, story := range map[string]any{
				workflows.RentalName: workflows.Rental, workflows.PaymentName: workflows.Payment, workflows.CommandName: workflows.Command,
				workflows.UpgradeName: workflows.Upgrade, workflows.RolloutName: workflows.Rollout,
				workflows.TopUpName: workflows.TopUp, workflows.DebtName: workflows.Debt,
			} {
				replayer.RegisterWorkflowWithOptions(story, workflow.RegisterOptions{Name: name})
			}
			silent := sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))
			require.NoError(t, replayer.ReplayWorkflowHistoryFromJSONFile(silent, file))
		})
	}
}
