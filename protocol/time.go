package protocol

import (
	"math"
	"strings"
	"time"
)

// ReportTime reads "t" as Unix time, in seconds or, as some boxes count, in milliseconds. It reports whether there is a "t"; one
// that is no time from 1678 to 2262, which is what 64 bits of nanoseconds hold, gives the zero time. Whether a clock can be believed
// is not said here. In acks "t" is a random number.
func (m Message) ReportTime() (at time.Time, said bool) {
	const (
		millis = 100_000_000_000 // as seconds: the year 5138
		most   = math.MaxInt64 / int64(time.Millisecond)
	)
	n := m.Time
	switch far := max(n, -n); {
	case !m.HasTime:
		return time.Time{}, m.saysNoTime()
	case n == math.MinInt64:
	case far < most/1000:
		return time.Unix(n, 0).UTC(), true
	case far >= millis && far < most:
		return time.UnixMilli(n).UTC(), true
	}
	return time.Time{}, true
}

// saysNoTime reports whether there is a "t" that is no number.
func (m Message) saysNoTime() bool {
	for i := range m.fields {
		if f := &m.fields[i]; f.param == nil && f.key == "t" {
			return strings.TrimSpace(f.text) != ""
		}
	}
	return false
}
