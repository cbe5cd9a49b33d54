package fleet

import "rodada/domain/fault"

// Faults of keeping the register.
var (
	ErrPlateTaken   = fault.Declare(fault.Conflict, "plate_taken", "Another scooter has this plate, or one that differs in case alone.")
	ErrPlateInvalid = fault.Declare(fault.Invalid, "plate_invalid", "A plate has 1 to 64 letters, digits, - . and _ and the like: no blank, no control character, none of / \\ + # $ ? % & ; \" < > { } | ^ `. These words are reserved: . .. bike export help import list o qr-sheet stream.")
	ErrIMEITaken    = fault.Declare(fault.Conflict, "imei_taken", "Another scooter has this IMEI.")
	ErrIMEIInvalid  = fault.Declare(fault.Invalid, "imei_invalid", "An IMEI has 15 digits.")
	ErrCodeTaken    = fault.Declare(fault.Conflict, "qr_code_taken", "Another scooter has this printed code, or had it.")
	ErrCodeInvalid  = fault.Declare(fault.Invalid, "qr_code_invalid", "A printed code has 4 to 40 letters, digits, - and _, and is not the plate.")
	ErrModelUnknown = fault.Declare(fault.Invalid, "model_unknown", "There is no such model.")
	ErrModelTaken   = fault.Declare(fault.Conflict, "model_name_taken", "Another model has this name.")
	ErrModelInvalid = fault.Declare(fault.Invalid, "model_invalid", "A model has a name, a top speed of 1 to 200 km/h and a range.")
	ErrRetired      = fault.Declare(fault.Conflict, "scooter_retired", "A retired scooter stands at no station.")
	ErrLimitInvalid = fault.Declare(fault.Invalid, "limit_invalid", "The speed limit is 1 km/h or more, and not above what the model can drive.")
)
