package rebuild_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/domain/series"
	"rodada/geo"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/telemetry/event"
	"rodada/telemetry/history"
	"rodada/telemetry/live"
	"rodada/telemetry/rebuild"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func ago(seconds int) time.Time { return noon.Add(-time.Duration(seconds) * time.Second) }

// past is a history with what was put into it.
type past struct {
	*history.Reader
	access history.Access
}

func newPast(t *testing.T) past {
	t.Helper()
	at, bucket := testkit.Influx(t)
	access := history.Access{URL: at, Token: "any", Org: "rodada", Bucket: bucket}
	r := history.Open(access)
	t.Cleanup(r.Close)
	return past{r, access}
}

func (p past) put(t *testing.T, lines ...string) {
	t.Helper()
	at := p.access.URL + "/api/v2/write?org=rodada&precision=ns&bucket=" + url.QueryEscape(p.access.Bucket)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at, bytes.NewBufferString(strings.Join(lines, "\n")))
	require.NoError(t, err)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	why, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusNoContent, resp.StatusCode, string(why))
}

func line(measurement, plate, fields string, secondsAgo int) string {
	return fmt.Sprintf("%s,plate=%s %s,received=%di %d", measurement, plate, fields, ago(secondsAgo-1).UnixNano(), ago(secondsAgo).UnixNano())
}

func rebuilder(p rebuild.Past, s rebuild.Present) rebuild.Rebuilder {
	return rebuild.Rebuilder{Past: p, Present: s, Window: 7 * 24 * time.Hour, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }}
}

func said[T any](is T, secondsAgo int) live.Value[T] {
	return live.Value[T]{Is: is, At: ago(secondsAgo)}
}

// A real Redis is emptied; what the scooters said is there again, and what they say meanwhile stays.
func TestAnEmptyRedisIsFilledFromTheHistory(t *testing.T) {
	testkit.RequireProgram(t, "redis-server")
	stack := testkit.PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.Redis}})
	client := redis.NewClient(&redis.Options{Addr: stack.Addresses().Redis, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	present := live.New(client, "rodada:")
	p := newPast(t)
	p.put(t,
		line(history.GPS, "A1", `lat=40.1,lng=-3.1,source="gps",valid=true`, 500),
		line(history.GPS, "A1", `lat=40.2,lng=-3.2,source="gps",valid=true`, 300),
		line(history.GPS, "B2", `lat=41.0,lng=-3.0,source="gps",valid=true`, 400),
		line(history.GPS, "B2", `lat=41.5,lng=-3.5,source="lbs",valid=false,flaw="lbs"`, 100),
		line(history.GPS, "C3", `lat=60.0,lng=10.0,source="gps",valid=false,flaw="jump"`, 50),
		line(history.GPS, "OLD", `lat=42.0,lng=-3.0,source="gps",valid=true`, 8*24*3600),
		line(history.Battery, "A1", "percent=80i,volts=41.5", 600), line(history.Battery, "A1", "percent=79i", 200),
		line(history.Status, "A1", "powered=true,fallen=false", 210), line(history.Status, "A1", "fault=8i,alarm=true", 190),
		line(history.Speed, "A1", "kmh=12.0,trip_km=3i,limit=25i", 180), line(history.Signal, "A1", "level=-70i", 170),
		line(history.Battery, "D4", "percent=50i", 900),
	)
	require.NoError(t, client.FlushAll(t.Context()).Err())
	// D4 speaks before it is brought back: the word that it says now is the newest.
	require.NoError(t, present.Update(t.Context(), []live.Report{{Plate: "D4", Seen: ago(1), Values: live.Values{Battery: said(49, 1)}}}))

	n, err := rebuilder(p, present).Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, n)
	states, err := present.GetAll(t.Context(), []string{"A1", "B2", "C3", "D4", "OLD"})
	require.NoError(t, err)
	require.Equal(t, live.State{Plate: "A1", Seen: ago(169), Values: live.Values{
		Fix: said(geo.Point{Lat: 40.2, Lng: -3.2}, 300), Battery: said(79, 200), Voltage: said(41.5, 600), Powered: said(true, 210),
		Fallen: said(false, 210), Fault: said(8, 190), Alarm: said(true, 190), SpeedKmh: said(12, 180), TripKm: said(3, 180),
		LimitKmh: said(25, 180), Signal: said(-70, 170),
	}}, states["A1"])
	require.Equal(t, live.Values{Fix: said(geo.Point{Lat: 41, Lng: -3}, 400), Cell: said(geo.Point{Lat: 41.5, Lng: -3.5}, 100)}, states["B2"].Values)
	require.Equal(t, live.State{Plate: "C3", Seen: ago(49)}, states["C3"], "it was heard, but nowhere that can be believed")
	require.Equal(t, live.State{Plate: "D4", Seen: ago(1), Values: live.Values{Battery: said(49, 1)}}, states["D4"])
	require.NotContains(t, states, "OLD", "beyond the window")
	near, err := present.Near(t.Context(), geo.Point{Lat: 40.2, Lng: -3.2}, 100, 10)
	require.NoError(t, err)
	require.Len(t, near, 1, "it is on the map again")

	n, err = rebuilder(p, present).Once(t.Context())
	require.NoError(t, err)
	require.Zero(t, n, "once is enough")
	require.NoError(t, client.FlushAll(t.Context()).Err())
	n, err = rebuilder(p, present).Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, 4, n, "until it is lost again")
}

