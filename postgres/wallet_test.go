package postgres_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

func (b *books) balance(a wallet.Account, currency string) int64 {
	b.t.Helper()
	sum, err := b.Balance(b.ctx, a, currency)
	require.NoError(b.t, err)
	require.Equal(b.t, currency, sum.Currency)
	return sum.Minor
}

func TestARideIsChargedOnce(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	id := b.open(b.request(who, b.scooter())).ID
	b.ride(id)
	charge := wallet.Charge(id, who, money.Of(250, "EUR"), 0)

	var all sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		all.Go(func() { errs[i] = b.Book(b.ctx, charge) })
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.EqualValues(t, -250, b.balance(wallet.Rider(who), "EUR"))
	require.EqualValues(t, 250, b.balance(wallet.Revenue, "EUR"))
	require.EqualValues(t, 0, b.balance(wallet.Revenue, "USD"))
	r, err := b.RentalForStaff(b.ctx, id)
	require.NoError(t, err)
	require.True(t, r.Charged)

	another := charge
	another.Key = "another key"
	require.ErrorIs(t, b.Book(b.ctx, another), wallet.ErrKeyConflict, "the same ride under another key")
}

func TestAKeyBooksOneThing(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	id := b.open(b.request(who, b.scooter())).ID
	first := wallet.Deposit("k", who, money.Of(1000, "EUR"))
	require.NoError(t, b.Book(b.ctx, first))
	for name, change := range map[string]func(*wallet.Transaction){
		"amount":   func(x *wallet.Transaction) { *x = wallet.Deposit("k", who, money.Of(1001, "EUR")) },
		"currency": func(x *wallet.Transaction) { *x = wallet.Deposit("k", who, money.Of(1000, "USD")) },
		"account":  func(x *wallet.Transaction) { *x = wallet.Deposit("k", b.rider().ID, money.Of(1000, "EUR")) },
		"kind":     func(x *wallet.Transaction) { x.Kind, x.RentalID = wallet.Ride, id },
		"rental":   func(x *wallet.Transaction) { x.RentalID = id },
		"lines": func(x *wallet.Transaction) {
			x.Entries = append(x.Entries, wallet.Entry{Account: wallet.Revenue, Amount: money.Of(0, "EUR")})
		},
	} {
		other := wallet.Deposit("k", who, money.Of(1000, "EUR"))
		change(&other)
		require.ErrorIs(t, b.Book(b.ctx, other), wallet.ErrKeyConflict, name)
	}
	require.NoError(t, b.Book(b.ctx, first))
	require.EqualValues(t, 1000, b.balance(wallet.Rider(who), "EUR"))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM ledger_transactions`))
}

func TestUnbalancedIsRefused(t *testing.T) {
	b := newBooks(t)
	who := wallet.Rider(b.rider().ID)
	entry := func(a wallet.Account, minor int64, currency string) wallet.Entry {
		return wallet.Entry{Account: a, Amount: money.Of(minor, currency)}
	}
	for name, entries := range map[string][]wallet.Entry{
		"none":             {},
		"one of nothing":   {entry(who, 0, "EUR")},
		"a cent too much":  {entry(who, 100, "EUR"), entry(wallet.TopUps, -99, "EUR")},
		"across the money": {entry(who, 100, "EUR"), entry(wallet.TopUps, -100, "USD")},
	} {
		require.ErrorIs(t, b.Book(b.ctx, wallet.Transaction{Key: name, Kind: wallet.TopUp, Entries: entries}), wallet.ErrUnbalanced, name)
	}
	require.Zero(t, b.count(`SELECT count(*) FROM ledger_transactions`))
	err := b.Book(b.ctx, wallet.Deposit("stranger", uuid.NewString(), money.Of(100, "EUR")))
	require.Error(t, err, "a wallet needs its rider")
}

// First bookings on the same accounts, named in both orders, all at once.
func TestManyOpenTheSameAccounts(t *testing.T) {
	b := newBooks(t)
	one, two := wallet.Rider(b.rider().ID), wallet.Rider(b.rider().ID)
	errs := make([]error, 40)
	var all sync.WaitGroup
	for i := range errs {
		from, to := one, two
		if i%2 == 0 {
			from, to = two, one
		}
		all.Go(func() {
			errs[i] = b.Book(b.ctx, wallet.Transaction{Key: uuid.NewString(), Kind: wallet.TopUp, Entries: []wallet.Entry{
				{Account: from, Amount: money.Of(-1, "EUR")}, {Account: to, Amount: money.Of(1, "EUR")},
			}})
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.Zero(t, b.balance(one, "EUR"))
	require.Equal(t, len(errs), b.count(`SELECT count(*) FROM ledger_transactions`))
}

// Whatever is booked, under keys used again and again: the books sum to zero, and every balance is what a simple list of
// the first booking under each key says.
func TestLedgerProperty(t *testing.T) {
	b := newBooks(t)
	accounts := []wallet.Account{wallet.Revenue, wallet.TopUps}
	for range 3 {
		accounts = append(accounts, wallet.Rider(b.rider().ID))
	}
	type book struct {
		wallet.Account
		currency string
	}
	want, content := map[book]int64{}, map[string][]wallet.Entry{}
	rapid.Check(t, func(t *rapid.T) {
		x := wallet.Transaction{Key: rapid.StringMatching(`[a-z]{1,2}`).Draw(t, "key"), Kind: wallet.TopUp}
		sums := map[string]int64{}
		for range rapid.IntRange(0, 4).Draw(t, "entries") {
			e := wallet.Entry{Account: rapid.SampledFrom(accounts).Draw(t, "account"), Amount: money.Of(
				rapid.Int64Range(-1e12, 1e12).Draw(t, "minor"), rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"))}
			x.Entries = append(x.Entries, e)
			sums[e.Amount.Currency] += e.Amount.Minor
		}
		if rapid.IntRange(0, 4).Draw(t, "balance it") > 0 {
			for _, currency := range []string{"EUR", "USD"} {
				if sum, used := sums[currency]; used {
					x.Entries = append(x.Entries, wallet.Entry{Account: wallet.Revenue, Amount: money.Of(-sum, currency)})
				}
			}
		}
		err := b.Book(b.ctx, x)
		before, known := content[x.Key]
		switch {
		case x.Validate() != nil || len(x.Entries) < 2:
			require.ErrorIs(t, err, wallet.ErrUnbalanced)
		case known && !slices.Equal(before, x.Entries):
			require.ErrorIs(t, err, wallet.ErrKeyConflict)
		default:
			require.NoError(t, err)
			if !known {
				content[x.Key] = x.Entries
				for _, e := range x.Entries {
					want[book{e.Account, e.Amount.Currency}] += e.Amount.Minor
				}
			}
		}
		for _, a := range accounts {
			for _, currency := range []string{"EUR", "USD"} {
				got, err := b.Balance(b.ctx, a, currency)
				require.NoError(t, err)
				require.Equal(t, want[book{a, currency}], got.Minor)
			}
		}
		require.Zero(t, b.count(`SELECT count(*) FROM (SELECT FROM ledger_entries GROUP BY currency HAVING sum(minor) <> 0) AS off`))
	})
}
