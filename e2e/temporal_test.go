package e2e_test

import (
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	temporal "go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"rodada/internal/devstack"
	"rodada/workflows"
)

func dialTemporal(t *testing.T, at string) temporal.Client {
	t.Helper()
	c, err := temporal.DialContext(t.Context(), temporal.Options{
		HostPort: at, Namespace: devstack.TemporalNamespace, Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// update sends a message to whoever holds the scooter and returns its answer.
func (w *world) update(t *testing.T, b *box, name string, arg any) error {
	t.Helper()
	handle, err := w.temporal.UpdateWorkflow(t.Context(), temporal.UpdateWorkflowOptions{
		WorkflowID: workflows.ScooterID(b.plate), UpdateName: name, UpdateID: uuid.NewString(), Args: []any{arg},
		WaitForStage: temporal.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(t.Context(), nil)
}

// view is what the holder of the scooter tells of itself.
func (w *world) view(t *testing.T, b *box) workflows.RentalView {
	t.Helper()
	value, err := w.temporal.QueryWorkflow(t.Context(), workflows.ScooterID(b.plate), "", workflows.QueryRental)
	require.NoError(t, err)
	var v workflows.RentalView
	require.NoError(t, value.Get(&v))
	return v
}
