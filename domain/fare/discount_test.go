package fare_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
)

func TestDiscounts(t *testing.T) {
	tariff := fare.Tariff{Currency: "EUR", Unlock: 100, Riding: []fare.Segment{{Rate: 15, Interval: 1}}, Paused: []fare.Segment{{Rate: 5, Interval: 1}}}
	used := fare.Usage{Riding: 3 * time.Minute, Paused: 2 * time.Minute} // 155
	for name, c := range map[string]struct {
		discount fare.Discount
		zone     fare.Adjustment
		off      int64
		total    int64
	}{
		"a fifth":                        {fare.Discount{Percent: 20}, fare.Adjustment{}, 31, 124},
		"half, rounded":                  {fare.Discount{Percent: 50}, fare.Adjustment{}, 78, 77},
		"all":                            {fare.Discount{Percent: 100}, fare.Adjustment{}, 155, 0},
		"the unlock":                     {fare.Discount{Unlock: true}, fare.Adjustment{}, 100, 55},
		"an amount":                      {fare.Discount{Amount: 40}, fare.Adjustment{}, 40, 115},
		"no more than it costs":          {fare.Discount{Amount: 500}, fare.Adjustment{}, 155, 0},
		"what the zone asks for stays":   {fare.Discount{Percent: 100}, fare.Adjustment{Amount: 500}, 155, 500},
		"the zone's part is of the rest": {fare.Discount{Unlock: true}, fare.Adjustment{Percent: -20}, 100, 44},
		"nothing":                        {fare.Discount{}, fare.Adjustment{}, 0, 155},
	} {
		t.Run(name, func(t *testing.T) {
			bill := fare.QuoteWith(&c.discount, tariff, used, c.zone)
			require.Equal(t, c.total, bill.Total.Minor)
			require.Equal(t, c.off, bill.Discount())
		})
	}
}

// Whatever the discount and the zone: the lines sum to the bill, which is never below nothing, and what is booked of pauses and of
// the ride is what they cost.
func TestADiscountIsALineOfTheBill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tariff := fare.Tariff{
			Currency: "EUR", Unlock: rapid.Int64Range(0, 1e9).Draw(t, "unlock"), Riding: segments().Draw(t, "riding"), Paused: segments().Draw(t, "paused"),
		}
		used := fare.Usage{
			Riding: time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "rode")), Paused: time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "stood")),
		}
		zone := fare.Adjustment{Percent: rapid.IntRange(-100, 1000).Draw(t, "percent"), Amount: rapid.Int64Range(-1000, 1000).Draw(t, "amount")}
		d := fare.Discount{Percent: rapid.IntRange(0, 100).Draw(t, "off"), Amount: rapid.Int64Range(0, 1000).Draw(t, "so much off"), Unlock: rapid.Bool().Draw(t, "free")}
		plain, bill := fare.Quote(tariff, used, zone), fare.QuoteWith(&d, tariff, used, zone)
		var sum int64
		for _, l := range bill.Lines {
			sum += l.Amount
		}
		require.Equal(t, sum, bill.Total.Minor)
		require.GreaterOrEqual(t, bill.Total.Minor, int64(0))
		require.GreaterOrEqual(t, bill.Discount(), int64(0))
		require.GreaterOrEqual(t, bill.Pauses(), int64(0))
		require.LessOrEqual(t, bill.Pauses(), bill.Total.Minor+bill.Discount())
		if zone == (fare.Adjustment{}) {
			require.Equal(t, plain.Total.Minor, bill.Total.Minor+bill.Discount())
			require.Equal(t, plain.Pauses(), bill.Pauses(), "a discount pays no pause that there is not")
		}
	})
}
