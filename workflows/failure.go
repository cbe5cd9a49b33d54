package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"rodada/domain/fault"
)

// isFault reports whether an activity failed with a fault that no retry mends.
func isFault(err error) bool {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		return false
	}
	_, known := fault.Lookup(app.Type())
	return known
}
