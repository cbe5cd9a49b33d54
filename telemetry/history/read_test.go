package history_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fault"
	"rodada/domain/series"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/telemetry/history"
)

// shelf is a history of this test's own, with its address.
type shelf struct {
	*history.Reader
	access history.Access
}

func newShelf(t testing.TB) shelf {
	t.Helper()
	at, bucket := testkit.Influx(t)
	access := history.Access{URL: at, Token: "any", Org: "rodada", Bucket: bucket}
	reader := history.Open(access)
	t.Cleanup(reader.Close)
	return shelf{reader, access}
}

// put writes lines of InfluxDB's line protocol.
func (s shelf) put(t testing.TB, lines ...string) {
	t.Helper()
	at := s.access.URL + "/api/v2/write?org=rodada&precision=ns&bucket=" + url.QueryEscape(s.access.Bucket)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, bytes.NewBufferString(strings.Join(lines, "\n")))
	require.NoError(t, err)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, http.StatusNoContent, resp.StatusCode)
}

var dawn = time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)

func after(seconds int) time.Time { return dawn.Add(time.Duration(seconds) * time.Second) }

// line is a point so many seconds after dawn that was received two seconds later.
func line(measurement, plate, fields string, seconds int) string {
	escaped := strings.NewReplacer(" ", `\ `, ",", `\,`, "=", `\=`).Replace(plate)
	return fmt.Sprintf("%s,plate=%s %s,received=%di %d", measurement, escaped, fields, after(seconds+2).UnixNano(), after(seconds).UnixNano())
}

func span(seconds, every int) series.Span {
	return series.Span{From: dawn, To: after(seconds), Every: time.Duration(every) * time.Second}
}

func ptr[T any](v T) *T { return &v }

func TestNumbersAreMeansAndStatesTheLast(t *testing.T) {
	s := newShelf(t)
	s.put(t,
		line(history.Battery, "A1", "percent=80i,volts=41.5", 5), line(history.Battery, "A1", "percent=79i", 25),
		line(history.Battery, "A1", "percent=70i,volts=40.0", 65), line(history.Battery, "B2", "percent=1i,volts=1.0", 6),
		line(history.Battery, "A1", "percent=5i", 120), // at the end of the span, which is not in it
		line(history.Speed, "A1", "kmh=10.0,trip_km=1i,limit=25i", 1), line(history.Speed, "A1", "kmh=20.0,trip_km=2i", 6),
		line(history.Speed, "A1", "kmh=3.0,limit=15i", 70),
		line(history.Status, "A1", "powered=true,fault=0i", 2), line(history.Status, "A1", "powered=false", 30),
		line(history.Status, "A1", "fallen=true,alarm=true,fault=8i", 40), line(history.Status, "A1", "alarm=false", 61),
		line(history.Signal, "A1", "level=-70i", 3), line(history.Signal, "A1", "level=-73i", 9),
	)
	charges, err := s.Battery(t.Context(), "A1", span(120, 60))
	require.NoError(t, err)
	require.Equal(t, []series.Charge{
		{At: dawn, Percent: ptr(79.5), Volts: ptr(41.5)}, {At: after(60), Percent: ptr(70.0), Volts: ptr(40.0)},
	}, charges)
	paces, err := s.Speed(t.Context(), "A1", span(120, 60))
	require.NoError(t, err)
	require.Equal(t, []series.Pace{
		{At: dawn, Kmh: ptr(15.0), TopKmh: ptr(20.0), Limit: ptr(int64(25)), TripKm: ptr(int64(2))},
		{At: after(60), Kmh: ptr(3.0), TopKmh: ptr(3.0), Limit: ptr(int64(15))},
	}, paces)
	conditions, err := s.Status(t.Context(), "A1", span(120, 60))
	require.NoError(t, err)
	require.Equal(t, []series.Condition{
		{At: dawn, Powered: ptr(false), Fallen: ptr(true), Fault: ptr(int64(8)), Alarm: ptr(true)},
		{At: after(60), Alarm: ptr(false)},
	}, conditions)
	receptions, err := s.Signal(t.Context(), "A1", span(120, 60))
	require.NoError(t, err)
	require.Equal(t, []series.Reception{{At: dawn, Level: ptr(-71.5)}}, receptions)
}

func TestTrackPrefersSoundPositions(t *testing.T) {
	s := newShelf(t)
	gps := func(lat float64, rest string, seconds int) string {
		return line(history.GPS, "A1", fmt.Sprintf("lat=%v,lng=-3.7,%s", lat, rest), seconds)
	}
	const sound, jump = `source="gps",valid=true`, `source="gps",valid=false,flaw="jump"`
	s.put(t,
		gps(40.1, sound, 1), gps(40.2, sound, 6), gps(50, jump, 11), // a sound one, though a flawed one came later
		gps(51, jump, 61), gps(52, `source="lbs",valid=false,flaw="lbs"`, 66), // nothing sound
		gps(40.3, sound+",device=7000000000i", 190),
	)
	track, err := s.Track(t.Context(), "A1", span(240, 60))
	require.NoError(t, err)
	type seen struct {
		second       int
		lat          float64
		valid        bool
		flaw, source string
	}
	var got []seen
	for _, p := range track {
		require.Equal(t, p.At.Add(2*time.Second), p.Received)
		require.InDelta(t, -3.7, p.Position.Lng, 1e-9)
		require.Equal(t, p.Position.Lat == 40.3, p.Device.Equal(time.Unix(7, 0)))
		got = append(got, seen{int(p.At.Sub(dawn).Seconds()), p.Position.Lat, p.Valid, p.Flaw, p.Source})
	}
	require.Equal(t, []seen{{6, 40.2, true, "", "gps"}, {66, 52, false, "lbs", "lbs"}, {190, 40.3, true, "", "gps"}}, got)

	all, err := s.Track(t.Context(), "A1", span(240, 1))
	require.NoError(t, err)
	require.Len(t, all, 6, "every second there is one")
}

