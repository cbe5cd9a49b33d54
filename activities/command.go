package activities

import (
	"context"

	"rodada/domain/command"
)

// CommandStore keeps what was sent to scooters.
type CommandStore interface {
	StoreSends(ctx context.Context, b command.Batch) error
	FinishOrder(ctx context.Context, id string, e command.Ending, sends []command.Send) error
}

// Commands keeps the history of what scooters were sent.
type Commands struct {
	Store CommandStore
}

// StoreSends stores sends, each once by its ID.
func (c *Commands) StoreSends(ctx context.Context, b command.Batch) error {
	return Failure(c.Store.StoreSends(ctx, b))
}

// FinishInput is the end of a command of staff.
type FinishInput struct {
	ID     string         `json:"id"`
	Ending command.Ending `json:"ending"`
	Sends  []command.Send `json:"sends,omitempty"`
}

// FinishOrder stores how a command of staff ended, once, with its sends.
func (c *Commands) FinishOrder(ctx context.Context, in FinishInput) error {
	return Failure(c.Store.FinishOrder(ctx, in.ID, in.Ending, in.Sends))
}
