package api_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/series"
	"rodada/geo"
)

// drive is a ride of so many seconds north at 18 km/h, with a position every five seconds that is some metres off.
func drive(from time.Time, seconds int) (track []series.Place, paces []series.Pace) {
	for s := 0; s < seconds; s += 5 {
		at := from.Add(time.Duration(s) * time.Second)
		off := 4 * math.Sin(float64(s)) / 85000 // degrees
		track = append(track, series.Place{
			At: at, Received: at, Source: "gps", Valid: true, Position: geo.Point{Lat: 40.4 + float64(s)*5/111033, Lng: -3.7 + off},
		})
		paces = append(paces, series.Pace{At: at.Add(time.Second), Kmh: value(18.0)})
	}
	return track, paces
}

// ridden puts a ride of Ana's on the stage, under the plate that the scooter had then.
func (s *stage) ridden(edit func(r *rental.Rental)) string {
	const id = "55555555-5555-4555-8555-555555555555"
	r := rental.Rental{
		ID: id, RiderID: ana, Plate: "THEN", State: rental.Ended, Outcome: rental.Ridden, CreatedAt: at(9), UnlockedAt: at(10),
		StoppedAt: at(10).Add(5 * time.Minute), ZoneVersion: 12, Tariff: s.store.tariff,
	}
	edit(&r)
	s.store.rentals[id] = r
	s.store.claimed[id] = true
	return id
}

func as(*rental.Rental) {}

func TestTheWayOfARide(t *testing.T) {
	s := newStage(t)
	id := s.ridden(as)
	track, paces := drive(at(10), 300)
	before, after := track[0], track[0]
	before.At, after.At = at(10).Add(-time.Second), at(10).Add(5*time.Minute)
	flawed := series.Place{At: at(10).Add(7 * time.Second), Position: geo.Point{Lat: 50, Lng: 1}, Source: "gps", Flaw: "jump"}
	s.history.track = map[string][]series.Place{"THEN": append([]series.Place{before, flawed, after}, track...)}
	s.history.paces = paces

	got := body(t, s.asRider(t, "GET", "/v1/rentals/"+id+"/route", nil), 200)
	require.Equal(t, id, got["rental_id"])
	require.EqualValues(t, 12, got["zone_version"])
	require.Equal(t, "2026-11-23T10:00:00Z", got["from"])
	require.Equal(t, "2026-11-23T10:05:00Z", got["to"])
	require.InDelta(t, 295*5, got["meters"], 15, "not as long as the zigzag of its positions")
	nodes := got["nodes"].([]any)
	require.Len(t, nodes, 60, "neither what came before the unlock, nor after the end, nor what is flawed")
	middle := nodes[30].(map[string]any)
	require.Equal(t, "2026-11-23T10:02:30Z", middle["at"])
	require.InDelta(t, 18, middle["speed_kmh"], 1.5)
	heading := middle["heading"].(float64)
	require.InDelta(t, 0, math.Min(heading, 360-heading), 10)
	require.Equal(t, true, nodes[0].(map[string]any)["break"])
	line := got["line"].(map[string]any)
	require.Equal(t, "LineString", line["type"])
	places := line["coordinates"].([]any)
	require.GreaterOrEqual(t, len(places), 2)
	require.Less(t, len(places), 60, "simplified")
	first := places[0].([]any)
	require.InDelta(t, -3.7, first[0], 1e-4, "longitude comes first")
	require.InDelta(t, 40.4, first[1], 1e-4)
	require.NotContains(t, got, "plate", "which is none of the rider's business")
	require.Equal(t, []asked{
		{"track", "THEN", series.Span{From: at(10).Add(-15 * time.Minute), To: at(10), Every: 15 * time.Minute}},
		{"track", "THEN", series.Span{From: at(10), To: at(10).Add(5 * time.Minute), Every: time.Second}},
		{"speed", "THEN", series.Span{From: at(10), To: at(10).Add(5 * time.Minute), Every: time.Second}},
	}, s.history.asked, "by the plate of then")

	seen := body(t, s.asStaff(t, "GET", "/admin/v1/rentals/"+id+"/route", nil), 200)
	require.Equal(t, "THEN", seen["plate"])
	require.Len(t, seen["points"], 62, "the flawed one too, and where it stood")
	require.Equal(t, got["line"], seen["line"])
}

// A way begins where the scooter stood, and with the second of the unlock, for boxes count whole ones.
func TestAWayBeginsAtTheUnlock(t *testing.T) {
	s := newStage(t)
	unlocked := at(10).Add(600 * time.Millisecond)
	id := s.ridden(func(r *rental.Rental) { r.UnlockedAt = unlocked })
	track, paces := drive(at(10), 300)
	stood, flawed := track[0], track[0]
	stood.At, flawed.At, flawed.Valid, flawed.Position.Lat = at(10).Add(-2*time.Minute), at(10).Add(-time.Minute), false, 50
	s.history.paces = paces
	s.history.track = map[string][]series.Place{"THEN": append([]series.Place{stood, flawed}, track[2:]...)}
	got := body(t, s.asRider(t, "GET", "/v1/rentals/"+id+"/route", nil), 200)
	require.InDelta(t, 295*5, got["meters"], 15, "the first stretch is in it")
	require.Equal(t, "2026-11-23T10:00:00Z", got["nodes"].([]any)[0].(map[string]any)["at"])
	require.Equal(t, "2026-11-23T10:00:00.6Z", got["from"])
	s.history.track = map[string][]series.Place{"THEN": track}
	got = body(t, s.asRider(t, "GET", "/v1/rentals/"+id+"/route", nil), 200)
	require.Len(t, got["nodes"], 60, "that of the second of the unlock too")
}

