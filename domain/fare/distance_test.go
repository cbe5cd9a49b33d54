package fare_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fare"
)

func TestDistance(t *testing.T) {
	for name, c := range map[string]struct {
		from, to int
		riding   time.Duration
		want     int64
	}{
		"difference":              {12, 15, time.Hour, 3000},
		"cleared late":            {12, 2, time.Hour, 2000},
		"nothing":                 {7, 7, time.Hour, 0},
		"cut to what it can do":   {0, 100, time.Hour, 25_000},
		"no time":                 {0, 5, 0, 0},
		"a counter gone mad":      {0, 1_000_000_000, 2 * time.Hour, 50_000},
		"cleared late, and wrong": {1000, 999, time.Minute, 416},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.want, fare.Distance(c.from, c.to, c.riding, 25))
		})
	}
}

func TestDistanceBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(0, 1<<30).Draw(t, "from"), rapid.IntRange(0, 1<<30).Draw(t, "to")
		riding := time.Duration(rapid.Int64Range(0, int64(24*time.Hour)).Draw(t, "riding"))
		limit := rapid.IntRange(0, 60).Draw(t, "km/h")
		got := fare.Distance(from, to, riding, limit)
		require.GreaterOrEqual(t, got, int64(0))
		require.LessOrEqual(t, float64(got), riding.Hours()*float64(limit)*1000)
		require.LessOrEqual(t, got, int64(to)*1000)
	})
}
