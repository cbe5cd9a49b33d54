package command

import "rodada/domain/fault"

// The faults of sending.
var (
	ErrUnknown = fault.Declare(fault.NotFound, "command_unknown", "There is no such command.")
	ErrInvalid = fault.Declare(fault.Invalid, "command_invalid", "A parameter of the command is not valid.")
)