func TestTheWayOfARideIsItsRidersOwn(t *testing.T) {
	s := newStage(t)
	id := s.ridden(as)
	problem(t, s.do(t, "GET", "/v1/rentals/"+id+"/route", s.token(t, eva, rider.ForRiders), nil), 404, "rental_unknown")
	problem(t, s.asRider(t, "GET", "/v1/rentals/66666666-6666-4666-8666-666666666666/route", nil), 404, "rental_unknown")
	problem(t, s.asStaff(t, "GET", "/admin/v1/rentals/66666666-6666-4666-8666-666666666666/route", nil), 404, "rental_unknown")
	problem(t, s.asRider(t, "GET", "/admin/v1/rentals/"+id+"/route", nil), 401, "token_invalid")
	problem(t, s.do(t, "GET", "/v1/rentals/"+id+"/route", "", nil), 401, "token_invalid")
	require.Empty(t, s.history.asked)
}

func TestWaysThatAreShort(t *testing.T) {
	for name, c := range map[string]struct {
		edit  func(*rental.Rental)
		track []series.Place
		nodes int
		asked int
	}{
		"never unlocked": {func(r *rental.Rental) { r.UnlockedAt, r.StoppedAt, r.Outcome = time.Time{}, time.Time{}, rental.Voided }, nil, 0, 0},
		"ended at once":  {func(r *rental.Rental) { r.StoppedAt = r.UnlockedAt }, nil, 0, 0},
		"nothing heard":  {as, nil, 0, 3},
		"one place":      {as, []series.Place{{At: at(10), Position: geo.Point{Lat: 40, Lng: -3}, Valid: true}}, 1, 3},
		"only flaws":     {as, []series.Place{{At: at(10), Position: geo.Point{Lat: 40, Lng: -3}, Flaw: "lbs"}}, 0, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			s.history.track = map[string][]series.Place{"THEN": c.track}
			id := s.ridden(c.edit)
			got := body(t, s.asRider(t, "GET", "/v1/rentals/"+id+"/route", nil), 200)
			require.Len(t, got["nodes"], c.nodes)
			require.NotContains(t, got, "line")
			require.Zero(t, got["meters"])
			require.Len(t, s.history.asked, c.asked)
			require.Len(t, body(t, s.asStaff(t, "GET", "/admin/v1/rentals/"+id+"/route", nil), 200)["points"], len(c.track))
		})
	}
}

func TestARideThatGoesOn(t *testing.T) {
	s := newStage(t)
	id := s.ridden(func(r *rental.Rental) { r.StoppedAt, r.Outcome, r.State = time.Time{}, rental.Open, rental.Riding })
	s.now = at(10).Add(100 * time.Second)
	track, _ := drive(at(10), 300)
	s.history.track = map[string][]series.Place{"THEN": track}
	got := body(t, s.asRider(t, "GET", "/v1/rentals/"+id+"/route", nil), 200)
	require.Len(t, got["nodes"], 20)
	require.Equal(t, "2026-11-23T10:01:40Z", got["to"])
}

func TestAWayWhileTheHistoryIsAway(t *testing.T) {
	s := newStage(t)
	id := s.ridden(as)
	s.history.err = series.ErrAway
	problem(t, s.asRider(t, "GET", "/v1/rentals/"+id+"/route", nil), 503, "history_away")
	problem(t, s.asStaff(t, "GET", "/admin/v1/rentals/"+id+"/route", nil), 503, "history_away")
	require.Equal(t, 200, s.asRider(t, "GET", "/v1/rentals/"+id, nil).Code, "rides need no history")
}

func TestASmoothTrack(t *testing.T) {
	s := newStage(t)
	track, paces := drive(at(11), 300)
	s.history.track, s.history.paces = map[string][]series.Place{plate: track}, paces
	got := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/track?from=2026-11-23T11:00:00Z&smooth=true", nil), 200)
	require.Len(t, got["points"], 60)
	way := got["route"].(map[string]any)
	require.Len(t, way["nodes"], 60)
	require.InDelta(t, 295*5, way["meters"], 15)
	require.Equal(t, "LineString", way["line"].(map[string]any)["type"])
	require.Equal(t, time.Second, s.history.asked[0].span.Every, "as fine as may be")
	plain := body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/track", nil), 200)
	require.NotContains(t, plain, "route")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate+"/track?smooth=true&from=2026-01-01T00:00:00Z", nil), 422, "span_too_long")
}