func TestNothingIsNoError(t *testing.T) {
	s := newShelf(t)
	track, err := s.Track(t.Context(), "A1", span(60, 10))
	require.NoError(t, err)
	require.Empty(t, track)
	require.NotNil(t, track)
	paces, err := s.Speed(t.Context(), "A1", span(60, 10))
	require.NoError(t, err)
	require.Empty(t, paces)
}

func TestAnswersAreNeverLongerThanAllowed(t *testing.T) {
	s := newShelf(t)
	const hours = 2
	var lines []string
	for i := range hours * 3600 {
		lines = append(lines, line(history.Battery, "A1", fmt.Sprintf("percent=%di", i%100), i),
			line(history.GPS, "A1", fmt.Sprintf(`lat=%v,lng=2.0,source="gps",valid=%t`, 40+float64(i)*1e-6, i%3 > 0), i))
	}
	s.put(t, lines...)
	asked, err := series.Ask(dawn, dawn.Add(hours*time.Hour), 2*time.Second, dawn)
	require.NoError(t, err)
	charges, err := s.Battery(t.Context(), "A1", asked)
	require.NoError(t, err)
	require.Len(t, charges, hours*1800)
	track, err := s.Track(t.Context(), "A1", asked)
	require.NoError(t, err)
	require.Len(t, track, hours*1800)
	require.LessOrEqual(t, len(track), series.MostPoints)
	for i := 1; i < len(track); i++ {
		require.True(t, track[i].At.After(track[i-1].At), "in the order of time")
		require.True(t, track[i].Valid, "each two seconds have a sound one")
	}
}

// A plate reads its own points and no others, whatever is in it.
func TestHostilePlates(t *testing.T) {
	s := newShelf(t)
	s.put(t, line(history.Battery, "VICTIM", "percent=50i", 1))
	rapid.Check(t, func(rt *rapid.T) {
		plate := rapid.OneOf(
			rapid.StringOfN(rapid.SampledFrom([]rune(`"\()|>{}=,; or true==r._/*$`+"`'\nABC")), 1, 40, 64),
			rapid.String(),
			rapid.SampledFrom([]string{
				`A" or true or r.plate == "`, `A\`, `A\" or true`, `${r.plate}`, `A") |> drop(columns: ["plate"]) //`, "A\nor true", `"`, `\\"`,
			}),
		).Draw(rt, "plate")
		got, err := s.Battery(t.Context(), plate, span(60, 10))
		if protocol.ValidPlate(plate) != nil {
			require.ErrorIs(rt, err, history.ErrText)
			return
		}
		require.NoError(rt, err, plate)
		require.Empty(rt, got)
	})
	got, err := s.Battery(t.Context(), "VICTIM", span(60, 10))
	require.NoError(t, err)
	require.Len(t, got, 1, "it was there all the time")
}

func TestStrangePlatesFindThemselves(t *testing.T) {
	s := newShelf(t)
	for i, plate := range []string{`A"1`, `A 1`, `A,1=2`, `"A") or true`, `ÑU-ñandú`, `{A}`, `A'1`} {
		s.put(t, line(history.Signal, plate, fmt.Sprintf("level=%di", i), 1))
		got, err := s.Signal(t.Context(), plate, span(60, 60))
		require.NoError(t, err, plate)
		require.Equal(t, []series.Reception{{At: dawn, Level: ptr(float64(i))}}, got, plate)
	}
}

func TestAwayIsSaid(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"down": nil,
		"ill":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"full": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"cut": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("#datatype,string,long,dateTime:RFC3339,long\r\n#group,false,false,false,false\r\n#default,mean,,,\r\n,result,table,_time,_value\r\n,,0,2026-11-20T06:0"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(answer)
			if answer == nil {
				server.Close()
			}
			defer server.Close()
			r := history.Open(history.Access{URL: server.URL, Bucket: "rodada/autogen"})
			defer r.Close()
			_, err := r.Battery(t.Context(), "A1", span(60, 10))
			require.ErrorIs(t, err, series.ErrAway)
			f, _ := fault.From(err)
			require.NotContains(t, f.Message, "127.0.0.1")
		})
	}
	for name, first := range map[string]string{"frozen": "", "frozen in the middle": ",,0,2026-11-20T06:0"} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that we hang up
				if first != "" {
					_, _ = io.WriteString(w, first)
					_ = http.NewResponseController(w).Flush()
				}
				<-r.Context().Done()
			}))
			defer server.Close()
			r := history.Open(history.Access{URL: server.URL, Bucket: "rodada/autogen", Patience: 50 * time.Millisecond})
			defer r.Close()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // longer than a test may take to be told
			defer cancel()
			_, err := r.Track(ctx, "A1", span(60, 10))
			require.ErrorIs(t, err, series.ErrAway)
			require.NoError(t, ctx.Err(), "it is told long before who asked gives up")
		})
	}
	t.Run("who asked went away", func(t *testing.T) {
		s := newShelf(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Battery(ctx, "A1", span(60, 10))
		require.ErrorIs(t, err, context.Canceled)
	})
}
