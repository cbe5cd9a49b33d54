package api_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/series"
	"rodada/geo"
)

func at(hour int) time.Time { return time.Date(2026, 11, 23, hour, 0, 0, 0, time.UTC) }

func value[T any](v T) *T { return &v }

func TestSeriesOfAScooter(t *testing.T) {
	s := newStage(t)
	s.history.track = map[string][]series.Place{plate: {
		{At: at(9), Position: geo.Point{Lat: 40.4, Lng: -3.7}, Source: "gps", Valid: true, Received: at(9)},
		{At: at(10), Position: geo.Point{Lat: 41, Lng: -3.7}, Source: "gps", Flaw: "jump", Received: at(11)},
	}}
	s.history.charges = []series.Charge{{At: at(9), Percent: value(80.5)}}
	s.history.paces = []series.Pace{{At: at(9), Kmh: value(12.0), TopKmh: value(25.0), Limit: value(int64(25))}}
	s.history.conditions = []series.Condition{{At: at(9), Powered: value(false), Fault: value(int64(0))}}
	s.history.receptions = []series.Reception{{At: at(9), Level: value(-70.0)}}
	for name, want := range map[string][]any{
		"track": {
			map[string]any{"at": "2026-11-23T09:00:00Z", "received": "2026-11-23T09:00:00Z", "position": map[string]any{"lat": 40.4, "lng": -3.7}, "source": "gps", "valid": true},
			map[string]any{"at": "2026-11-23T10:00:00Z", "received": "2026-11-23T11:00:00Z", "position": map[string]any{"lat": 41.0, "lng": -3.7}, "source": "gps", "valid": false, "flaw": "jump"},
		},
		"battery": {map[string]any{"at": "2026-11-23T09:00:00Z", "percent": 80.5}},
		"speed":   {map[string]any{"at": "2026-11-23T09:00:00Z", "kmh": 12.0, "top_kmh": 25.0, "limit_kmh": 25.0}},
		"status":  {map[string]any{"at": "2026-11-23T09:00:00Z", "powered": false, "fault": 0.0}},
		"signal":  {map[string]any{"at": "2026-11-23T09:00:00Z", "level": -70.0}},
	} {
		t.Run(name, func(t *testing.T) {
			s.history.asked = nil
			got := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/"+name+"?from=2026-11-23T08:00:00%2B01:00&to=2026-11-23T12:00:00Z&every=60", nil), 200)
			require.Equal(t, want, got["points"])
			require.Equal(t, []any{map[string]any{"plate": plate}}, got["plates"])
			require.Equal(t, "2026-11-23T07:00:00Z", got["from"])
			require.Equal(t, "2026-11-23T12:00:00Z", got["to"])
			require.EqualValues(t, 60, got["every"])
			require.Equal(t, []asked{{name, plate, series.Span{From: at(7), To: at(12), Every: time.Minute}}}, s.history.asked)
		})
	}
}

func TestASpanHasDefaults(t *testing.T) {
	s := newStage(t)
	got := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/battery", nil), 200)
	require.Equal(t, "2026-11-22T12:00:00Z", got["from"])
	require.Equal(t, "2026-11-23T12:00:00Z", got["to"])
	require.EqualValues(t, 300, got["every"])
	require.Equal(t, []any{}, got["points"], "nothing is no error, and a list")
}

func TestSpansThatAreRefused(t *testing.T) {
	s := newStage(t)
	for query, code := range map[string]string{
		"?from=2026-11-23T12:00:00Z": "span_invalid",
		"?from=2026-10-01T12:00:00Z": "span_too_long",
		"?every=1":                   "every_too_small",
		"?every=0":                   "request_invalid",
		"?every=1.5":                 "request_invalid",
		"?from=yesterday":            "request_invalid",
		"?form=2026-11-23T10:00:00Z": "request_invalid",
		"?from=0001-01-01T00:00:01Z&to=9999-12-31T00:00:00Z":   "span_too_long",
		"?from=0001-01-01T00:00:00Z":                           "request_invalid",
		"?from=2300-01-01T00:00:00Z&to=2300-01-02T00:00:00Z":   "span_beyond",
		"?from=1600-01-01T00:00:00Z&to=1600-01-02T00:00:00Z":   "span_beyond",
		"?every=20&every=30":                                   "request_invalid",
		"?from=2026-11-23T11:59:00Z&to=2026-11-23T11:58:00Z":   "span_invalid",
		"?from=2026-11-23T11:59:00Z&to=2026-11-23T12:00:00+1x": "request_invalid",
	} {
		t.Run(query, func(t *testing.T) {
			problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/track"+query, nil), 422, code)
		})
	}
	require.Empty(t, s.history.asked)
	p := problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/speed?every=1", nil), 422, "every_too_small")
	require.EqualValues(t, 18, p["least_seconds"])
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/NOBODY/track", nil), 404, "scooter_unknown")
}

func TestAHistoryThatIsAway(t *testing.T) {
	s := newStage(t)
	s.history.err = series.ErrAway.Because(errors.New("dial tcp 10.0.0.1:8086: connection refused"))
	for _, name := range []string{"track", "battery", "speed", "status", "signal"} {
		res := s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/"+name, nil)
		problem(t, res, http.StatusServiceUnavailable, "history_away")
		require.NotContains(t, res.Body.String(), "10.0.0.1")
	}
	require.Contains(t, s.log.String(), "10.0.0.1", "who runs it is told why")
}

func TestTheHistoryIsForStaff(t *testing.T) {
	s := newStage(t)
	res := s.do(t, "GET", "/admin/v1/scooters/"+plate+"/track", s.token(t, ana, rider.ForRiders), nil)
	problem(t, res, 401, "token_invalid")
	require.Empty(t, s.history.asked)
}

func TestTheHistoryFollowsARenumberedScooter(t *testing.T) {
	s := newStage(t)
	s.store.named = map[string][]fleet.Named{plate: {
		{Plate: "OLDEST", To: at(1)}, {Plate: "OLD", From: at(1), To: at(10)}, {Plate: plate, From: at(9)},
	}}
	place := func(hour int) series.Place {
		return series.Place{At: at(hour), Valid: true, Source: "gps", Received: at(hour)}
	}
	s.history.track = map[string][]series.Place{
		"OLDEST": {place(0)}, "OLD": {place(2), place(7), {At: at(9).Add(30 * time.Minute), Valid: true, Source: "gps", Received: at(10)}}, plate: {place(9), place(11)},
	}
	got := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/track?from=2026-11-23T06:00:00Z", nil), 200)
	var times []any
	for _, p := range got["points"].([]any) {
		times = append(times, p.(map[string]any)["at"])
	}
	require.Equal(t, []any{"2026-11-23T07:00:00Z", "2026-11-23T09:00:00Z", "2026-11-23T09:30:00Z", "2026-11-23T11:00:00Z"}, times)
	require.Equal(t, []any{
		map[string]any{"plate": "OLD", "from": "2026-11-23T01:00:00Z", "to": "2026-11-23T10:00:00Z"},
		map[string]any{"plate": plate, "from": "2026-11-23T09:00:00Z"},
	}, got["plates"])
	require.Equal(t, series.Span{From: at(6), To: at(10), Every: time.Minute}, s.history.asked[0].span, "no more than it was called so")
	require.Equal(t, series.Span{From: at(9), To: at(12), Every: time.Minute}, s.history.asked[1].span)
}
