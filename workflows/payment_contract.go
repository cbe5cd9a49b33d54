package workflows

import (
	"strings"

	"rodada/domain/money"
)

// PaymentName is the workflow type that charges one ride, apart from its rental so that no scooter waits for money.
const PaymentName = "Payment"

const paymentPrefix = "payment/"

// PaymentID is the workflow ID of the charge of a rental.
func PaymentID(rentalID string) string { return paymentPrefix + rentalID }

// PaymentRental is the inverse of PaymentID.
func PaymentRental(workflowID string) (rentalID string, ok bool) {
	return strings.CutPrefix(workflowID, paymentPrefix)
}

// PaymentInput is one charge.
type PaymentInput struct {
	RentalID string       `json:"rental_id"`
	RiderID  string       `json:"rider_id"`
	Price    money.Amount `json:"price"`
	Pauses   int64        `json:"pauses,omitempty"`   // of the price, in minor units
	Discount int64        `json:"discount,omitempty"` // that a promotion pays beside the price
	Pass     int64        `json:"pass,omitempty"`     // that a pass pays beside the price
}
