package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/fault"
)

// requireFault checks that an update was answered with a fault, as Temporal carries it.
func requireFault(t *testing.T, want *fault.Error, err error) *temporal.ApplicationError {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, want.Code, app.Type())
	return app
}
