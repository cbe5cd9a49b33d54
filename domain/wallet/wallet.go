// Package wallet is the double-entry ledger: money moves between accounts in transactions whose entries sum to zero, each
// under a key that makes it happen once. A balance is the sum of an account's entries, never a number of its own.
package wallet

import (
	"strings"

	"rodada/domain/money"
)

// Account names a book: a rider's wallet or one of ours.
type Account string

// Our own accounts, one per currency in the books.
const (
	Revenue     Account = "revenue"     // rides
	TopUps      Account = "topups"      // money that came in through a provider
	Bonuses     Account = "bonuses"     // what we gave away
	Adjustments Account = "adjustments" // what staff put right
	Promotions  Account = "promotions"  // what promotions gave away
	Passes      Account = "passes"      // what passes were sold for, less what they paid of rides
)

// Rider is the account of a rider's wallet.
func Rider(riderID string) Account { return Account("rider:" + riderID) }

// Rider is whose wallet the account is; false: it is nobody's.
func (a Account) Rider() (id string, is bool) { return strings.CutPrefix(string(a), "rider:") }

// Entry books an amount on an account: what the account holds grows by Minor.
type Entry struct {
	Account Account
	Amount  money.Amount
	Item    Item // of a charge; empty elsewhere
}

// Item is a part of a ride's charge.
type Item string

// The items of a charge.
const (
	RideItem      Item = "ride"      // all but the pauses
	PauseItem     Item = "pause"     // the time on the paused rate
	PromotionItem Item = "promotion" // what a promotion pays of it
	PassItem      Item = "pass"      // what a pass pays of it
)

// Transaction is one movement of money.
type Transaction struct {
	Key      string // idempotency: a second transaction of the same key and content changes nothing
	Kind     Kind
	RentalID string // when it is about a ride
	Note     string // why, where staff say so; riders do not see it
	Entries  []Entry
}

// Kind says what a transaction is for.
type Kind string

// The kinds of transactions.
const (
	Ride       Kind = "ride"        // the charge of a ride
	TopUp      Kind = "topup"       // money from outside
	Refund     Kind = "refund"      // of a ride, back into the wallet
	Bonus      Kind = "bonus"       // a present
	Adjustment Kind = "adjustment"  // what staff put right, either way
	Void       Kind = "void"        // takes the place of a charge that is not to be: it moves nothing
	Pass       Kind = "pass"        // the price of a pass
	PassRefund Kind = "pass_refund" // of a pass that was not used, back into the wallet
)

// Charge books a ride's price: out of the rider's wallet, which may go below zero, into revenue. What of the price is for
// pauses, in minor units, is booked apart.
func Charge(rentalID, riderID string, price money.Amount, pauses int64) Transaction {
	t := Transaction{Key: chargeKey(rentalID), Kind: Ride, RentalID: rentalID}
	ride := money.Of(price.Minor-pauses, price.Currency)
	if ride.Minor != 0 || pauses == 0 {
		t.Entries = append(t.Entries, Entry{Rider(riderID), ride.Negate(), RideItem}, Entry{Revenue, ride, RideItem})
	}
	if pauses != 0 {
		pause := money.Of(pauses, price.Currency)
		t.Entries = append(t.Entries, Entry{Rider(riderID), pause.Negate(), PauseItem}, Entry{Revenue, pause, PauseItem})
	}
	return t
}

// Others is what others than the rider pay of a ride, in minor units.
type Others struct{ Promotion, Pass int64 }

// ChargeWith is Charge of a ride of which others pay a part, beside the price: it is booked apart, so that revenue shows what the
// ride was worth.
func ChargeWith(o Others, rentalID, riderID string, price money.Amount, pauses int64) Transaction {
	t := Charge(rentalID, riderID, money.Of(price.Minor+o.Promotion+o.Pass, price.Currency), pauses)
	for _, part := range []struct {
		account Account
		minor   int64
		item    Item
	}{{Promotions, o.Promotion, PromotionItem}, {Passes, o.Pass, PassItem}} {
		if off := money.Of(part.minor, price.Currency); off.Minor != 0 {
			t.Entries = append(t.Entries, Entry{Rider(riderID), off, part.item}, Entry{part.account, off.Negate(), part.item})
		}
	}
	return t
}

// BuyPass books the price of a pass.
func BuyPass(passID, riderID string, price money.Amount) Transaction {
	return transfer("pass/"+passID, Pass, Rider(riderID), Passes, price)
}

// RepayPass books the price of a pass back into the rider's wallet.
func RepayPass(passID, riderID string, price money.Amount, why string) Transaction {
	t := transfer("pass-refund/"+passID, PassRefund, Passes, Rider(riderID), price)
	t.Note = why
	return t
}

// Credit books what a promotion puts into a rider's wallet.
func Credit(redemptionID, riderID string, sum money.Amount, code string) Transaction {
	t := transfer("promotion/"+redemptionID, Bonus, Promotions, Rider(riderID), sum)
	t.Note = code
	return t
}

// Waive takes the place of a ride's charge, which can't be booked any more: a ledger has one of the two.
func Waive(rentalID, riderID, currency, why string) Transaction {
	t := transfer(chargeKey(rentalID), Void, Revenue, Rider(riderID), money.Of(0, currency))
	t.RentalID, t.Note = rentalID, why
	return t
}

func chargeKey(rentalID string) string { return "rental/" + rentalID }

// Repay books a part of a ride's charge, or all of it, back into the rider's wallet.
func Repay(key, rentalID, riderID string, sum money.Amount, why string) Transaction {
	t := transfer("refund/"+key, Refund, Revenue, Rider(riderID), sum)
	t.RentalID, t.Note = rentalID, why
	return t
}

// Deposit books a top-up into the rider's wallet.
func Deposit(key, riderID string, sum money.Amount) Transaction {
	return transfer("topup/"+key, TopUp, TopUps, Rider(riderID), sum)
}

// Give books a present into the rider's wallet.
func Give(key, riderID string, sum money.Amount, why string) Transaction {
	t := transfer("staff/"+key, Bonus, Bonuses, Rider(riderID), sum)
	t.Note = why
	return t
}

// Adjust puts a wallet right by a sum, which is below zero to take some out.
func Adjust(key, riderID string, sum money.Amount, why string) Transaction {
	t := transfer("staff/"+key, Adjustment, Adjustments, Rider(riderID), sum)
	t.Note = why
	return t
}

func transfer(key string, kind Kind, from, to Account, sum money.Amount) Transaction {
	return Transaction{Key: key, Kind: kind, Entries: []Entry{{Account: from, Amount: sum.Negate()}, {Account: to, Amount: sum}}}
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
