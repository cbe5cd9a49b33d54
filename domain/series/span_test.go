package series_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fault"
	"rodada/domain/series"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestAsk(t *testing.T) {
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for name, c := range map[string]struct {
		from, to time.Time
		every    time.Duration
		want     series.Span
		err      error
	}{
		"nothing said: the last day":  {want: series.Span{From: ago(24 * time.Hour), To: noon, Every: 5 * time.Minute}},
		"an hour, as a chart shows":   {from: ago(time.Hour), want: series.Span{From: ago(time.Hour), To: noon, Every: 10 * time.Second}},
		"only the end":                {to: ago(time.Hour), want: series.Span{From: ago(25 * time.Hour), To: ago(time.Hour), Every: 5 * time.Minute}},
		"a minute, as fine as can be": {from: ago(time.Minute), every: time.Second, want: series.Span{From: ago(time.Minute), To: noon, Every: time.Second}},
		"a month":                     {from: ago(series.Longest), want: series.Span{From: ago(series.Longest), To: noon, Every: 2 * time.Hour}},
		"backwards":                   {from: noon, to: ago(time.Second), err: series.ErrSpan},
		"no time at all":              {from: noon, to: noon, err: series.ErrSpan},
		"longer than a month":         {from: ago(series.Longest + 1), err: series.ErrSpanLong},
		"since the beginning of time": {from: time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), err: series.ErrSpanLong},
		"before what can be stored":   {from: time.Date(1600, 1, 1, 0, 0, 0, 0, time.UTC), to: time.Date(1600, 1, 2, 0, 0, 0, 0, time.UTC), err: series.ErrSpanAway},
		"after what can be stored":    {from: time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC), to: time.Date(2300, 1, 2, 0, 0, 0, 0, time.UTC), err: series.ErrSpanAway},
		"finer than a second":         {from: ago(time.Minute), every: time.Millisecond, err: series.ErrEvery},
		"too fine":                    {from: ago(24 * time.Hour), every: 17 * time.Second, err: series.ErrEvery},
		"just not too fine":           {from: ago(24 * time.Hour), every: 18 * time.Second, want: series.Span{From: ago(24 * time.Hour), To: noon, Every: 18 * time.Second}},
		"a step back":                 {from: ago(time.Hour), every: -time.Minute, err: series.ErrEvery},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := series.Ask(c.from, c.to, c.every, noon)
			require.ErrorIs(t, err, c.err)
			require.Equal(t, c.want, got)
		})
	}
}

// Whatever is asked for, an answer has at most so many points: one for each multiple of every that the span touches.
func TestAnswersAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := time.Duration(rapid.Int64Range(1, int64(series.Longest)).Draw(t, "length"))
		to := noon.Add(time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "to")))
		every := time.Duration(rapid.OneOf(rapid.Just(0), rapid.IntRange(1, 1000)).Draw(t, "every")) * time.Second
		span, err := series.Ask(to.Add(-length), to, every, noon)
		if err != nil {
			require.ErrorIs(t, err, series.ErrEvery)
			return
		}
		require.Zero(t, span.Every%time.Second)
		windows := 0
		for at := span.From.Truncate(span.Every); at.Before(span.To); at = at.Add(span.Every) {
			windows++
		}
		require.LessOrEqual(t, windows, series.MostPoints)
		if every == 0 {
			require.LessOrEqual(t, windows, 501)
		}
	})
}

func TestRefusalsSayWhatWouldDo(t *testing.T) {
	_, err := series.Ask(noon.Add(-24*time.Hour), noon, time.Second, noon)
	require.ErrorIs(t, err, series.ErrEvery)
	require.ErrorContains(t, err, "fine")
	require.Equal(t, map[string]any{"least_seconds": int64(18)}, details(t, err))
	_, err = series.Ask(noon.Add(-2*series.Longest), noon, 0, noon)
	require.Equal(t, map[string]any{"longest_seconds": int64(31 * 24 * 3600)}, details(t, err))
}

func details(t *testing.T, err error) map[string]any {
	t.Helper()
	f, is := fault.From(err)
	require.True(t, is)
	return f.Details
}
