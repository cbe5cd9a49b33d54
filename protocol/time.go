package protocol

import (
	"math"
	"strings"
	"time"
)

const (
	millis   = 100_000_000_000                    // what is beyond is milliseconds; as seconds: the year 5138
	farthest = math.MaxInt64 / int64(time.Second) // seconds that 64 bits of nanoseconds hold
)

// ReportTime reads "t" as Unix time, in seconds, whole or not, or, as some boxes count, in milliseconds. It reports whether there is a "t"; one
// that is no time from 1678 to 2262, which is what 64 bits of nanoseconds hold, gives the zero time. Whether a clock can be believed
// is not said here. In acks "t" is a random number.
func (m Message) ReportTime() (at time.Time, said bool) {
	n := m.Time
	switch far := max(n, -n); {
	case !m.HasTime:
		return m.oddTime()
	case n == math.MinInt64:
	case far < farthest:
		return time.Unix(n, 0).UTC(), true
	case far >= millis && far < 1000*farthest:
		return time.UnixMilli(n).UTC(), true
	}
	return time.Time{}, true
}

// oddTime reads a "t" that is no whole number.
func (m Message) oddTime() (at time.Time, said bool) {
	for i := range m.fields {
		if f := &m.fields[i]; f.param == nil && f.key == "t" {
			return fractional(f.text), strings.TrimSpace(f.text) != ""
		}
	}
	return time.Time{}, false
}

// fractional is a time to the microsecond, which is finer than a float tells them apart.
func fractional(text string) time.Time {
	n, ok := parseFloat(text)
	switch far := math.Abs(n); {
	case !ok:
	case far < float64(farthest):
		return time.UnixMicro(int64(math.Round(n * 1e6))).UTC()
	case far >= millis && far < float64(1000*farthest):
		return time.UnixMicro(int64(math.Round(n * 1e3))).UTC()
	}
	return time.Time{}
}
