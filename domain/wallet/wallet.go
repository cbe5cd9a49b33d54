// Package wallet is the double-entry ledger: money moves between accounts in transactions whose entries sum to zero, each
// under a key that makes it happen once. A balance is the sum of an account's entries, never a number of its own.
package wallet

import (
	"rodada/domain/fault"
	"rodada/domain/money"
)

// Account names a book: a rider's wallet or one of ours.
type Account string

// Our own accounts, one per currency in the books.
const (
	Revenue Account = "revenue" // rides
	TopUps  Account = "topups"  // money that came in through a provider
)

// Rider is the account of a rider's wallet.
func Rider(riderID string) Account { return Account("rider:" + riderID) }

// Entry books an amount on an account: what the account holds grows by Minor.
type Entry struct {
	Account Account
	Amount  money.Amount
}

// Transaction is one movement of money.
type Transaction struct {
	Key      string // idempotency: a second transaction of the same key and content changes nothing
	Kind     Kind
	RentalID string // when it is about a ride
	Entries  []Entry
}

// Kind says what a transaction is for.
type Kind string

// The kinds of transactions.
const (
	Ride  Kind = "ride"
	TopUp Kind = "topup"
)

// Faults of the ledger.
var (
	ErrUnbalanced  = fault.Declare(fault.Invalid, "ledger_unbalanced", "The entries of a transaction must sum to zero in every currency.")
	ErrKeyConflict = fault.Declare(fault.Conflict, "ledger_key_conflict", "This key booked something else.")
	ErrTooLittle   = fault.Declare(fault.PaymentRequired, "balance_too_low", "The balance is too low for this tariff. Top up first.")
)

// Charge books a ride's price: out of the rider's wallet, which may go below zero, into revenue.
func Charge(rentalID, riderID string, price money.Amount) Transaction {
	return transfer("rental/"+rentalID, Ride, rentalID, Rider(riderID), Revenue, price)
}

// Deposit books a top-up into the rider's wallet.
func Deposit(key, riderID string, sum money.Amount) Transaction {
	return transfer("topup/"+key, TopUp, "", TopUps, Rider(riderID), sum)
}

func transfer(key string, kind Kind, rentalID string, from, to Account, sum money.Amount) Transaction {
	return Transaction{Key: key, Kind: kind, RentalID: rentalID, Entries: []Entry{{from, sum.Negate()}, {to, sum}}}
}

// Validate reports ErrUnbalanced unless the entries sum to zero in every currency.
func (t Transaction) Validate() error {
	sums := map[string]int64{}
	for _, e := range t.Entries {
		sums[e.Amount.Currency] += e.Amount.Minor
	}
	for _, sum := range sums {
		if sum != 0 {
			return ErrUnbalanced
		}
	}
	return nil
}
