package activities_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/activities"
	"rodada/domain/fault"
	"rodada/domain/rental"
)

// Only what a part of ours being down explains is tried again.
func TestFailure(t *testing.T) {
	for code, f := range fault.All() {
		var app *temporal.ApplicationError
		require.ErrorAs(t, activities.Failure(f), &app)
		require.Equal(t, code, app.Type())
		require.Equal(t, f.Kind != fault.Unavailable, app.NonRetryable(), code)
	}
	require.NoError(t, activities.Failure(nil))
	plain := errors.New("connection refused")
	require.Same(t, plain, activities.Failure(plain))
}

func TestFailureCarriesDetailsAndNoCause(t *testing.T) {
	err := fmt.Errorf("judge: %w", rental.ErrOutsideZone.With("nearest", "rack").Because(errors.New("SELECT secret")))
	var app *temporal.ApplicationError
	require.ErrorAs(t, activities.Failure(err), &app)
	var details map[string]any
	require.NoError(t, app.Details(&details))
	require.Equal(t, map[string]any{"nearest": "rack"}, details)
	require.NotContains(t, app.Error(), "SELECT")
}
