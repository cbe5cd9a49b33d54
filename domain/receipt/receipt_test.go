package receipt_test

import (
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
	"rodada/domain/money"
	"rodada/domain/receipt"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// seen is a transaction as the rider's wallet sees it.
func seen(t wallet.Transaction) wallet.Movement {
	m := wallet.Movement{Kind: t.Kind, RentalID: t.RentalID}
	for _, e := range t.Entries {
		if e.Account == wallet.Rider("ana") {
			m.Amount = money.Of(m.Amount.Minor+e.Amount.Minor, e.Amount.Currency)
		}
	}
	return m
}

func ridden(bill fare.Bill) rental.Rental {
	return rental.Rental{ID: "r1", RiderID: "ana", State: rental.Ended, Outcome: rental.Ridden, Bill: &bill}
}

// For any tariff, ride, zone and refunds: the lines are what was charged, and what it costs after all is that less the refunds.
func TestTheLinesAreWhatWasCharged(t *testing.T) {
	segment := rapid.Custom(func(t *rapid.T) fare.Segment {
		return fare.Segment{
			Start: rapid.IntRange(0, 30).Draw(t, "start"), Rate: rapid.Int64Range(-20, 500).Draw(t, "rate"), Interval: rapid.IntRange(0, 10).Draw(t, "interval"),
		}
	})
	segments := rapid.SliceOfN(segment, 0, 3)
	rapid.Check(t, func(t *rapid.T) {
		tariff := fare.Tariff{
			Currency: "EUR", Unlock: rapid.Int64Range(100_000, 200_000).Draw(t, "unlock"),
			Riding: segments.Draw(t, "riding"), Paused: segments.Draw(t, "paused"), Distance: segments.Draw(t, "distance"),
		}
		bill := fare.Quote(tariff, fare.Usage{
			Riding: time.Duration(rapid.Int64Range(0, int64(5*time.Hour)).Draw(t, "rode")),
			Paused: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "stood")),
			Meters: rapid.Int64Range(0, 50_000).Draw(t, "meters"),
		}, fare.Adjustment{Percent: rapid.IntRange(-100, 300).Draw(t, "percent"), Amount: rapid.Int64Range(-500, 500).Draw(t, "amount")})
		movements := []wallet.Movement{seen(wallet.Charge("r1", "ana", bill.Total, bill.Pauses()))}
		left := bill.Total.Minor
		for range rapid.IntRange(0, 3).Draw(t, "refunds") {
			part := rapid.Int64Range(0, left).Draw(t, "part")
			left -= part
			movements = append(movements, seen(wallet.Repay("k", "r1", "ana", money.Of(part, "EUR"), "why")))
		}
		tax := receipt.Tax{Name: "IVA", Hundredths: rapid.Int64Range(0, 9999).Draw(t, "tax")}
		got, err := receipt.Of(ridden(bill), movements, tax)
		require.NoError(t, err)
		var sum int64
		for _, l := range got.Lines {
			sum += l.Amount
		}
		require.Equal(t, bill.Total.Minor, sum)
		require.Equal(t, sum, got.Charged)
		require.Equal(t, left, got.Cost.Minor)
		require.Equal(t, got.Charged-got.Refunded, got.Cost.Minor)
		require.LessOrEqual(t, got.Included, got.Cost.Minor)
		switch {
		case got.Refunded == 0:
			require.Equal(t, receipt.Paid, got.State)
		case left == 0:
			require.Equal(t, receipt.Refunded, got.State)
		default:
			require.Equal(t, receipt.PartlyRefunded, got.State)
		}
	})
}

func TestReceiptsOfRidesThatCostNothingOrAreNotOver(t *testing.T) {
	bill := fare.Quote(fare.Tariff{Currency: "EUR", Unlock: 121}, fare.Usage{})
	tax := receipt.Tax{Name: "IVA", Hundredths: 2100}
	got, err := receipt.Of(ridden(bill), nil, tax)
	require.NoError(t, err)
	require.Equal(t, receipt.Due, got.State)
	require.Equal(t, money.Of(121, "EUR"), got.Cost)
	require.EqualValues(t, 21, got.Included)

	kept := ridden(bill)
	kept.Tax = &receipt.Tax{Name: "IVA", Hundredths: 1000}
	got, err = receipt.Of(kept, nil, tax)
	require.NoError(t, err)
	require.EqualValues(t, 11, got.Included, "at the rate that it opened with")

	got, err = receipt.Of(ridden(bill), []wallet.Movement{seen(wallet.Waive("r1", "ana", "EUR", "failed"))}, tax)
	require.NoError(t, err)
	require.Equal(t, receipt.Waived, got.State)
	require.Equal(t, money.Of(0, "EUR"), got.Cost)
	require.EqualValues(t, 121, got.Total.Minor)
	require.Zero(t, got.Included)

	_, err = receipt.Of(rental.Rental{State: rental.Riding}, nil, tax)
	require.ErrorIs(t, err, receipt.ErrNotYet)
	_, err = receipt.Of(rental.Rental{State: rental.Locking, Outcome: rental.Ridden}, nil, tax)
	require.ErrorIs(t, err, receipt.ErrNotYet)
	_, err = receipt.Of(rental.Rental{State: rental.Void, Outcome: rental.Voided}, nil, tax)
	require.ErrorIs(t, err, receipt.ErrNone)
}

// The tax is that of exact arithmetic, for any price.
func TestTaxThatIsIncluded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		price := rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "price")
		tax := receipt.Tax{Hundredths: rapid.Int64Range(0, 9999).Draw(t, "tax")}
		exact := new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(price), big.NewInt(tax.Hundredths)), big.NewInt(10_000+tax.Hundredths))
		off := new(big.Rat).Sub(exact, new(big.Rat).SetInt64(tax.Included(price)))
		require.LessOrEqual(t, off.Abs(off).Cmp(big.NewRat(1, 2)), 0)
	})
	require.EqualValues(t, 0, receipt.Tax{}.Included(12345))
}
