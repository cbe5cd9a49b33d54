package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
)

// isRefused reports whether an activity failed in a way that no retry mends.
func isRefused(err error) bool {
	var app *temporal.ApplicationError
	return errors.As(err, &app) && app.NonRetryable()
}
