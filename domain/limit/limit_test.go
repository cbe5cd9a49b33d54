package limit_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/limit"
)

func TestParse(t *testing.T) {
	q, err := limit.Parse("60/1m")
	require.NoError(t, err)
	require.Equal(t, limit.Quota{Count: 60, Per: time.Minute}, q)
	require.Equal(t, "60/1m0s", q.String())
	q, err = limit.Parse("0")
	require.NoError(t, err)
	require.True(t, q.None())
	require.Equal(t, "0", q.String())
	for _, bad := range []string{"", "60", "60/", "/1m", "-1/1m", "0/1m", "60/1", "60/10ms", "60/25h", "sixty/1m", "60/1m/1m", "99999999999999999999/1m"} {
		require.Error(t, q.UnmarshalText([]byte(bad)), bad)
	}
}

func TestParseReadsWhatStringWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := limit.Quota{Count: rapid.IntRange(1, 1e9).Draw(t, "count"), Per: time.Duration(rapid.Int64Range(int64(time.Second), int64(24*time.Hour)).Draw(t, "per"))}
		again, err := limit.Parse(q.String())
		require.NoError(t, err)
		require.Equal(t, q, again)
	})
}

// Who waits as long as is said has waited long enough.
func TestWaitsAreWholeSecondsAndNeverTooShort(t *testing.T) {
	for d, want := range map[time.Duration]int{0: 1, 1: 1, time.Second: 1, time.Second + 1: 2, time.Minute: 60, -time.Second: 1} {
		require.Equal(t, want, limit.Seconds(d), d)
	}
	require.Equal(t, 2, limit.In(limit.ErrWait, 1500*time.Millisecond).Details["retry_after"])
	require.Empty(t, limit.ErrWait.Details)
	require.Equal(t, limit.Backoff{Tries: 20, First: 1, Max: 2}, limit.Backoff{Tries: 5, First: 1, Max: 2}.Times(4))
}
