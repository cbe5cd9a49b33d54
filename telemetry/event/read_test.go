package event_test

import (
	"regexp"
	"strings"
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
		"a voltage that is not measured": {`{"a":27,"i":"A1","b":9,"c":1,"r":0}`, []event.Fact{event.Battery{Percent: 9}, event.Power{}}},
		"vehicle parameters, with the blanks that boxes send": {
			`{"a":16,"i":"A1","s":0,"k":25,"p ":12,"e ":8,"b ":60,"y":9,"q":99,"w":7,"z":3,"c":0,"t":5}`,
			[]event.Fact{
				event.Battery{Percent: 60}, event.Power{On: true}, event.Limit{Kmh: 25},
				event.Speed{Kmh: 12}, event.Trip{Km: 3}, event.Fault{Code: 8},
			},
		},
		"a posture":       {`{"a":55,"i":"A1","s":0,"r":40}`, []event.Fact{event.Posture{}, event.Voltage{Volts: 40}}},
		"a vibration":     {`{"a":57,"i":"A1","s":1}`, []event.Fact{event.Vibration{Status: 1, Said: true}}},
		"a mute one":      {`{"a":57,"i":"A1"}`, []event.Fact{event.Vibration{}}},
		"a check":         {`{"a":88,"i":"A1","s":7}`, []event.Fact{event.Vibration{Check: true, Status: 7, Said: true}}},
		"a version":       {`{"a":22,"i":"A1","h":"H1","f":"F1","s":1,"t":1}`, []event.Fact{event.Power{}}},
		"without power":   {`{"a":22,"i":"A1","h":"H1","f":"F1"}`, nil},
		"a signal":        {`{"a":98,"i":"A1","x":-71}`, []event.Fact{event.Signal{Level: -71}}},
		"of GSM":          {`{"a":98,"i":"A1","x":31}`, []event.Fact{event.Signal{Level: 31}}},
		"of LTE":          {`{"a":98,"i":"A1","x":97}`, []event.Fact{event.Signal{Level: 97}}},
		"none measured":   {`{"a":98,"i":"A1","x":-1}`, nil},
		"none known, GSM": {`{"a":98,"i":"A1","x":99}`, nil},
		"none known, LTE": {`{"a":98,"i":"A1","x":255}`, nil},
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

// A value that can't be costs itself alone, and each is told.
func TestValuesThatCannotBe(t *testing.T) {
	full, on := event.Battery{Percent: 60}, event.Power{On: true}
	rest := []event.Fact{event.Limit{Kmh: 25}, event.Speed{Kmh: 5}, event.Trip{Km: 3}, event.Fault{}}
	vehicle := func(edit string) string {
		frame := `{"a":16,"i":"A1","s":0,"k":25,"p":5,"e":0,"b":60,"y":9,"q":99,"w":7,"z":3,"c":0}`
		key, _, _ := strings.Cut(edit, ":")
		return regexp.MustCompile(key+`:\d+`).ReplaceAllString(frame, edit)
	}
	for name, c := range map[string]struct {
		frame   string
		want    []event.Fact
		refused []string
	}{
		"no place on the Earth": {`{"a":19,"i":"A1","g":"3020.5887,19006.4229"}`, nil, []string{"g"}},
		"no position field":     {`{"a":19,"i":"A1"}`, nil, []string{"g"}},
		"a battery beyond full": {`{"a":27,"i":"A1","b":300,"c":0}`, []event.Fact{on}, []string{"battery_percent"}},
		"no power":              {`{"a":27,"i":"A1","b":60,"s":1}`, []event.Fact{full}, []string{"power"}},
		"a posture that does not exist, a voltage that can't be": {
			`{"a":27,"i":"A1","b":60,"c":0,"s":7,"r":1e9}`, []event.Fact{full, on}, []string{"posture", "voltage"},
		},
		"a speed of a train":         {vehicle(`"p":300`), []event.Fact{full, on, rest[0], rest[2], rest[3]}, []string{"speed_kmh"}},
		"no speed":                   {vehicle(`"p":null`), []event.Fact{full, on, rest[0], rest[2], rest[3]}, []string{"speed_kmh"}},
		"a counter below zero":       {vehicle(`"z":-1`), []event.Fact{full, on, rest[0], rest[1], rest[3]}, []string{"trip_km"}},
		"a limit of a train":         {vehicle(`"k":201`), []event.Fact{full, on, rest[1], rest[2], rest[3]}, []string{"limit_kmh"}},
		"a fault that no byte holds": {vehicle(`"e":99999`), []event.Fact{full, on, rest[0], rest[1], rest[2]}, []string{"fault"}},
		"a power of two":             {vehicle(`"c":2`), append([]event.Fact{full}, rest...), []string{"power"}},
		"a counter that nobody asks": {vehicle(`"q":-5`), append([]event.Fact{full, on}, rest...), nil},
		"a radio beyond all levels":  {`{"a":98,"i":"A1","x":71000}`, nil, []string{"signal"}},
		"a radio of 98":              {`{"a":98,"i":"A1","x":98}`, nil, []string{"signal"}},
		"a radio under all noise":    {`{"a":98,"i":"A1","x":-141}`, nil, []string{"signal"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, c.frame)
			var refused []string
			for _, err := range event.Refused(err) {
				refused = append(refused, err.Field)
			}
			require.Equal(t, c.refused, refused)
			require.Equal(t, event.Report{Plate: "A1", Code: got.Code, Received: noon, Facts: c.want}, got)
		})
	}
}

func TestFaultsInWords(t *testing.T) {
	require.Equal(t, "no fault", event.Fault{}.Meaning())
	require.Equal(t, "battery undervoltage", event.Fault{Code: 8}.Meaning())
	require.Equal(t, "unknown fault", event.Fault{Code: 3}.Meaning())
}
