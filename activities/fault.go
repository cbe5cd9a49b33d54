package activities

import (
	"go.temporal.io/sdk/temporal"

	"rodada/domain/fault"
)

// Failure turns an error into Temporal's: a fault becomes an application error whose type is the fault's code and whose
// first detail is the fault's details, retried only when a part of ours is down. Anything else stays as it is, and is
// retried.
func Failure(err error) error {
	f, ok := fault.From(err)
	if !ok {
		return err
	}
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Code, temporal.ApplicationErrorOptions{
		NonRetryable: f.Kind != fault.Unavailable,
		Details:      []any{f.Details},
	})
}
