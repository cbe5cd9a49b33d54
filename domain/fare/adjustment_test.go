package fare_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
)

func TestQuoteInAZone(t *testing.T) {
	tariff := fare.Tariff{Currency: "EUR", Unlock: 100, Riding: []fare.Segment{{Rate: 15, Interval: 1}}}
	used := fare.Usage{Riding: 3 * time.Minute} // 145
	for name, c := range map[string]struct {
		zone   fare.Adjustment
		amount int64
	}{
		"nothing":                       {fare.Adjustment{}, 0},
		"a fifth off":                   {fare.Adjustment{Percent: -20}, -29},
		"half more, rounded":            {fare.Adjustment{Percent: 50}, 73}, // 72.5
		"half off, rounded the same":    {fare.Adjustment{Percent: -50}, -73},
		"a fine":                        {fare.Adjustment{Amount: 500}, 500},
		"both":                          {fare.Adjustment{Percent: 10, Amount: -50}, -35},
		"free":                          {fare.Adjustment{Percent: -100}, -145},
		"no more off than there is":     {fare.Adjustment{Percent: -100, Amount: -1}, -145},
		"an amount beyond what is owed": {fare.Adjustment{Amount: -1000}, -145},
	} {
		t.Run(name, func(t *testing.T) {
			plain, bill := fare.Quote(tariff, used), fare.Quote(tariff, used, c.zone)
			require.Equal(t, plain.Total.Minor+c.amount, bill.Total.Minor)
			if c.amount == 0 {
				require.Equal(t, plain, bill)
				return
			}
			require.Equal(t, append(plain.Lines, fare.Line{Item: "zone", Quantity: 1, Amount: c.amount}), bill.Lines)
		})
	}
}

// Whatever the zone, the bill is the sum of its lines and never below nothing.
func TestABillIsNeverBelowNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tariff := fare.Tariff{Currency: "EUR", Unlock: rapid.Int64Range(0, 1e9).Draw(t, "unlock")}
		a := fare.Adjustment{
			Percent: rapid.IntRange(-100, fare.MaxPercent).Draw(t, "percent"),
			Amount:  rapid.Int64Range(-fare.MaxAmount, fare.MaxAmount).Draw(t, "amount"),
		}
		require.True(t, a.Valid())
		bill := fare.Quote(tariff, fare.Usage{}, a)
		var sum int64
		for _, l := range bill.Lines {
			sum += l.Amount
		}
		require.Equal(t, sum, bill.Total.Minor)
		require.GreaterOrEqual(t, bill.Total.Minor, int64(0))
		exact := float64(tariff.Unlock)*(1+float64(a.Percent)/100) + float64(a.Amount)
		require.InDelta(t, max(exact, 0), float64(bill.Total.Minor), 1)
	})
}