// What a report says live is what comes back of it from the history.
func TestWhatComesBackIsWhatWasLive(t *testing.T) {
	p := newPast(t)
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	direct, again := live.New(client, prefix), live.New(client, prefix+"again:")
	var lines []byte
	for i, frame := range []string{
		`{"a":27,"i":"A1","b":81,"c":0,"s":1,"r":41.5}`, `{"a":98,"i":"A1","x":-71}`,
		fmt.Sprintf(`{"a":19,"i":"A1","g":"3020.5887,12006.4229,1,0","t":%d}`, ago(30).Unix()),
		`{"a":16,"i":"A1","k":25,"p ":12,"e ":8,"b ":60,"y":9,"q":99,"w":7,"z":3,"c":1}`,
	} {
		m, err := protocol.Decode([]byte(frame))
		require.NoError(t, err)
		report, err := event.Of(m, ago(20-i))
		require.NoError(t, err)
		require.NoError(t, direct.Update(t.Context(), []live.Report{live.ReportOf(report)}))
		reading := history.ReadingOf(report)
		lines = reading.Append(lines)
	}
	p.put(t, string(lines))
	_, err := rebuilder(p, again).Once(t.Context())
	require.NoError(t, err)
	want, _, err := direct.Get(t.Context(), "A1")
	require.NoError(t, err)
	got, _, err := again.Get(t.Context(), "A1")
	require.NoError(t, err)
	require.Less(t, geo.Distance(want.Fix.Is, got.Fix.Is), 0.02, "the history keeps a centimetre")
	got.Fix.Is = want.Fix.Is
	require.Equal(t, want, got)
}

// brokenPast fails in the middle while there is an error.
type brokenPast struct {
	past
	err *error
}

func (b brokenPast) Latest(ctx context.Context, measurement string, since time.Time) iter.Seq2[history.Said, error] {
	if *b.err != nil && measurement == history.Speed {
		return func(yield func(history.Said, error) bool) { yield(history.Said{}, *b.err) }
	}
	return b.past.Latest(ctx, measurement, since)
}

func TestItIsTriedAgainUntilAllIsBack(t *testing.T) {
	p := newPast(t)
	p.put(t, line(history.Battery, "A1", "percent=80i", 60), line(history.Speed, "A1", "kmh=7.0", 60))
	addr, prefix := testkit.Redis(t)
	client := redis.NewClient(&redis.Options{Addr: addr, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	present := live.New(client, prefix)
	down := error(series.ErrAway.Because(errors.New("gone")))
	r := rebuilder(brokenPast{p, &down}, present)
	_, err := r.Once(t.Context())
	require.ErrorIs(t, err, series.ErrAway)
	require.False(t, marked(t, present), "half of it is not all of it")

	down = nil
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { r.Watch(ctx, time.Millisecond, time.Millisecond); close(done) }()
	require.Eventually(t, func() bool {
		state, _, err := present.Get(t.Context(), "A1")
		return err == nil && marked(t, present) && state.SpeedKmh.Is == 7 && state.Battery.Is == 80
	}, 30*time.Second, 10*time.Millisecond)
	stop()
	<-done
}

// marked reports whether the state counts as brought back.
func marked(t *testing.T, present *live.Store) bool {
	t.Helper()
	epoch, err := present.Epoch(t.Context())
	require.NoError(t, err)
	there, err := present.Rebuilt(t.Context(), epoch)
	require.NoError(t, err)
	return there
}

// losingPast has Redis lose everything in the middle of a rebuild, before what it reads next is written.
type losingPast struct {
	past
	lose func(measurement string)
}

func (l losingPast) Latest(ctx context.Context, measurement string, since time.Time) iter.Seq2[history.Said, error] {
	l.lose(measurement)
	return l.past.Latest(ctx, measurement, since)
}

// A real Redis is restarted without what it held while the state is brought back, once and once more: all of it is there in the end.
func TestARedisThatIsLostInTheMiddleIsFilledAgain(t *testing.T) {
	testkit.RequireProgram(t, "redis-server")
	stack := testkit.PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.Redis}})
	client := redis.NewClient(&redis.Options{Addr: stack.Addresses().Redis, ContextTimeoutEnabled: true})
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	present := live.New(client, "rodada:")
	p := newPast(t)
	p.put(t,
		line(history.GPS, "A1", `lat=40.1,lng=-3.1,source="gps",valid=true`, 60), line(history.Battery, "A1", "percent=80i", 60),
		line(history.Status, "A1", "powered=true", 60), line(history.Speed, "A1", "kmh=7.0", 60), line(history.Signal, "A1", "level=-70i", 60),
	)
	before := "" // which measurement is read it is lost
	r := rebuilder(losingPast{p, func(measurement string) {
		if measurement == before {
			before = ""
			require.NoError(t, client.FlushAll(t.Context()).Err())
			require.NoError(t, stack.StopService(t.Context(), devstack.Redis))
			require.NoError(t, stack.StartService(t.Context(), devstack.Redis))
		}
	}}, present)
	for _, before = range []string{history.Battery, history.Status, history.Signal} {
		of := before
		_, _ = r.Once(t.Context()) // whether it noticed or not
		require.Empty(t, before)
		require.False(t, marked(t, present), "half of it is there, from %s on", of)
	}
	require.Eventually(t, func() bool { _, err := r.Once(t.Context()); return err == nil && marked(t, present) }, 30*time.Second, 10*time.Millisecond)
	state, _, err := present.Get(t.Context(), "A1")
	require.NoError(t, err)
	require.Equal(t, live.Values{
		Fix: said(geo.Point{Lat: 40.1, Lng: -3.1}, 60), Battery: said(80, 60), Powered: said(true, 60), SpeedKmh: said(7, 60), Signal: said(-70, 60),
	}, state.Values)
}

func TestAWindowOfNothingDoesNothing(t *testing.T) {
	rebuild.Rebuilder{}.Watch(t.Context(), time.Hour, time.Hour) // returns
}
