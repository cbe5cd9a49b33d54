package command

import "rodada/domain/fault"

// The faults of sending.
var (
	ErrOrderUnknown = fault.Declare(fault.NotFound, "command_not_found", "This scooter was never given such a command.")
	ErrUnknown      = fault.Declare(fault.NotFound, "command_unknown", "There is no such command.")
	ErrSealed       = fault.Declare(fault.Conflict, "command_sealed", "The secret in this command can't be read any more. Give the command again.")
	ErrInvalid      = fault.Declare(fault.Invalid, "command_invalid", "A parameter of the command is not valid.")
)
