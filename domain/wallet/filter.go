package wallet

import "time"

// Filter picks transactions; what is empty picks all.
type Filter struct {
	Kinds    []Kind
	RiderID  string  // that touch the wallet of a rider
	Account  Account // that touch an account, such as Revenue
	RentalID string
	Key      string
	Since    time.Time // booked then or later
	Until    time.Time // booked before
}

// Booked is a transaction as it stands in the ledger.
type Booked struct {
	Transaction
	ID string // UUID
	At time.Time
}

// Rider is whose wallet the transaction touches; empty: none.
func (b Booked) Rider() string {
	for _, e := range b.Entries {
		if id, is := e.Account.Rider(); is {
			return id
		}
	}
	return ""
}
