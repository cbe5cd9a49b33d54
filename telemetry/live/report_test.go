package live_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/live"
)

func reportOf(t *testing.T, frame string) live.Report {
	t.Helper()
	m, err := protocol.Decode([]byte(frame))
	require.NoError(t, err)
	e, err := event.Of(m, noon)
	require.NoError(t, err)
	return live.ReportOf(e)
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
		"vehicle parameters": {
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
		"a signal":                           {`{"a":98,"i":"A1","x":21}`, live.Values{Signal: value(21, 0)}},
		"a vibration":                        {`{"a":57,"i":"A1","s":1}`, live.Values{Vibrated: value(true, 0)}},
		"a check, whatever its status":       {`{"a":88,"i":"A1","s":7}`, live.Values{Vibrated: value(true, 0)}},
		"a check without a status":           {`{"a":88,"i":"A1"}`, live.Values{Vibrated: value(true, 0)}},
		"an ack: only that it is there":      {`{"a":2,"i":"A1","s":0,"t":1}`, live.Values{}},
		"a code that nobody knows: the same": {`{"a":199,"i":"A1","b":5}`, live.Values{}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, live.Report{Plate: "A1", Seen: noon, Values: c.want}, reportOf(t, c.frame))
		})
	}
}

// A clock that is ahead holds off nothing: what is received later counts, by whatever clock.
func TestAClockAheadHoldsNothingOff(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		for i, c := range []struct {
			received int
			t        string
		}{{0, fmt.Sprint(at(55).Unix())}, {4, "0"}, {8, `"noon"`}, {12, fmt.Sprint(at(70).Unix())}, {13, fmt.Sprint(at(13).Unix())}, {14, "null"}} {
			m, err := protocol.Decode(fmt.Appendf(nil, `{"a":19,"i":"A1","g":"402%d.0000,00342.0000,0,0","t":%s}`, i, c.t))
			require.NoError(t, err)
			e, err := event.Of(m, at(c.received))
			require.NoError(t, err)
			require.NoError(t, s.Take(t.Context(), []event.Report{e}))
			fix := get(t, s, "A1").Fix
			require.InDelta(t, 40+float64(20+i)/60, fix.Is.Lat, 1e-6, "report %d", i)
			require.Equal(t, at(c.received), fix.At, "report %d", i)
		}
	})
}

// A check counts as movement because nothing can ask for one. A command that did would need its answer told apart.
func TestNoCommandAsksForAVibrationCheck(t *testing.T) {
	for _, spec := range protocol.Catalogue() {
		require.NotEqual(t, protocol.VibrationCheck, spec.Ack, spec.Name)
	}
}

func TestPositionsHoldForTheirOwnTime(t *testing.T) {
	earlier := at(-30)
	got := reportOf(t, fmt.Sprintf(`{"a":19,"i":"A1","g":"3020.5887,12006.4229,1,0","t":%d}`, earlier.Unix()))
	require.Equal(t, earlier, got.Fix.At)
	require.InDelta(t, 30.343145, got.Fix.Is.Lat, 1e-6)
	require.InDelta(t, 120.107048, got.Fix.Is.Lng, 1e-6)
	require.Equal(t, live.Value[bool]{Is: true, At: earlier}, got.Alarm)
	require.Equal(t, noon, got.Seen)
}

func TestCellsAreNoSatellites(t *testing.T) {
	got := reportOf(t, `{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,1"}`)
	require.False(t, got.Fix.Known())
	require.Equal(t, noon, got.Cell.At, "without a time, when it came in")
}

// What is flawed moves nothing; that it was called an alarm is news all the same.
func TestFlawedPositionsAreNoPlace(t *testing.T) {
	for _, flaw := range event.Flaws() {
		got := live.ReportOf(event.Report{Plate: "A1", Received: noon, Facts: []event.Fact{
			event.Position{Point: geo.Point{Lat: 1, Lng: 2}, Flaw: flaw, Alarm: true},
		}})
		require.False(t, got.Fix.Known(), flaw)
		require.Equal(t, flaw == event.ByCells, got.Cell.Known(), flaw)
		require.True(t, got.Alarm.Is, flaw)
	}
}

// What comes twice, or late, changes nothing that is newer.
func TestTakesDuplicatesAndLateOnes(t *testing.T) {
	eachRedis(t, func(t *testing.T, s *live.Store) {
		say := func(seconds int, frame string) event.Report {
			m, err := protocol.Decode([]byte(frame))
			require.NoError(t, err)
			e, err := event.Of(m, at(seconds))
			require.NoError(t, err)
			return e
		}
		heartbeat := say(10, `{"a":27,"i":"A1","b":81,"c":0,"s":0}`)
		old := say(5, `{"a":27,"i":"A1","b":90,"c":0,"s":1}`)
		place := say(10, fmt.Sprintf(`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":%d}`, at(9).Unix()))
		hidden := say(11, fmt.Sprintf(`{"a":19,"i":"A1","g":"3000.0000,12000.0000,0,0","t":%d}`, at(-600).Unix()))
		require.NoError(t, s.Take(t.Context(), []event.Report{heartbeat, place}))
		want := get(t, s, "A1")
		want.Seen = at(11)
		require.NoError(t, s.Take(t.Context(), []event.Report{old, heartbeat, hidden, place, old}))
		require.Equal(t, want, get(t, s, "A1"))
	})
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
