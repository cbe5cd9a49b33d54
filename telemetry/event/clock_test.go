package event_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/telemetry/event"
)

func TestClock(t *testing.T) {
	unix := func(at time.Time) string { return fmt.Sprint(at.Unix()) }
	for name, c := range map[string]struct {
		t     string
		clock event.Clock
		at    time.Time
	}{
		"none":                        {`null`, event.NoClock, noon},
		"half a minute ago":           {unix(noon.Add(-30 * time.Second)), event.Right, noon.Add(-30 * time.Second)},
		"in milliseconds":             {fmt.Sprint(noon.Add(-1500 * time.Millisecond).UnixMilli()), event.Right, noon.Add(-1500 * time.Millisecond)},
		"half a second ahead":         {fmt.Sprintf("%d.5", noon.Unix()), event.Right, noon},
		"half a second ago":           {fmt.Sprintf("%d.5", noon.Add(-time.Second).Unix()), event.Right, noon.Add(-time.Second / 2)},
		"hours ago, it was hidden":    {unix(noon.Add(-5 * time.Hour)), event.Right, noon.Add(-5 * time.Hour)},
		"a little ahead":              {unix(noon.Add(20 * time.Second)), event.Right, noon},
		"an hour ahead":               {unix(noon.Add(time.Hour)), event.Ahead, noon},
		"an hour ahead, milliseconds": {fmt.Sprint(noon.Add(time.Hour).UnixMilli()), event.Ahead, noon},
		"a week ago":                  {unix(noon.Add(-7 * 24 * time.Hour)), event.Behind, noon},
		"0":                           {`0`, event.Unset, noon},
		"negative":                    {`-5`, event.Unset, noon},
		"weeks that began again":      {unix(noon.Add(-1024 * 7 * 24 * time.Hour)), event.Unset, noon},
		"64 bits":                     {`9223372036854775807`, event.Absurd, noon},
		"1e30":                        {`1e30`, event.Absurd, noon},
		"words":                       {`"noon"`, event.Absurd, noon},
	} {
		for of, place := range map[string]string{"of a place": "3020.5887,12006.4229,0,0", "of no place": ",,0,0"} {
			t.Run(name+" "+of, func(t *testing.T) {
				got, err := read(t, fmt.Sprintf(`{"a":19,"i":"A1","g":"%s","t":%s}`, place, c.t))
				require.NoError(t, err)
				require.Equal(t, c.clock, got.Clock())
				require.Equal(t, c.at, got.At())
			})
		}
	}
}

// Whatever a clock says, the time that counts is near the reception, and another one than the device's is told to be corrected.
func TestAnyClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := event.Report{Received: noon, Absurd: rapid.Bool().Draw(t, "absurd")}
		if !r.Absurd && rapid.Bool().Draw(t, "said") {
			r.Device = rapid.OneOf(
				rapid.Map(rapid.Int64(), func(n int64) time.Time { return time.Unix(0, n).UTC() }),
				rapid.Map(rapid.Int64Range(-100_000, 100), func(n int64) time.Time { return noon.Add(time.Duration(n) * time.Second) }),
			).Draw(t, "device")
		}
		require.WithinRange(t, r.At(), noon.Add(-24*time.Hour), noon)
		ahead := r.Clock() == event.Right && r.Device.After(noon)
		require.Equal(t, r.Absurd || !ahead && !r.Device.IsZero() && !r.At().Equal(r.Device), slices.Contains(event.Corrected(), r.Clock()))
	})
}
