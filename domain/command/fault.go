package command

import "rodada/domain/fault"

// The faults of sending.
var (
	ErrUnknown      = fault.Declare(fault.NotFound, "command_unknown", "There is no such command.")
	ErrOrderUnknown = fault.Declare(fault.NotFound, "command_not_found", "This scooter was never given such a command.")
	ErrInvalid      = fault.Declare(fault.Invalid, "command_invalid", "A parameter of the command is not valid.")
	ErrPrecondition = fault.Declare(fault.Conflict, "command_precondition", "The scooter is not as this command needs it.")
	ErrElsewhere    = fault.Declare(fault.Conflict, "command_elsewhere", "This command is given by an operation of its own only.")
	ErrBusy         = fault.Declare(fault.Conflict, "command_busy", "Another command waits for the same answer of this scooter. Try again.")
	ErrRefused      = fault.Declare(fault.Refused, "command_refused", "The scooter refused the command.")
	ErrSilent       = fault.Declare(fault.Silent, "command_silent", "The scooter did not answer the command.")
	ErrLate         = fault.Declare(fault.Unavailable, "command_late", "The command could not be sent in time, and was not. Try again.")
	ErrSealed       = fault.Declare(fault.Conflict, "command_sealed", "The secret in this command can't be read any more. Give the command again.")
)
