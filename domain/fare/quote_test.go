package fare_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
)

func minutes(n float64) time.Duration { return time.Duration(n * float64(time.Minute)) }

func TestQuote(t *testing.T) {
	perMinute := []fare.Segment{{Rate: 20, Interval: 1}}
	for name, c := range map[string]struct {
		tariff fare.Tariff
		usage  fare.Usage
		lines  []fare.Line // beyond the unlock
		total  int64
	}{
		"only the unlock":        {fare.Tariff{Unlock: 100, Riding: perMinute}, fare.Usage{}, nil, 100},
		"a second is a minute":   {fare.Tariff{Unlock: 100, Riding: perMinute}, fare.Usage{Riding: time.Second}, []fare.Line{{"riding", 1, 20}}, 120},
		"a minute is a minute":   {fare.Tariff{Riding: perMinute}, fare.Usage{Riding: minutes(1)}, []fare.Line{{"riding", 1, 20}}, 20},
		"and a moment is two":    {fare.Tariff{Riding: perMinute}, fare.Usage{Riding: minutes(1) + 1}, []fare.Line{{"riding", 2, 40}}, 40},
		"every five minutes":     {fare.Tariff{Riding: []fare.Segment{{Rate: 50, Interval: 5}}}, fare.Usage{Riding: minutes(11)}, []fare.Line{{"riding", 3, 150}}, 150},
		"the first ten are free": {fare.Tariff{Riding: []fare.Segment{{Start: 10, Rate: 20, Interval: 1}}}, fare.Usage{Riding: minutes(10)}, nil, 0},
		"after ten, each minute": {fare.Tariff{Riding: []fare.Segment{{Start: 10, Rate: 20, Interval: 1}}}, fare.Usage{Riding: minutes(12.5)},
			[]fare.Line{{"riding", 3, 60}}, 60},
		"cheaper later": {
			fare.Tariff{Riding: []fare.Segment{{Rate: 20, Interval: 1, End: 10}, {Start: 10, Rate: 10, Interval: 1}}},
			fare.Usage{Riding: minutes(15)}, []fare.Line{{"riding", 15, 250}}, 250,
		},
		"at the end of a segment": {
			fare.Tariff{Riding: []fare.Segment{{Rate: 20, Interval: 1, End: 10}, {Start: 10, Rate: 10, Interval: 1}}},
			fare.Usage{Riding: minutes(10)}, []fare.Line{{"riding", 10, 200}}, 200,
		},
		// GBFS: interval 0 charges the rate once, at the start of the segment.
		"once":         {fare.Tariff{Riding: []fare.Segment{{Start: 60, Rate: 500}}}, fare.Usage{Riding: minutes(200)}, []fare.Line{{"riding", 1, 500}}, 500},
		"once, before": {fare.Tariff{Riding: []fare.Segment{{Start: 60, Rate: 500}}}, fare.Usage{Riding: minutes(60)}, nil, 0},
		// GBFS: segments overlap and add up.
		"overlapping": {
			fare.Tariff{Riding: []fare.Segment{{Rate: 10, Interval: 1}, {Start: 5, Rate: 5, Interval: 1}}},
			fare.Usage{Riding: minutes(8)}, []fare.Line{{"riding", 11, 95}}, 95,
		},
		"a discount": {
			fare.Tariff{Riding: []fare.Segment{{Rate: 10, Interval: 1}, {Start: 5, Rate: -5, Interval: 1}}},
			fare.Usage{Riding: minutes(8)}, []fare.Line{{"riding", 11, 65}}, 65,
		},
		"all of it": {
			fare.Tariff{Unlock: 100, Riding: perMinute, Paused: []fare.Segment{{Rate: 5, Interval: 1}}, Distance: []fare.Segment{{Start: 2, Rate: 30, Interval: 1}}},
			fare.Usage{Riding: minutes(10), Paused: minutes(3.5), Meters: 4001},
			[]fare.Line{{"riding", 10, 200}, {"paused", 4, 20}, {"distance", 3, 90}}, 410,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.tariff.Currency = "EUR"
			bill := fare.Quote(c.tariff, c.usage)
			require.Equal(t, append([]fare.Line{{"unlock", 1, c.tariff.Unlock}}, c.lines...), bill.Lines)
			require.Equal(t, c.total, bill.Total.Minor)
			require.Equal(t, "EUR", bill.Total.Currency)
		})
	}
}

func segments() *rapid.Generator[[]fare.Segment] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) fare.Segment {
		s := fare.Segment{
			Start: rapid.IntRange(0, 60).Draw(t, "start"), Rate: rapid.Int64Range(0, 500).Draw(t, "rate"),
			Interval: rapid.IntRange(0, 15).Draw(t, "interval"),
		}
		if rapid.Bool().Draw(t, "ends") {
			s.End = s.Start + rapid.IntRange(1, 60).Draw(t, "length")
		}
		return s
	}), 0, 4)
}

// More use never costs less, the lines sum to the total, and an empty ride costs the unlock.
func TestQuoteProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tariff := fare.Tariff{
			Currency: "EUR", Unlock: rapid.Int64Range(0, 500).Draw(t, "unlock"),
			Riding: segments().Draw(t, "riding"), Paused: segments().Draw(t, "paused"), Distance: segments().Draw(t, "distance"),
		}
		usage := fare.Usage{
			Riding: time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "rode")),
			Paused: time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "stood")),
			Meters: rapid.Int64Range(0, 100_000).Draw(t, "meters"),
		}
		more := usage
		more.Riding += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "longer"))
		more.Paused += time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "stood longer"))
		more.Meters += rapid.Int64Range(0, 10_000).Draw(t, "further")

		bill := fare.Quote(tariff, usage)
		require.GreaterOrEqual(t, fare.Quote(tariff, more).Total.Minor, bill.Total.Minor)
		require.Equal(t, tariff.Unlock, fare.Quote(tariff, fare.Usage{}).Total.Minor)
		var sum int64
		for _, line := range bill.Lines {
			sum += line.Amount
		}
		require.Equal(t, bill.Total.Minor, sum)
		require.Equal(t, bill, fare.Quote(tariff, usage), "the same ride, the same price")
	})
}

// A segment without overlap charges every begun interval, checked one by one.
func TestQuoteCountsIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := segments().Filter(func(s []fare.Segment) bool { return len(s) == 1 && s[0].Interval > 0 }).Draw(t, "segment")[0]
		used := time.Duration(rapid.Int64Range(0, int64(3*time.Hour)).Draw(t, "used"))
		var begun int64
		for at := s.Start; time.Duration(at)*time.Minute < used && (s.End == 0 || at < s.End); at += s.Interval {
			begun++
		}
		bill := fare.Quote(fare.Tariff{Riding: []fare.Segment{s}}, fare.Usage{Riding: used})
		require.Equal(t, begun*s.Rate, bill.Total.Minor)
	})
}
