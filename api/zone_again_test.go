package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A zone that is sent again with its key is drawn once, and answered as it was drawn.
func TestAZoneIsDrawnOnceForAKey(t *testing.T) {
	s := newStage(t)
	centre := area("Centre", 10, 40.4, anyone)
	first := body(t, s.asStaff(t, "POST", "/admin/v1/zones", centre, "Idempotency-Key", "k"), 201)
	for range 3 {
		require.Equal(t, first, body(t, s.asStaff(t, "POST", "/admin/v1/zones", centre, "Idempotency-Key", "k"), 201))
	}
	require.Len(t, s.store.zones.Zones, 1)
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones", with(centre, "name", "b"), "Idempotency-Key", "k"), 422, "idempotency_key_reused")
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones", centre, "Idempotency-Key", "a b"), 422, "idempotency_key_invalid")
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", centre, "Idempotency-Key", "l"), 201)
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", centre), 201)
	require.Len(t, s.store.zones.Zones, 3)
}

// What is exported after a zone has ended can be imported, and put in the place of all there is.
func TestAZoneThatIsOver(t *testing.T) {
	s := newStage(t)
	hour := noon.Add(time.Hour)
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", with(area("Market", 1, 40.4, nobody), "end", hour)), 201)
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", area("Centre", 2, 40.4, anyone)), 201)
	look := func(path string) any { return body(t, s.asStaff(t, "GET", path, nil), 200)["in_force"] }
	listed := func() any {
		return body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)["zones"].([]any)[0].(map[string]any)["in_force"]
	}
	require.Equal(t, []any{true, true}, []any{look("/admin/v1/zones/1"), listed()})
	drawn := s.asRider(t, "GET", "/v1/zones", nil)
	require.Len(t, body(t, drawn, 200)["features"], 2)

	s.now = hour
	require.Equal(t, []any{false, false}, []any{look("/admin/v1/zones/1"), listed()})
	require.Equal(t, false, body(t, s.asStaff(t, "GET", "/admin/v1/zones/1/versions", nil), 200)["versions"].([]any)[0].(map[string]any)["in_force"])
	after := s.asRider(t, "GET", "/v1/zones", nil, "If-None-Match", drawn.Header().Get("ETag"))
	require.Len(t, body(t, after, 200)["features"], 1, "the map is another one, though the set is the same")
	require.Len(t, body(t, s.asRider(t, "GET", "/v1/zones?bbox=-4,40,-3,41", nil), 200)["features"], 1)

	export := body(t, s.asStaff(t, "GET", "/admin/v1/zones/geojson", nil), 200)
	require.Len(t, export["features"], 1)
	got := body(t, s.asStaff(t, "POST", "/admin/v1/zones/import?replace=2", export, "Idempotency-Key", "r"), 201)
	require.EqualValues(t, 3, got["version"])
	again := body(t, s.asStaff(t, "GET", "/admin/v1/zones/geojson", nil), 200)
	require.Len(t, again["features"], 1)
	require.Equal(t, export["features"].([]any)[0].(map[string]any)["geometry"], again["features"].([]any)[0].(map[string]any)["geometry"])
}

