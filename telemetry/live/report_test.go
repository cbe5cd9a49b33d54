package live_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/live"
)

func reportOf(t *testing.T, frame string) (live.Report, error) {
	t.Helper()
	m, err := protocol.Decode([]byte(frame))
	require.NoError(t, err)
	return live.ReportOf(m, noon)
}

func TestReports(t *testing.T) {
	for name, c := range map[string]struct {
		frame string
		want  live.Values
	}{
		"a heartbeat": {
			`{"a":27,"i":"A1","b":81,"c":0,"s":1,"r":41.5,"v":25}`,
			live.Values{Battery: value(81, 0), Powered: value(true, 0), Fallen: value(true, 0), Voltage: value(41.5, 0)},
		},
		"a heartbeat of one that is off, whose posture means nothing": {
			`{"a":27,"i":"A1","b":0,"c":1,"s":1}`,
			live.Values{Battery: value(0, 0), Powered: value(false, 0)},
		},
		"vehicle parameters, with the blanks that boxes send": {
			`{"a":16,"i":"A1","s":0,"k":25,"p ":12,"e ":8,"b ":60,"y":9,"q":99,"w":7,"z":3,"c":0,"t":5}`,
			live.Values{
				SpeedKmh: value(12, 0), Battery: value(60, 0), TripKm: value(3, 0), LimitKmh: value(25, 0),
				Fault: value(8, 0), Powered: value(true, 0),
			},
		},
		"a posture": {
			`{"a":55,"i":"A1","s":0,"r":40}`,
			live.Values{Fallen: value(false, 0), Voltage: value(40.0, 0)},
		},
		"a version that tells it is off": {
			`{"a":22,"i":"A1","h":"H1","f":"F1","s":1,"t":1}`,
			live.Values{Powered: value(false, 0)},
		},
		"an ack, which only tells that it is there": {`{"a":2,"i":"A1","s":0,"t":1}`, live.Values{}},
		"a code that nobody knows":                  {`{"a":199,"i":"A1","b":5}`, live.Values{}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := reportOf(t, c.frame)
			require.NoError(t, err)
			require.Equal(t, live.Report{Plate: "A1", Seen: noon, Values: c.want}, got)
		})
	}
}

func TestPositionsHoldForTheirOwnTime(t *testing.T) {
	for name, c := range map[string]struct {
		device time.Time
		want   time.Time
	}{
		"half a minute ago":        {at(-30), at(-30)},
		"hours ago, it was hidden": {at(-3600 * 5), at(-3600 * 5)},
		"a little ahead":           {at(20), at(20)},
		"a clock far ahead":        {at(3600), noon},
		"a clock that never ran":   {time.Unix(100, 0), noon},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := reportOf(t, fmt.Sprintf(`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":%d}`, c.device.Unix()))
			require.NoError(t, err)
			require.Equal(t, c.want, got.Fix.At)
			require.InDelta(t, 30.343145, got.Fix.Is.Lat, 1e-6)
			require.InDelta(t, 120.107048, got.Fix.Is.Lng, 1e-6)
			require.Equal(t, noon, got.Seen)
		})
	}
}

func TestCellsAreNoSatellites(t *testing.T) {
	got, err := reportOf(t, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,1"}`)
	require.NoError(t, err)
	require.False(t, got.Fix.Known())
	require.Equal(t, noon, got.Cell.At, "without a time, when it came in")
}

func TestBadValuesStillTellThatItIsThere(t *testing.T) {
	for name, frame := range map[string]string{
		"no position":             `{"a":19,"i":"A1","g":","}`,
		"an impossible battery":   `{"a":27,"i":"A1","b":200,"c":0}`,
		"a speed that is missing": `{"a":16,"i":"A1","s":0,"k":25,"e":0,"b":60,"y":9,"q":99,"w":7,"z":3,"c":0}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := reportOf(t, frame)
			var bad *protocol.DecodeError
			require.ErrorAs(t, err, &bad)
			require.Equal(t, live.Report{Plate: "A1", Seen: noon}, got)
		})
	}
}

func TestBestPosition(t *testing.T) {
	var s live.State
	_, _, _, ok := s.Position()
	require.False(t, ok)
	near, far := geo.Point{Lat: 1, Lng: 2}, geo.Point{Lat: 3, Lng: 4}
	s.Cell = value(far, 10)
	p, source, when, ok := s.Position()
	require.True(t, ok)
	require.Equal(t, []any{far, protocol.LBS, at(10)}, []any{p, source, when})
	s.Fix = value(near, 5)
	p, source, when, _ = s.Position()
	require.Equal(t, []any{near, protocol.GPS, at(5)}, []any{p, source, when}, "even an older one")
}
