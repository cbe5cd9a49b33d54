package wallet

import (
	"rodada/domain/fault"
	"rodada/domain/rider"
)

// Faults of the ledger.
var (
	ErrUnbalanced  = fault.Declare(fault.Invalid, "ledger_unbalanced", "The entries of a transaction must sum to zero in every currency.")
	ErrKeyConflict = fault.Declare(fault.Conflict, "ledger_key_conflict", "This key booked something else.")
	ErrTooLittle   = fault.Declare(fault.PaymentRequired, "balance_too_low", "The balance is too low for this tariff. Top up first.")
	ErrShort       = fault.Declare(fault.PaymentRequired, "balance_short", "The balance is less than the price. Top up first.")
	ErrDebt        = fault.Declare(fault.PaymentRequired, "wallet_in_debt", "Your wallet is below zero. Top it up before you ride again.")
	ErrRider       = rider.ErrUnknown
	ErrAmount      = fault.Declare(fault.Invalid, "amount_invalid", "The amount can't be zero, and a bonus can't be below it.")
)

// Faults of refunds.
var (
	ErrNotCharged    = fault.Declare(fault.Conflict, "rental_not_charged", "This ride is not charged yet. Refund all of it, or try again in a moment.")
	ErrNothingLeft   = fault.Declare(fault.Conflict, "refund_nothing_left", "There is nothing of this ride to refund.")
	ErrRefundTooHigh = fault.Declare(fault.Conflict, "refund_too_high", "That is more than what is left of the charge.")
)
