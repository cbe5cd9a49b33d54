package event_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/event"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func read(t *testing.T, frame string) (event.Report, error) {
	t.Helper()
	m, err := protocol.Decode([]byte(frame))
	require.NoError(t, err)
	return event.Of(m, noon)
}

func TestFacts(t *testing.T) {
	for name, c := range map[string]struct {
		frame string
		want  []event.Fact
	}{
		"a heartbeat": {
			`{"a":27,"i":"A1","b":81,"c":0,"s":1,"r":41.5,"v":25}`,
			[]event.Fact{event.Battery{Percent: 81}, event.Power{On: true}, event.Posture{Fallen: true}, event.Voltage{Volts: 41.5}},
		},
		"a heartbeat of one that is off, whose posture means nothing": {
			`{"a":27,"i":"A1","b":0,"c":1,"s":1}`, []event.Fact{event.Battery{}, event.Power{}},
		},
		"a posture that does not exist, a voltage that can't be": {
			`{"a":27,"i":"A1","b":9,"c":0,"s":7,"r":1e9}`, []event.Fact{event.Battery{Percent: 9}, event.Power{On: true}},
		},
		"vehicle parameters, with the blanks that boxes send": {
			`{"a":16,"i":"A1","s":0,"k":25,"p ":12,"e ":8,"b ":60,"y":9,"q":99,"w":7,"z":3,"c":0,"t":5}`,
			[]event.Fact{
				event.Battery{Percent: 60}, event.Power{On: true}, event.Limit{Kmh: 25},
				event.Trip{SpeedKmh: 12, TripKm: 3, TotalKm: 99, TripTime: 7 * time.Second, TotalTime: 9 * time.Second},
				event.Fault{Code: 8},
			},
		},
		"a fault that no byte holds": {
			`{"a":16,"i":"A1","k":25,"p":0,"e":99999,"b":60,"y":9,"q":99,"w":7,"z":3,"c":1}`,
			[]event.Fact{
				event.Battery{Percent: 60}, event.Power{}, event.Limit{Kmh: 25},
				event.Trip{TripKm: 3, TotalKm: 99, TripTime: 7 * time.Second, TotalTime: 9 * time.Second},
			},
		},
		"a posture":       {`{"a":55,"i":"A1","s":0,"r":40}`, []event.Fact{event.Posture{}, event.Voltage{Volts: 40}}},
		"a vibration":     {`{"a":57,"i":"A1","s":1}`, []event.Fact{event.Vibration{Status: 1, Said: true}}},
		"a mute one":      {`{"a":57,"i":"A1"}`, []event.Fact{event.Vibration{}}},
		"a check":         {`{"a":88,"i":"A1","s":7}`, []event.Fact{event.Vibration{Check: true, Status: 7, Said: true}}},
		"a version":       {`{"a":22,"i":"A1","h":"H1","f":"F1","s":1,"t":1}`, []event.Fact{event.Power{}}},
		"without power":   {`{"a":22,"i":"A1","h":"H1","f":"F1"}`, nil},
		"a signal":        {`{"a":98,"i":"A1","x":-71}`, []event.Fact{event.Signal{Level: -71}}},
		"an absurd one":   {`{"a":98,"i":"A1","x":71000}`, nil},
		"none measured":   {`{"a":98,"i":"A1","x":-1}`, nil},
		"an ack":          {`{"a":2,"i":"A1","s":0,"t":1}`, nil},
		"a strange code":  {`{"a":199,"i":"A1","b":5}`, nil},
		"a place":         {`{"a":19,"i":"A1","g":"3020.5887,12006.4229,1,0"}`, []event.Fact{place(protocol.GPS, true)}},
		"a place by cell": {`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,1"}`, []event.Fact{place(protocol.LBS, false)}},
		"no place":        {`{"a":19,"i":"A1","g":",,0,0"}`, []event.Fact{event.Position{Flaw: event.NoFix}}},
		"half a place":    {`{"a":19,"i":"A1","g":"3020.5887, ,1"}`, []event.Fact{event.Position{Flaw: event.NoFix, Alarm: true}}},
		"nothing at all":  {`{"a":19,"i":"A1","g":""}`, []event.Fact{event.Position{Flaw: event.NoFix}}},
		"0/0":             {`{"a":19,"i":"A1","g":"0000.0000,00000.0000,1"}`, []event.Fact{event.Position{Flaw: event.NullIsland, Alarm: true}}},
		"next to 0/0": {`{"a":19,"i":"A1","g":"0000.3000,-00000.3000,0"}`, []event.Fact{event.Position{
			Point: geo.Point{Lat: .005, Lng: -.005}, Source: protocol.GPS, Flaw: event.NullIsland,
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, c.frame)
			require.NoError(t, err)
			require.Equal(t, c.want, got.Facts)
			require.Equal(t, "A1", got.Plate)
			require.Equal(t, noon, got.Received)
		})
	}
}

func place(source protocol.Source, alarm bool) event.Position {
	fix, err := protocol.ParseFix("3020.5887,12006.4229,0,0")
	if err != nil {
		panic(err)
	}
	p := event.Position{Point: geo.Point{Lat: fix.Lat, Lng: fix.Lng}, Source: source, Alarm: alarm}
	if source == protocol.LBS {
		p.Flaw = event.ByCells
	}
	return p
}

func TestValuesThatCannotBeSayNothing(t *testing.T) {
	for name, frame := range map[string]string{
		"no place on the Earth":   `{"a":19,"i":"A1","g":"3020.5887,19006.4229"}`,
		"no position field":       `{"a":19,"i":"A1"}`,
		"an impossible battery":   `{"a":27,"i":"A1","b":200,"c":0}`,
		"a speed that is missing": `{"a":16,"i":"A1","s":0,"k":25,"e":0,"b":60,"y":9,"q":99,"w":7,"z":3,"c":0}`,
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, frame)
			var bad *protocol.DecodeError
			require.ErrorAs(t, err, &bad)
			require.Equal(t, event.Report{Plate: "A1", Code: got.Code, Received: noon}, got)
		})
	}
}

func TestFaultsInWords(t *testing.T) {
	require.Equal(t, "no fault", event.Fault{}.Meaning())
	require.Equal(t, "battery undervoltage", event.Fault{Code: 8}.Meaning())
	require.Equal(t, "unknown fault", event.Fault{Code: 3}.Meaning())
}
