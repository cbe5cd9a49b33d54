package history_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123456789, time.UTC)

// reading is what a frame says that came at noon, or later by so much.
func reading(t testing.TB, frame string, later ...time.Duration) history.Reading {
	t.Helper()
	m, err := protocol.Decode([]byte(frame))
	require.NoError(t, err)
	at := noon
	for _, d := range later {
		at = at.Add(d)
	}
	report, err := event.Of(m, at)
	require.NoError(t, err)
	return history.ReadingOf(report)
}

func TestPointsOfReports(t *testing.T) {
	const at = "1795435200123456789"
	for name, c := range map[string]struct {
		frame string
		want  []string
	}{
		"a heartbeat": {`{"a":27,"i":"A1","b":81,"c":0,"s":1,"r":41.5}`, []string{
			"battery,plate=A1 percent=81i,volts=41.5,received=" + at + "i " + at,
			"status,plate=A1 powered=true,fallen=true,received=" + at + "i " + at,
		}},
		"vehicle parameters": {`{"a":16,"i":"A1","k":25,"p ":12,"e ":8,"b ":60,"y":9,"q":99,"w":7,"z":3,"c":1}`, []string{
			"speed,plate=A1 kmh=12,trip_km=3i,limit=25i,received=" + at + "i " + at,
			"battery,plate=A1 percent=60i,received=" + at + "i " + at,
			"status,plate=A1 powered=false,fault=8i,received=" + at + "i " + at,
		}},
		"a position, by the device's clock": {`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":1795435190}`, []string{
			`gps,plate=A1 lat=30.343145,lng=120.1070483,source="gps",valid=true,received=` + at + "i 1795435190000000000",
			"status,plate=A1 alarm=false,received=" + at + "i 1795435190000000000",
		}},
		"a position by cells, with a clock that never ran": {`{"a":19,"i":"A1","g":"3020.5887,-12006.4229,1,1","t":7}`, []string{
			`gps,plate=A1 lat=30.343145,lng=-120.1070483,source="lbs",valid=false,flaw="lbs",device=7000000000i,received=` + at + "i " + at,
			"status,plate=A1 alarm=true,received=" + at + "i " + at,
		}},
		"a box that does not know where it is": {`{"a":19,"i":"A1","g":",","t":1795435190}`, []string{
			`gps,plate=A1 valid=false,flaw="no_fix",received=` + at + "i 1795435190000000000",
			"status,plate=A1 alarm=false,received=" + at + "i 1795435190000000000",
		}},
		"a clock half a minute ahead": {`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":1795435230}`, []string{
			`gps,plate=A1 lat=30.343145,lng=120.1070483,source="gps",valid=true,device=1795435230000000000i,received=` + at + "i " + at,
			"status,plate=A1 alarm=false,received=" + at + "i " + at,
		}},
		"a clock an hour ahead": {`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":1795438800000}`, []string{
			`gps,plate=A1 lat=30.343145,lng=120.1070483,source="gps",valid=true,device=1795438800000000000i,received=` + at + "i " + at,
			"status,plate=A1 alarm=false,received=" + at + "i " + at,
		}},
		"a time that is none": {`{"a":19,"i":"A1","g":"3020.5887,12006.4229,0,0","t":9223372036854775807}`, []string{
			`gps,plate=A1 lat=30.343145,lng=120.1070483,source="gps",valid=true,received=` + at + "i " + at,
			"status,plate=A1 alarm=false,received=" + at + "i " + at,
		}},
		"a signal":              {`{"a":98,"i":"A1","x":-71}`, []string{"signal,plate=A1 level=-71i,received=" + at + "i " + at}},
		"a plate to be escaped": {`{"a":98,"i":"A 1,b=c","x":3}`, []string{`signal,plate=A\ 1\,b\=c level=3i,received=` + at + "i " + at}},
		"an answer":             {`{"a":2,"i":"A1","s":0}`, nil},
		"a vibration":           {`{"a":57,"i":"A1","s":1}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := reading(t, c.frame)
			require.True(t, r.Writable())
			require.Equal(t, c.want, lines(string(r.Append(nil))))
			require.Equal(t, len(c.want), r.Lines())
		})
	}
}

func TestPlateBeyondWriting(t *testing.T) {
	r := reading(t, `{"a":98,"i":"A1\\","x":3}`)
	require.False(t, r.Writable())
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
