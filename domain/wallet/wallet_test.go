package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

func TestTransactionsBalance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum := money.Of(rapid.Int64().Filter(func(n int64) bool { return n != -1<<63 }).Draw(t, "sum"), rapid.SampledFrom([]string{"EUR", "USD", "COP"}).Draw(t, "currency"))
		ride := wallet.Charge("r1", "ana", sum, rapid.Int64Range(0, max(0, sum.Minor)).Draw(t, "pauses"))
		require.NoError(t, ride.Validate())
		require.Equal(t, map[wallet.Account]int64{wallet.Rider("ana"): -sum.Minor, wallet.Revenue: sum.Minor}, effect(ride))
		deposit := wallet.Deposit("k1", "ana", sum)
		require.NoError(t, deposit.Validate())
		require.Equal(t, map[wallet.Account]int64{wallet.Rider("ana"): sum.Minor, wallet.TopUps: -sum.Minor}, effect(deposit))
	})
}

// What a pause costs stands in lines of its own.
func TestChargesByItem(t *testing.T) {
	for name, c := range map[string]struct {
		price, pauses int64
		want          map[wallet.Item]int64
	}{
		"no pause":    {300, 0, map[wallet.Item]int64{wallet.RideItem: -300}},
		"both":        {300, 40, map[wallet.Item]int64{wallet.RideItem: -260, wallet.PauseItem: -40}},
		"pause alone": {40, 40, map[wallet.Item]int64{wallet.PauseItem: -40}},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[wallet.Item]int64{}
			for _, e := range wallet.Charge("r1", "ana", money.Of(c.price, "EUR"), c.pauses).Entries {
				if e.Account == wallet.Rider("ana") {
					got[e.Item] += e.Amount.Minor
				}
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestMovesOfEveryKindBalance(t *testing.T) {
	five := money.Of(5, "EUR")
	for kind, x := range map[wallet.Kind]wallet.Transaction{
		wallet.Refund: wallet.Repay("k", "r1", "ana", five, "why"), wallet.Bonus: wallet.Give("k", "ana", five, "why"),
		wallet.Adjustment: wallet.Adjust("k", "ana", five.Negate(), "why"), wallet.Void: wallet.Waive("r1", "ana", "EUR", "why"),
	} {
		require.NoError(t, x.Validate())
		require.Equal(t, kind, x.Kind)
		require.Equal(t, "why", x.Note)
	}
	require.Equal(t, wallet.Charge("r1", "ana", five, 0).Key, wallet.Waive("r1", "ana", "EUR", "").Key, "a void takes the place of the charge")
}

func effect(t wallet.Transaction) map[wallet.Account]int64 {
	by := map[wallet.Account]int64{}
	for _, e := range t.Entries {
		by[e.Account] += e.Amount.Minor
	}
	return by
}

func TestKeys(t *testing.T) {
	one := money.Of(1, "EUR")
	first, again := wallet.Charge("r1", "ana", one, 0), wallet.Charge("r1", "ana", one, 0)
	require.Equal(t, first, again)
	require.NotEqual(t, wallet.Charge("r1", "ana", one, 0).Key, wallet.Charge("r2", "ana", one, 0).Key)
	require.NotEqual(t, wallet.Charge("x", "ana", one, 0).Key, wallet.Deposit("x", "ana", one).Key, "a top-up can't take the key of a ride")
	require.Equal(t, "r1", wallet.Charge("r1", "ana", one, 0).RentalID)
}

func TestValidate(t *testing.T) {
	entry := func(a wallet.Account, minor int64, currency string) wallet.Entry {
		return wallet.Entry{Account: a, Amount: money.Of(minor, currency)}
	}
	for name, c := range map[string]struct {
		entries []wallet.Entry
		ok      bool
	}{
		"balanced":            {[]wallet.Entry{entry("a", 5, "EUR"), entry("b", -5, "EUR")}, true},
		"three ways":          {[]wallet.Entry{entry("a", 5, "EUR"), entry("b", -3, "EUR"), entry("c", -2, "EUR")}, true},
		"two currencies":      {[]wallet.Entry{entry("a", 5, "EUR"), entry("b", -5, "EUR"), entry("a", 7, "USD"), entry("b", -7, "USD")}, true},
		"one-sided":           {[]wallet.Entry{entry("a", 5, "EUR")}, false},
		"off by one":          {[]wallet.Entry{entry("a", 5, "EUR"), entry("b", -4, "EUR")}, false},
		"across currencies":   {[]wallet.Entry{entry("a", 5, "EUR"), entry("b", -5, "USD")}, false},
		"one currency is not": {[]wallet.Entry{entry("a", 5, "EUR"), entry("b", -5, "EUR"), entry("a", 1, "USD")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			err := wallet.Transaction{Entries: c.entries}.Validate()
			if c.ok {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, wallet.ErrUnbalanced)
		})
	}
}
