package rental

import "rodada/domain/fault"

// The faults of renting.
var (
	ErrUnknown       = fault.Declare(fault.NotFound, "rental_unknown", "There is no such rental.")
	ErrRiderBusy     = fault.Declare(fault.Conflict, "rider_has_rental", "You already have an open rental.")
	ErrKeyReused     = fault.Declare(fault.Invalid, "idempotency_key_reused", "This Idempotency-Key belongs to another request.")
	ErrKeyMissing    = fault.Declare(fault.Invalid, "idempotency_key_missing", "Send an Idempotency-Key header of 1 to 128 visible characters.")
	ErrKeyInvalid    = fault.Declare(fault.Invalid, "idempotency_key_invalid", "An Idempotency-Key has 1 to 128 visible characters of ASCII.")
	ErrOver          = fault.Declare(fault.Conflict, "rental_over", "This rental is over.")
	ErrState         = fault.Declare(fault.Conflict, "rental_state", "The rental is not in a state that allows this.")
	ErrMoving        = fault.Declare(fault.Conflict, "scooter_moving", "Stop the scooter first.")
	ErrOutsideZone   = fault.Declare(fault.Conflict, "outside_zone", "The ride can't end here.")
	ErrSilent        = fault.Declare(fault.Silent, "scooter_silent", "The scooter does not answer.")
	ErrHardwareFault = fault.Declare(fault.Refused, "scooter_fault", "The scooter reports a hardware fault.")
	ErrUpgrading     = fault.Declare(fault.Refused, "scooter_upgrading", "The scooter is upgrading its firmware.")
	ErrRefused       = fault.Declare(fault.Refused, "scooter_refused", "The scooter refuses.")
	ErrVoid          = fault.Declare(fault.Conflict, "rental_void", "The rental ended before it began.")
	ErrUnreachable   = fault.Declare(fault.Unavailable, "scooter_unreachable", "The scooter can't be reached at the moment. Try again.")
)
