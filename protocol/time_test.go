package protocol_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/protocol"
)

func timed(t require.TestingT, text string) protocol.Message {
	m, err := protocol.Decode(fmt.Appendf(nil, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,1"%s}`, text))
	require.NoError(t, err)
	return m
}

func TestReportTime(t *testing.T) {
	want := time.Date(2017, 8, 18, 8, 53, 35, 0, time.UTC)
	for name, c := range map[string]struct {
		t    string
		want time.Time
		said bool
	}{
		"seconds":           {`,"t":1503046415`, want, true},
		"a text":            {`,"t":"1503046415"`, want, true},
		"milliseconds":      {`,"t":1503046415000`, want, true},
		"half a second":     {`,"t":1503046415.5`, want.Add(time.Second / 2), true},
		"half a milli":      {`,"t":"1503046415000.5"`, want.Add(time.Millisecond / 2), true},
		"a half after 2262": {`,"t":9300000000.5`, time.Time{}, true},
		"none":              {``, time.Time{}, false},
		"null":              {`,"t":null`, time.Time{}, false},
		"empty":             {`,"t":" "`, time.Time{}, false},
		"zero":              {`,"t":0`, time.Unix(0, 0).UTC(), true},
		"negative":          {`,"t":-5`, time.Unix(-5, 0).UTC(), true},
		"negative millis":   {`,"t":-100000000001`, time.UnixMilli(-100000000001).UTC(), true},
		"after 2262":        {`,"t":9300000000`, time.Time{}, true},
		"microseconds":      {`,"t":1503046415000000`, time.Time{}, true},
		"64 bits":           {`,"t":9223372036854775807`, time.Time{}, true},
		"64 bits, negative": {`,"t":-9223372036854775808`, time.Time{}, true},
		"1e30":              {`,"t":1e30`, time.Time{}, true},
		"words":             {`,"t":"noon"`, time.Time{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got, said := timed(t, c.t).ReportTime()
			require.Equal(t, c.want, got)
			require.Equal(t, c.said, said)
		})
	}
}

// Whatever number is sent, the time is one that the history can hold, and the number's own.
func TestAnyReportTime(t *testing.T) {
	numbers := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1e14, 1e14), rapid.Int64Range(-1e11, 1e11), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64}))
	rapid.Check(t, func(t *rapid.T) {
		n := numbers.Draw(t, "t")
		at, said := timed(t, fmt.Sprintf(`,"t":%d`, n)).ReportTime()
		require.True(t, said)
		if at.IsZero() {
			require.True(t, n > 9e9 || n < -9e9)
			return
		}
		require.True(t, at.Unix() == n || at.UnixMilli() == n)
		require.Equal(t, at, time.Unix(0, at.UnixNano()).UTC())
	})
}