func TestAFileReplacesTheZones(t *testing.T) {
	s := newStage(t)
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", area("Centre", 2, 40.4, anyone)), 201)
	file := map[string]any{"type": "FeatureCollection", "features": []any{map[string]any{
		"type": "Feature", "geometry": box(41, -3.7), "properties": map[string]any{"name": "b", "order": 1, "rules": anyone},
	}}}
	for range 2 {
		got := body(t, s.asStaff(t, "POST", "/admin/v1/zones/import?replace=1", file, "Idempotency-Key", "k"), 201)
		require.EqualValues(t, 2, got["version"])
	}
	require.Len(t, s.store.zones.Zones, 1)
	require.Equal(t, "b", s.store.zones.Zones[0].Name)
	for _, version := range []string{"1", "9"} {
		problem(t, s.asStaff(t, "POST", "/admin/v1/zones/import?replace="+version, file, "Idempotency-Key", "l"+version), 409, "zone_changed")
	}
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones/import", file, "Idempotency-Key", "k"), 422, "idempotency_key_reused")
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones/import?replace=2", map[string]any{"type": "FeatureCollection"}, "Idempotency-Key", "m"), 422, "zone_invalid")
	file["features"] = []any{}
	problem(t, s.importZones(t, file), 422, "zone_invalid")
	require.Empty(t, body(t, s.asStaff(t, "POST", "/admin/v1/zones/import?replace=2", file, "Idempotency-Key", "n"), 201)["zones"], "none are left")
	require.Empty(t, s.store.zones.Zones)
}

func TestTheOrderOfASetThatWasLookedAt(t *testing.T) {
	s := newStage(t)
	for i, name := range []string{"a", "b"} {
		body(t, s.asStaff(t, "POST", "/admin/v1/zones", area(name, i, 40.4, anyone)), 201)
	}
	problem(t, s.asStaff(t, "PUT", "/admin/v1/zones/order", map[string]any{"zones": []int{2, 1}}), 422, "request_invalid")
	for _, version := range []int{1, 9} {
		problem(t, s.asStaff(t, "PUT", "/admin/v1/zones/order", map[string]any{"version": version, "zones": []int{2, 1}}), 409, "zone_changed")
	}
	require.EqualValues(t, 3, body(t, s.asStaff(t, "PUT", "/admin/v1/zones/order", map[string]any{"version": 2, "zones": []int{2, 1}}), 200)["version"])
}

func TestTimesThatNoZoneHas(t *testing.T) {
	s := newStage(t)
	good := area("Centre", 2, 40.4, anyone)
	for name, body := range map[string]map[string]any{
		"the zero time":         with(good, "start", "0001-01-01T00:00:00Z"),
		"a year before all":     with(good, "start", "0001-01-01T00:00:00+05:00"),
		"a year after all":      with(good, "end", "9999-12-31T23:59:59-05:00"),
		"the zero time, as end": with(good, "end", "0001-01-01T00:00:00Z"),
	} {
		t.Run(name, func(t *testing.T) { problem(t, s.asStaff(t, "POST", "/admin/v1/zones", body), 422, "zone_invalid") })
	}
	none := with(good, "rules", []any{with(anyone[0].(map[string]any), "vehicle_type_ids", []string{})})
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones", none), 422, "request_invalid")
	require.Empty(t, s.store.zones.Zones)
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", with(good, "name", "می\u200cخواهم 👩\u200d🚒")), 201)
}

// The position that closes a ring is no corner.
func TestACornerIsCountedOnce(t *testing.T) {
	s := newStage(t)
	ring := func(corners int) map[string]any {
		at := [][2]float64{{0, 1}}
		for i := range corners - 1 {
			at = append(at, [2]float64{float64(i) / 1e5, float64(i) * float64(i) / 1e10})
		}
		return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{append(at, at[0])}}
	}
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", with(area("a", 1, 40, anyone), "geometry", ring(10_000))), 201)
	p := problem(t, s.asStaff(t, "POST", "/admin/v1/zones", with(area("a", 1, 40, anyone), "geometry", ring(10_001))), 422, "zone_too_detailed")
	require.EqualValues(t, 10_001, p["corners"])
	feature := map[string]any{"type": "Feature", "geometry": ring(10_000), "properties": map[string]any{"name": "a", "order": 1, "rules": anyone}}
	features := make([]any, 51)
	for i := range features {
		features[i] = feature
	}
	p = problem(t, s.importZones(t, map[string]any{"type": "FeatureCollection", "features": features}), 422, "zone_import_too_large")
	require.EqualValues(t, 510_000, p["corners"])
	require.EqualValues(t, 500_000, p["max_corners"])
}
