// Package money is an amount in a currency, in whole minor units: no fraction of a cent exists anywhere in Rodada.
package money

import "rodada/domain/fault"

// Amount is a sum in minor units (cents for EUR) of an ISO 4217 currency.
type Amount struct {
	Minor    int64  `json:"amount"`
	Currency string `json:"currency"`
}

// ErrCurrency is the answer to mixing two currencies.
var ErrCurrency = fault.Declare(fault.Invalid, "currency_mismatch", "The amounts are of different currencies.")

// Of makes an amount of minor units.
func Of(minor int64, currency string) Amount { return Amount{Minor: minor, Currency: currency} }

// Add returns a + b, or ErrCurrency.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	return Amount{a.Minor + b.Minor, a.Currency}, nil
}

// Negate returns the amount with the other sign.
func (a Amount) Negate() Amount { return Amount{-a.Minor, a.Currency} }
