package payment

import "rodada/domain/fault"

// Faults of payments.
var (
	ErrOff        = fault.Declare(fault.Unavailable, "payments_off", "Nobody takes payments here at the moment.")
	ErrAway       = fault.Declare(fault.Unavailable, "payments_away", "The payment provider does not answer. Try again in a moment.")
	ErrUnknown    = fault.Declare(fault.NotFound, "payment_unknown", "There is no such payment of yours.")
	ErrFailed     = fault.Declare(fault.PaymentRequired, "payment_failed", "The payment did not go through, and nothing was taken.")
	ErrAmount     = fault.Declare(fault.Invalid, "topup_amount", "A top-up of this amount is not possible.")
	ErrNotWaiting = fault.Declare(fault.Conflict, "payment_not_waiting", "Only a payment that waits for you to confirm it can be cancelled.")
	ErrLimited    = fault.Declare(fault.Limited, "payments_limited", "Too many of your payments or cards were declined. Try again later.")
	ErrUnderWay   = fault.Declare(fault.Conflict, "payment_under_way", "A payment of yours is not over yet. Try again in a moment.")
	ErrDiffers    = fault.Declare(fault.Conflict, "payment_differs", "The provider took another amount than it was told to.")
)

// Faults of cards.
var (
	ErrNoCard      = fault.Declare(fault.PaymentRequired, "card_missing", "Save a card first.")
	ErrCardUnknown = fault.Declare(fault.NotFound, "card_unknown", "You have no such card.")
	ErrNotGiven    = fault.Declare(fault.Conflict, "card_not_given", "The provider does not have this card yet.")
	ErrTooMany     = fault.Declare(fault.Conflict, "cards_too_many", "You have as many cards as can be. Remove one first.")
	ErrTooOften    = fault.Declare(fault.Limited, "cards_too_often", "You began to save too many cards. Try again in an hour.")
)

// Faults of what providers tell.
var (
	ErrProvider  = fault.Declare(fault.NotFound, "payment_provider_unknown", "No such provider takes payments here.")
	ErrEvent     = fault.Declare(fault.Malformed, "event_invalid", "This is signed, and is no event.")
	ErrSignature = fault.Declare(fault.Malformed, "signature_invalid", "This does not come from the payment provider, or not lately.")
)
