package event_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/protocol"
	"rodada/telemetry/event"
)

// check is what must hold of whatever a scooter sent.
func check(t require.TestingT, m protocol.Message) {
	got, err := event.Of(m, noon)
	require.Equal(t, m.Plate, got.Plate)
	require.Equal(t, noon, got.Received)
	require.False(t, got.At().After(noon), "%v", got.At())
	require.False(t, got.At().Before(noon.Add(-24*time.Hour)), "%v", got.At())
	if err != nil {
		var bad *protocol.DecodeError
		require.ErrorAs(t, err, &bad)
	}
	kinds := map[string]bool{}
	for _, f := range got.Facts {
		kind := fmt.Sprintf("%T", f)
		require.False(t, kinds[kind], "%s twice in one report", kind)
		kinds[kind] = true
		switch f := f.(type) {
		case event.Position:
			require.True(t, f.Point.Valid(), "%v", f.Point)
			if f.Flaw != event.NoFix && f.Flaw != event.NullIsland {
				require.NotZero(t, f.Point, "what a receiver says before it knows")
				require.Contains(t, []protocol.Source{protocol.GPS, protocol.LBS}, f.Source)
				require.Equal(t, f.Source == protocol.LBS, f.Flaw == event.ByCells)
			}
		case event.Battery:
			require.True(t, f.Percent >= 0 && f.Percent <= 100, "%d", f.Percent)
		case event.Voltage:
			require.True(t, f.Volts > 0 && f.Volts <= 500 && !math.IsNaN(f.Volts), "%v", f.Volts)
		case event.Fault:
			require.True(t, f.Code >= 0 && f.Code <= 255 && f.Meaning() != "", "%d", f.Code)
		case event.Speed:
			require.True(t, f.Kmh >= 0 && f.Kmh <= 200, "%d", f.Kmh)
		case event.Trip:
			require.GreaterOrEqual(t, f.Km, int64(0), "%+v", f)
		case event.Limit:
			require.True(t, f.Kmh >= 0 && f.Kmh <= 200, "%d", f.Kmh)
		case event.Signal:
			require.True(t, f.Level >= -140 && f.Level <= 97, "%d", f.Level)
		case event.Power, event.Posture, event.Vibration: // every value of theirs can be
		default:
			require.Fail(t, "a fact of no kind", "%T", f)
		}
	}
	require.LessOrEqual(t, len(got.Facts), 6)
}

// FuzzAnything: whatever a device sends, what is made of it can be.
func FuzzAnything(f *testing.F) {
	for _, frame := range []string{
		`{"a":27,"i":"A1","b":81,"c":0,"s":1,"r":41.5,"v":25}`, `{"a":27,"i":"A1","b":"81","c":"0","s":7,"r":"-1e308"}`,
		`{"a":16,"i":"A1","s":0,"k":25,"p ":12,"e ":8,"b ":60,"y":9,"q":99,"w":7,"z":3,"c":0,"t":5}`,
		`{"a":16,"i":"A1","k":200,"p":200,"e":-9,"b":100,"y":1099511627776,"q":1099511627776,"w":0,"z":0,"c":1}`,
		`{"a":19,"i":"A1","g":"9000.0000,18000.0000,1,1","t":9223372036854775807}`, `{"a":19,"i":"A1","g":"0000.0000,00000.0001"}`,
		`{"a":19,"i":"A1","g":"-9000.0001,-18000.0001,,","t":-1}`, `{"a":55,"i":"A1","s":-1,"r":501}`, `{"a":57,"i":"A1","s":9e15}`,
		`{"a":88,"i":"A1"}`, `{"a":22,"i":"A1","s":2}`, `{"a":98,"i":"A1","x":1001}`,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		if m, err := protocol.Decode(payload); err == nil {
			check(t, m)
		}
	})
}

// Frames in the right form, with any values, said twice: they say the same.
func TestAnyReport(t *testing.T) {
	number := rapid.OneOf(
		rapid.Map(rapid.Int64(), func(n int64) string { return fmt.Sprint(n) }),
		rapid.Map(rapid.IntRange(-3, 260), func(n int) string { return fmt.Sprint(n) }),
		rapid.Map(rapid.Float64Range(-1000, 1000), func(x float64) string { return fmt.Sprintf(`"%.3f"`, x) }),
	)
	degrees := rapid.Map(rapid.Float64Range(-20000, 20000), func(x float64) string { return fmt.Sprintf("%.4f", x) })
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		code := rapid.SampledFrom([]int{16, 19, 22, 27, 55, 57, 88, 98}).Draw(t, "code")
		fmt.Fprintf(&b, `{"a":%d,"i":"A1","h":"H","f":"F"`, code)
		for _, key := range "kpebyqwzcsrvxt" {
			if rapid.Float64Range(0, 1).Draw(t, "there") < 0.95 {
				fmt.Fprintf(&b, `,"%c":%s`, key, number.Draw(t, string(key)))
			}
		}
		fmt.Fprintf(&b, `,"g":"%s,%s,%d,%d"}`, degrees.Draw(t, "lat"), degrees.Draw(t, "lng"),
			rapid.IntRange(0, 2).Draw(t, "business"), rapid.IntRange(0, 2).Draw(t, "source"))
		m, err := protocol.Decode([]byte(b.String()))
		if err != nil {
			return
		}
		check(t, m)
		first, err := event.Of(m, noon)
		again, errAgain := event.Of(m, noon)
		require.Equal(t, first, again)
		require.Equal(t, err, errAgain)
	})
}
