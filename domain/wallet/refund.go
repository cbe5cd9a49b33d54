package wallet

// RefundRequest asks for the price of a ride back.
type RefundRequest struct {
	Key      string // idempotency
	RentalID string
	Minor    int64 // how much; 0: all that is left
	Why      string
}

// Settlement is how a ride stands in the books.
type Settlement struct {
	Charged  int64 // minor units
	Waived   bool  // it will not be charged
	Refunded int64
	PassBack bool // a pass has back what it paid
}

// Left is what may still be refunded.
func (s Settlement) Left() int64 { return s.Charged - s.Refunded }
