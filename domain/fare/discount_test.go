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
		"a pass":                         {fare.Discount{PassID: "p", Minutes: 60}, fare.Adjustment{}, 45, 110},
		"what a pass has left":           {fare.Discount{PassID: "p", Minutes: 2}, fare.Adjustment{}, 30, 125},
		"a pass with the unlock":         {fare.Discount{PassID: "p", Minutes: 60, Unlock: true}, fare.Adjustment{Amount: 500}, 145, 510},
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
		d := rapid.SampledFrom([]fare.Discount{{PassID: "p", Minutes: rapid.IntRange(0, 200).Draw(t, "minutes"), Unlock: rapid.Bool().Draw(t, "with the unlock")}, {Percent: rapid.IntRange(0, 100).Draw(t, "off"), Amount: rapid.Int64Range(0, 1000).Draw(t, "so much off"), Unlock: rapid.Bool().Draw(t, "free")}}).Draw(t, "discount")
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

// A pass pays for the first minutes of a ride what a ride that is over after them costs, and counts the minutes as they are begun.
func TestAPassPaysTheFirstMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tariff := fare.Tariff{Currency: "EUR", Unlock: rapid.Int64Range(0, 300).Draw(t, "unlock"), Riding: segments().Draw(t, "riding")}
		rode := time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "rode"))
		has := rapid.IntRange(1, 150).Draw(t, "has")
		bill := fare.QuoteWith(&fare.Discount{PassID: "p", Minutes: has}, tariff, fare.Usage{Riding: rode})
		first := min(rode, time.Duration(has)*time.Minute)
		require.Equal(t, max(0, fare.Quote(tariff, fare.Usage{Riding: first}).Total.Minor-tariff.Unlock), bill.Pass())
		for _, l := range bill.Lines {
			if l.Item == "pass" {
				require.EqualValues(t, (first+time.Minute-1)/time.Minute, l.Quantity)
			}
		}
	})
}

func TestWhatAWalletMustHoldWithADiscount(t *testing.T) {
	tariff := fare.Tariff{Currency: "EUR", Unlock: 100, Riding: []fare.Segment{{Rate: 20, Interval: 1}}, MinimumBalance: 500}
	for name, c := range map[string]struct {
		discount *fare.Discount
		minimum  int64
	}{
		"none":                         {nil, 500},
		"all of the price":             {&fare.Discount{Percent: 100}, 0},
		"a fifth":                      {&fare.Discount{Percent: 20}, 400},
		"an amount":                    {&fare.Discount{Amount: 150}, 350},
		"a large amount":               {&fare.Discount{Amount: 1500}, 0},
		"the unlock":                   {&fare.Discount{Unlock: true}, 400},
		"a pass with much left":        {&fare.Discount{PassID: "p", Minutes: 60}, 0},
		"a pass with little":           {&fare.Discount{PassID: "p", Minutes: 5}, 400},
		"a pass with little, unlocked": {&fare.Discount{PassID: "p", Minutes: 5, Unlock: true}, 300},
	} {
		require.Equal(t, c.minimum, tariff.Minimum(c.discount), name)
	}
}
