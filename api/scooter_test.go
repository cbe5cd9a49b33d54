package api_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/fleet"
	"rodada/geo"
)

func TestNearShowsWhatCanBeRented(t *testing.T) {
	s := newStage(t)
	base := s.store.scooters[plate]
	add := func(id int64, plate string, edit func(*fleet.Scooter)) {
		sc := base
		sc.ID, sc.Plate, sc.PublicID = id, plate, "public-"+plate
		edit(&sc)
		s.store.scooters[plate] = sc
	}
	add(8, "HELD", func(s *fleet.Scooter) { s.Hold = fleet.InUse })
	add(9, "SECURING", func(s *fleet.Scooter) { s.Hold = fleet.Securing })
	add(10, "BLOCKED", func(s *fleet.Scooter) { s.Service = fleet.Blocked })
	add(11, "EMPTY", func(*fleet.Scooter) {})
	add(12, "STALE", func(*fleet.Scooter) {})
	add(13, "SECOND", func(*fleet.Scooter) {})
	at := geo.Point{Lat: 40.4168, Lng: -3.7038}
	seen := func(plate string, battery int, age time.Duration) api.Sighting {
		return api.Sighting{Plate: plate, Position: at, Battery: battery, Seen: noon.Add(-age)}
	}
	s.live.seen = []api.Sighting{
		seen("HELD", 80, 0), seen(plate, 50, time.Minute), seen("SECURING", 80, 0), seen("BLOCKED", 80, 0),
		seen("EMPTY", 14, 0), seen("STALE", 80, time.Hour), seen("STRANGER", 80, 0), seen("SECOND", 100, 0),
	}
	res := s.asRider(t, "GET", "/v1/scooters?lat=40.4177&lng=-3.7038", nil)
	list := body(t, res, 200)["scooters"].([]any)
	require.Len(t, list, 2)
	first := list[0].(map[string]any)
	tariff := first["tariff"].(map[string]any)
	require.EqualValues(t, 100, tariff["unlock"])
	require.EqualValues(t, 500, tariff["minimum_balance"])
	delete(first, "tariff")
	require.Equal(t, map[string]any{
		"id": public, "position": map[string]any{"lat": 40.4168, "lng": -3.7038}, "distance_meters": 100., "battery": 50.,
		"range_meters": 15000., "model": "M1", "seen_at": "2026-11-23T11:59:00Z",
	}, first)
	require.Equal(t, "public-SECOND", list[1].(map[string]any)["id"])
	require.Equal(t, api.Offer{
		Center: geo.Point{Lat: 40.4177, Lng: -3.7038}, Meters: 500, Limit: 128, Battery: 15,
		SeenAfter: noon.Add(-3 * time.Minute), FixedAfter: noon.Add(-15 * time.Minute),
	}, s.live.asked)
	for _, inside := range []string{plate, base.IMEI, base.QRCode, base.DeviceID} {
		require.NotContains(t, res.Body.String(), inside)
	}
}

func TestNearIsEmptyWhereNothingStands(t *testing.T) {
	s := newStage(t)
	require.Equal(t, []any{}, body(t, s.asRider(t, "GET", "/v1/scooters?lat=0&lng=0&radius=10", nil), 200)["scooters"])
	s.live.err = errors.New("redis is away")
	problem(t, s.asRider(t, "GET", "/v1/scooters?lat=0&lng=0", nil), 503, "map_unavailable")
}
