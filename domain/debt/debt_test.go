package debt_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/debt"
	"rodada/domain/payment"
)

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	steps = debt.Steps{time.Hour, 24 * time.Hour, 120 * time.Hour}
	away  = debt.Trouble(payment.Unreachable)
)

func TestSteps(t *testing.T) {
	for name, c := range map[string]struct {
		after   time.Duration // the beginning
		trouble debt.Trouble
		want    time.Duration // zero: not any more
	}{
		"after the first":            {time.Hour, "declined", 24 * time.Hour},
		"just before a step":         {24*time.Hour - 1, "declined", 24 * time.Hour},
		"long after several":         {100 * time.Hour, debt.NoCard, 120 * time.Hour},
		"after the last":             {120 * time.Hour, "declined", 0},
		"the provider is away":       {time.Hour, away, 2 * time.Hour},
		"away, the next is near":     {23*time.Hour + 30*time.Minute, away, 24 * time.Hour},
		"away at the last":           {120 * time.Hour, away, 121 * time.Hour},
		"asked for after the last":   {500 * time.Hour, "declined", 0},
		"asked for before the first": {time.Minute, "declined", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			next, again := steps.After(noon, noon.Add(c.after), c.trouble)
			require.Equal(t, c.want > 0, again)
			if again {
				require.Equal(t, c.want, next.Sub(noon))
			}
		})
	}
}

func TestTheNextStepIsLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := noon.Add(time.Duration(rapid.Int64Range(0, int64(200*time.Hour)).Draw(t, "after")))
		trouble := rapid.SampledFrom([]debt.Trouble{"declined", debt.NoCard, away}).Draw(t, "trouble")
		next, again := steps.After(noon, now, trouble)
		if again {
			require.True(t, next.After(now))
			require.LessOrEqual(t, next.Sub(now), 120*time.Hour)
		}
	})
}

func TestStates(t *testing.T) {
	require.Equal(t, debt.Open, debt.Debt{NextAt: noon}.State())
	require.Equal(t, debt.Blocked, debt.Debt{}.State())
	require.Equal(t, debt.Ended, debt.Debt{EndedAt: noon}.State())
	require.NotEqual(t, debt.Debt{ID: "a"}.Key(1), debt.Debt{ID: "a"}.Key(2))
}
