package api_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/fare"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/zone"
	"rodada/geo"
)

// box is a GeoJSON square of 0.02 degrees around a place.
func box(lat, lng float64) map[string]any {
	return map[string]any{"type": "Polygon", "coordinates": [][][]float64{{
		{lng - 0.01, lat - 0.01}, {lng + 0.01, lat - 0.01}, {lng + 0.01, lat + 0.01}, {lng - 0.01, lat + 0.01}, {lng - 0.01, lat - 0.01},
	}}}
}

var (
	anyone = []any{map[string]any{"ride_start_allowed": true, "ride_end_allowed": true, "ride_through_allowed": true}}
	nobody = []any{map[string]any{"ride_start_allowed": false, "ride_end_allowed": false, "ride_through_allowed": false}}
)

// area is the body of a zone.
func area(name string, order int, lat float64, rules []any) map[string]any {
	return map[string]any{"name": name, "order": order, "rules": rules, "geometry": box(lat, -3.7)}
}

func with(body map[string]any, key string, value any) map[string]any {
	other := map[string]any{key: value}
	for k, v := range body {
		if _, set := other[k]; !set {
			other[k] = v
		}
	}
	return other
}

func TestTheLifeOfAZone(t *testing.T) {
	s := newStage(t)
	centre := area("Centre", 10, 40.4, anyone)
	made := body(t, s.asStaff(t, "POST", "/admin/v1/zones", centre), 201)
	require.Equal(t, "Centre", made["name"])
	require.Equal(t, box(40.4, -3.7)["type"], made["geometry"].(map[string]any)["type"])
	require.Equal(t, true, made["in_force"])

	slow := with(with(centre, "rules", []any{map[string]any{
		"vehicle_type_ids": []string{"1"}, "ride_start_allowed": true, "ride_end_allowed": false, "ride_through_allowed": true, "maximum_speed_kph": 12,
	}}), "version", 1)
	delete(slow, "geometry")
	changed := body(t, s.asStaff(t, "PUT", "/admin/v1/zones/1", slow), 200)
	require.EqualValues(t, 2, changed["version"])
	require.NotNil(t, changed["geometry"], "it stays where it is")
	problem(t, s.asStaff(t, "PUT", "/admin/v1/zones/1", slow), 409, "zone_changed")
	problem(t, s.asStaff(t, "PUT", "/admin/v1/zones/9", slow), 404, "zone_unknown")

	one := body(t, s.asStaff(t, "GET", "/admin/v1/zones/1", nil), 200)
	require.EqualValues(t, 12, one["rules"].([]any)[0].(map[string]any)["maximum_speed_kph"])
	problem(t, s.asStaff(t, "GET", "/admin/v1/zones/9", nil), 404, "zone_unknown")
	require.Len(t, body(t, s.asStaff(t, "GET", "/admin/v1/zones/1/versions", nil), 200)["versions"], 1)

	body(t, s.asStaff(t, "POST", "/admin/v1/zones", area("Harbour", 20, 41.4, anyone)), 201)
	names := func(answer map[string]any) (names []any) {
		for _, z := range answer["zones"].([]any) {
			names = append(names, z.(map[string]any)["name"])
			require.NotContains(t, z, "geometry")
		}
		return names
	}
	require.Equal(t, []any{"Harbour", "Centre"}, names(body(t, s.asStaff(t, "PUT", "/admin/v1/zones/order", map[string]any{"version": 3, "zones": []int{2, 1}}), 200)))
	problem(t, s.asStaff(t, "PUT", "/admin/v1/zones/order", map[string]any{"version": 4, "zones": []int{2}}), 422, "zone_order_invalid")
	list := body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)
	require.Equal(t, []any{"Harbour", "Centre"}, names(list))
	problem(t, s.asStaff(t, "GET", "/admin/v1/zones?version=99", nil), 404, "zone_unknown")

	problem(t, s.asStaff(t, "DELETE", "/admin/v1/zones/1", nil), 422, "request_invalid")
	require.EqualValues(t, 2, problem(t, s.asStaff(t, "DELETE", "/admin/v1/zones/1?version=1", nil), 409, "zone_changed")["version"])
	require.Equal(t, 204, s.asStaff(t, "DELETE", "/admin/v1/zones/1?version=2", nil).Code)
	require.Equal(t, 204, s.asStaff(t, "DELETE", "/admin/v1/zones/1?version=2", nil).Code, "gone already")
	require.Equal(t, []any{"Harbour"}, names(body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)))
}

func TestZonesThatCannotBeDrawn(t *testing.T) {
	s := newStage(t)
	good := area("Centre", 10, 40.4, anyone)
	for name, c := range map[string]struct {
		body any
		code string
	}{
		"a point":                    {with(good, "geometry", map[string]any{"type": "Point", "coordinates": []float64{0, 0}}), "request_invalid"},
		"text":                       {with(good, "geometry", "square"), "request_invalid"},
		"no geometry":                {with(good, "geometry", nil), "zone_invalid"},
		"everywhere, with a border":  {with(good, "everywhere", true), "zone_invalid"},
		"no rule":                    {with(good, "rules", []any{}), "request_invalid"},
		"half a rule":                {with(good, "rules", []any{map[string]any{"ride_end_allowed": true}}), "request_invalid"},
		"a speed below standing":     {with(good, "rules", []any{with(anyone[0].(map[string]any), "maximum_speed_kph", -3)}), "request_invalid"},
		"standing as a speed":        {with(good, "rules", []any{with(anyone[0].(map[string]any), "maximum_speed_kph", 0)}), "request_invalid"},
		"a name that turns around":   {with(good, "name", "a\u202eb"), "zone_invalid"},
		"over already":               {with(good, "end", noon.Format(time.RFC3339)), "zone_invalid"},
		"over before it begins":      {with(with(good, "start", "2026-11-23T12:00:00Z"), "end", "2026-11-23T12:00:00Z"), "zone_invalid"},
		"more off than all":          {with(good, "price", map[string]any{"percent": -101}), "zone_invalid"},
		"a ring that crosses itself": {with(good, "geometry", map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{0, 0}, {1, 1}, {1, 0}, {0, 1}}}}), "zone_geometry_invalid"},
	} {
		t.Run(name, func(t *testing.T) { problem(t, s.asStaff(t, "POST", "/admin/v1/zones", c.body), 422, c.code) })
	}
	require.Empty(t, body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)["zones"])
}

// Who may draw zones may not set prices by them, nor move or remove what sets one.
func TestPricesOfZonesNeedThePermission(t *testing.T) {
	s := newStage(t)
	s.hired(staff.Operate)
	plain := area("Centre", 10, 40.4, anyone)
	priced := with(area("Harbour", 20, 41.4, anyone), "price", map[string]any{"percent": 10, "amount": 50})
	body(t, s.asStaff(t, "POST", "/admin/v1/zones", plain), 201)
	denied := func(method, path string, what any) {
		t.Helper()
		p := problem(t, s.asStaff(t, method, path, what, "Idempotency-Key", "k"), 403, "permission_missing")
		require.Equal(t, "pricing", p["permission"])
	}
	denied("POST", "/admin/v1/zones", priced)
	denied("POST", "/admin/v1/zones/import", map[string]any{"type": "Feature", "geometry": priced["geometry"], "properties": priced})
	denied("PUT", "/admin/v1/zones/1", with(priced, "version", 1))
	s.hired(staff.Operate, staff.Pricing)
	made := body(t, s.asStaff(t, "POST", "/admin/v1/zones", priced), 201)
	require.Equal(t, map[string]any{"percent": 10., "amount": 50.}, made["price"])
	s.hired(staff.Operate)
	denied("PUT", "/admin/v1/zones/2", with(plain, "version", 1))
	denied("DELETE", "/admin/v1/zones/2?version=1", nil)
	denied("POST", "/admin/v1/zones/import?replace=2", map[string]any{"type": "Feature", "geometry": plain["geometry"], "properties": plain})
	denied("PUT", "/admin/v1/zones/order", map[string]any{"version": 2, "zones": []int{2, 1}})
	s.hired(staff.Pricing)
	require.Equal(t, "operate", problem(t, s.asStaff(t, "POST", "/admin/v1/zones", plain), 403, "permission_missing")["permission"])
}

// importZones imports a file for the first time.
func (s *stage) importZones(t *testing.T, file any) *httptest.ResponseRecorder {
	t.Helper()
	return s.asStaff(t, "POST", "/admin/v1/zones/import", file, "Idempotency-Key", uuid.NewString())
}

func TestImportOfZones(t *testing.T) {
	s := newStage(t)
	feature := func(name string, lat float64) map[string]any {
		return map[string]any{
			"type": "Feature", "id": "theirs", "geometry": box(lat, -3.7),
			"properties": map[string]any{"name": name, "order": 1, "rules": anyone, "colour": "red"},
		}
	}
	file := map[string]any{
		"type": "FeatureCollection", "crs": "theirs", "global_rules": nobody, "features": []any{feature("a", 40), feature("b", 41)},
	}
	got := body(t, s.importZones(t, file), 201)
	require.Len(t, got["zones"], 3)
	require.EqualValues(t, 1, got["version"], "one set")
	require.Len(t, body(t, s.importZones(t, feature("c", 42)), 201)["zones"], 1)

	again := body(t, s.asStaff(t, "GET", "/admin/v1/zones/geojson", nil), 200)
	require.Len(t, again["features"], 3)
	require.Len(t, again["global_rules"], 1)
	s.store.zones = zone.Set{}
	delete(again, "version")
	require.Len(t, body(t, s.importZones(t, again), 201)["zones"], 4, "what was exported is imported")

	bad := feature("d", 42)
	bad["properties"].(map[string]any)["everywhere"] = true
	file["features"] = []any{feature("a", 40), bad}
	p := problem(t, s.importZones(t, file), 422, "zone_invalid")
	require.EqualValues(t, 2, p["feature"])
	problem(t, s.importZones(t, map[string]any{"type": "FeatureCollection"}), 422, "zone_invalid")
	problem(t, s.importZones(t, map[string]any{"type": "Feature"}), 422, "zone_invalid")
	problem(t, s.importZones(t, map[string]any{"type": "Topology"}), 422, "request_invalid")
}

// A file that is sent again says so by its key, and whoever sends another one with it hears of it.
func TestAnImportHasAKey(t *testing.T) {
	s := newStage(t)
	file := map[string]any{"type": "Feature", "geometry": box(40, -3.7), "properties": map[string]any{"name": "a", "order": 1, "rules": anyone}}
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones/import", file), 422, "idempotency_key_missing")
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones/import", file, "Idempotency-Key", "a b"), 422, "idempotency_key_invalid")
	require.Empty(t, s.store.imports)
	for range 2 {
		body(t, s.asStaff(t, "POST", "/admin/v1/zones/import", file, "Idempotency-Key", "k"), 201)
	}
	require.Equal(t, s.store.imports[0], s.store.imports[1])
	require.Equal(t, support, s.store.imports[0].StaffID)
	file["properties"].(map[string]any)["name"] = "b"
	problem(t, s.asStaff(t, "POST", "/admin/v1/zones/import", file, "Idempotency-Key", "k"), 422, "idempotency_key_reused")
}

func TestAnImportHasItsLimits(t *testing.T) {
	s := newStage(t)
	feature := func(corners int) map[string]any {
		ring := make([][2]float64, corners)
		for i := range ring {
			ring[i] = [2]float64{float64(i) / 1e6, 0}
		}
		return map[string]any{
			"type": "Feature", "geometry": map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}},
			"properties": map[string]any{"name": "a", "order": 1, "rules": anyone},
		}
	}
	file := func(zones, corners int) map[string]any {
		features := make([]any, zones)
		for i := range features {
			features[i] = feature(corners)
		}
		return map[string]any{"type": "FeatureCollection", "features": features}
	}
	p := problem(t, s.importZones(t, file(5_001, 1)), 422, "zone_import_too_large")
	require.EqualValues(t, 5_001, p["zones"])
	require.EqualValues(t, 5_000, p["max_zones"])
	p = problem(t, s.importZones(t, file(51, 9_900)), 422, "zone_import_too_large")
	require.EqualValues(t, 51*9_900, p["corners"])
	require.EqualValues(t, 500_000, p["max_corners"])
	p = problem(t, s.importZones(t, file(2, 10_001)), 422, "zone_too_detailed")
	require.EqualValues(t, 10_001, p["corners"])
	require.Equal(t, "body.features[0].geometry", p["errors"].([]any)[0].(map[string]any)["location"])
	one := feature(10_001)
	p = problem(t, s.asStaff(t, "POST", "/admin/v1/zones", with(one["properties"].(map[string]any), "geometry", one["geometry"])), 422, "zone_too_detailed")
	require.EqualValues(t, 10_000, p["max_corners"])
}

// Whatever is wrong in a file is said where it stands.
func TestFaultsOfAnImportAreWhereTheyStand(t *testing.T) {
	s := newStage(t)
	feature := func(change func(f, properties map[string]any)) map[string]any {
		p := map[string]any{"name": "a", "order": 1, "rules": anyone}
		f := map[string]any{"type": "Feature", "geometry": box(40, -3.7), "properties": p}
		change(f, p)
		return f
	}
	for name, c := range map[string]struct {
		change func(f, properties map[string]any)
		want   string
		code   string
	}{
		"name":       {func(_, p map[string]any) { p["name"] = "a\x1b[31m" }, "properties.name", "zone_invalid"},
		"end":        {func(_, p map[string]any) { p["end"] = "2020-01-01T00:00:00Z" }, "properties.end", "zone_invalid"},
		"everywhere": {func(_, p map[string]any) { p["everywhere"] = true }, "geometry", "zone_invalid"},
		"crossing": {func(f, _ map[string]any) {
			f["geometry"] = map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{0, 0}, {1, 1}, {1, 0}, {0, 1}}}}
		}, "geometry", "zone_geometry_invalid"},
		"station": {func(_, p map[string]any) {
			p["rules"] = []any{anyone[0], with(nobody[0].(map[string]any), "station_parking", true)}
		}, "properties.rules[1].station_parking", "zone_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			bad, good := feature(c.change), feature(func(map[string]any, map[string]any) {})
			for prefix, file := range map[string]map[string]any{
				"body.":             bad,
				"body.features[0].": {"type": "FeatureCollection", "features": []any{bad}},
				"body.features[2].": {"type": "FeatureCollection", "features": []any{good, good, bad}},
			} {
				p := problem(t, s.importZones(t, file), 422, c.code)
				require.Equal(t, prefix+c.want, p["errors"].([]any)[0].(map[string]any)["location"])
			}
		})
	}
	p := problem(t, s.importZones(t, map[string]any{
		"type": "FeatureCollection", "features": []any{feature(func(map[string]any, map[string]any) {})},
		"global_rules": []any{with(nobody[0].(map[string]any), "station_parking", true)},
	}), 422, "zone_invalid")
	require.Equal(t, "body.global_rules[0].station_parking", p["errors"].([]any)[0].(map[string]any)["location"])
	require.Empty(t, body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)["zones"])
}

func TestZonesOnTheMap(t *testing.T) {
	s := newStage(t)
	s.importZones(t, map[string]any{"type": "FeatureCollection", "global_rules": nobody, "features": []any{
		map[string]any{"type": "Feature", "geometry": box(40, -3.7), "properties": map[string]any{"name": "a", "order": 2, "rules": anyone}},
		map[string]any{"type": "Feature", "geometry": box(41, -3.7), "properties": map[string]any{"name": "b", "order": 1, "rules": anyone}},
	}})
	for query, want := range map[string][]any{
		"": {"b", "a"}, "?bbox=-3.8,39.9,-3.6,40.1": {"a"}, "?bbox=-3.7,40,-3.7,40": {"a"}, "?bbox=0,0,1,1": {}, "?bbox=179,-90,-179,90": {},
		"?bbox=170,-90,0,90": {"b", "a"},
	} {
		rec := s.asRider(t, "GET", "/v1/zones"+query, nil)
		got := body(t, rec, 200)
		names := []any{}
		for _, f := range got["features"].([]any) {
			names = append(names, f.(map[string]any)["properties"].(map[string]any)["name"])
		}
		require.Equal(t, want, names, query)
		require.Equal(t, `"zones-1"`, rec.Header().Get("ETag"))
		require.Len(t, got["global_rules"], 1)
	}
	for _, bad := range []string{"1,2,3", "a,b,c,d", "0,10,1,9", "0,-91,1,0", "181,0,182,1", "0,0,NaN,1"} {
		problem(t, s.asRider(t, "GET", "/v1/zones?bbox="+bad, nil), 422, "bbox_invalid")
	}
	for tag, want := range map[string]int{`"zones-1"`: 304, `W/"zones-1"`: 304, `"x", "zones-1"`: 304, "*": 304, `"zones-0"`: 200, "zones": 200} {
		rec := s.asRider(t, "GET", "/v1/zones", nil, "If-None-Match", tag)
		require.Equal(t, want, rec.Code, tag)
		if want == 304 {
			require.Empty(t, rec.Body.String())
			require.Equal(t, `"zones-1"`, rec.Header().Get("ETag"))
		}
	}
	require.Equal(t, http.StatusUnauthorized, s.do(t, "GET", "/v1/zones", s.token(t, support, rider.ForStaff), nil).Code)
}

// The whole map is encoded once a set, with six decimals, and compressed for who takes that; staff get what was drawn.
func TestTheWholeMap(t *testing.T) {
	s := newStage(t)
	fine := map[string]any{"type": "Polygon", "coordinates": [][][]float64{{{-3.12345678, 40, 600}, {-3, 40}, {-3, 41.000000049}, {-3.12345678, 40, 600}}}}
	s.importZones(t, map[string]any{"type": "Feature", "geometry": fine, "properties": map[string]any{"name": "a <b>", "order": 2, "rules": anyone}})
	ring := func(rec *httptest.ResponseRecorder) any {
		f := body(t, rec, 200)["features"].([]any)[0].(map[string]any)
		require.Equal(t, "a <b>", f["properties"].(map[string]any)["name"])
		return f["geometry"].(map[string]any)["coordinates"].([]any)[0]
	}
	for _, query := range []string{"", "?bbox=-4,39,-3,42"} {
		require.Equal(t, []any{
			[]any{-3.123457, 40.}, []any{-3., 40.}, []any{-3., 41.}, []any{-3.123457, 40.},
		}, ring(s.asRider(t, "GET", "/v1/zones"+query, nil)))
	}
	require.Equal(t, []any{-3.12345678, 40., 600.}, ring(s.asStaff(t, "GET", "/admin/v1/zones/geojson", nil)).([]any)[0])

	plain := s.asRider(t, "GET", "/v1/zones", nil)
	require.Equal(t, "application/json", plain.Header().Get("Content-Type"))
	require.Empty(t, plain.Header().Values("Content-Encoding"))
	for _, accept := range []string{"gzip", "br, GZIP;q=0.5"} {
		packed := s.asRider(t, "GET", "/v1/zones", nil, "Accept-Encoding", accept)
		require.Equal(t, "gzip", packed.Header().Get("Content-Encoding"))
		require.Equal(t, "Accept-Encoding", packed.Header().Get("Vary"))
		require.Equal(t, `"zones-1-gzip"`, packed.Header().Get("ETag"))
		r, err := gzip.NewReader(packed.Body)
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, plain.Body.String(), string(text))
		require.Equal(t, 304, s.asRider(t, "GET", "/v1/zones", nil, "Accept-Encoding", accept, "If-None-Match", `"zones-1-gzip"`).Code)
	}
	for _, accept := range []string{"br", "gzip;q=0", "gzip; q=0.0"} {
		require.Equal(t, plain.Body.String(), s.asRider(t, "GET", "/v1/zones", nil, "Accept-Encoding", accept).Body.String(), accept)
	}
	s.importZones(t, map[string]any{"type": "Feature", "geometry": box(41, -3.7), "properties": map[string]any{"name": "b", "order": 1, "rules": anyone}})
	require.Len(t, body(t, s.asRider(t, "GET", "/v1/zones", nil), 200)["features"], 2, "a new set is a new map")
}

func TestNoRideBeginsWhereItMayNot(t *testing.T) {
	s := newStage(t)
	shut := zone.Rule{RideEnd: true, RideThrough: true}
	shape, err := geo.NewArea([][][]geo.Point{{{{Lat: 40, Lng: -4}, {Lat: 40, Lng: -3}, {Lat: 41, Lng: -3}, {Lat: 41, Lng: -4}}}})
	require.NoError(t, err)
	market := zone.Zone{ID: 1, Version: 1, Draft: zone.Draft{Name: "Market", Rules: []zone.Rule{shut}}, Area: shape}
	s.store.zones = zone.NewSet(3, []zone.Zone{market})
	stand := func(source string, p geo.Point) {
		s.live.seen = []api.Sighting{{Plate: plate, Battery: 80, Position: p, PositionSource: source, PositionAt: noon, Seen: noon}}
	}
	stand("gps", geo.Point{Lat: 40.5, Lng: -3.001})
	for _, path := range []string{"/v1/rentals", "/v1/reservations"} {
		p := problem(t, s.asRider(t, "POST", path, map[string]any{"qr": code}, "Idempotency-Key", path), 409, "zone_start_forbidden")
		require.Equal(t, "Market", p["zone"])
		require.InDelta(t, 86, p["nearest"].(map[string]any)["meters"], 3)
	}
	require.Empty(t, s.store.rentals)
	stand("lbs", geo.Point{Lat: 40.5, Lng: -3.5})
	require.Equal(t, 201, s.rent(t, eva, "by-cell").Code, "radio cells are hundreds of metres off")
}

func TestTheMeterShowsThePriceOfAnEndHere(t *testing.T) {
	s := newStage(t)
	r := body(t, s.rent(t, ana, "k"), 201)["id"].(string)
	shape, err := geo.NewArea([][][]geo.Point{{{{Lat: 40, Lng: -4}, {Lat: 40, Lng: -3}, {Lat: 41, Lng: -3}, {Lat: 41, Lng: -4}}}})
	require.NoError(t, err)
	far := zone.Draft{Name: "far", Rules: []zone.Rule{zone.Open}, Price: fare.Adjustment{Amount: 700}}
	s.store.zones = zone.NewSet(3, []zone.Zone{{ID: 1, Version: 1, Draft: far, Area: shape}})
	lines := func() []any {
		return body(t, s.asRider(t, "GET", "/v1/rentals/"+r, nil), 200)["price"].(map[string]any)["lines"].([]any)
	}
	for _, l := range lines() {
		require.NotEqual(t, "zone", l.(map[string]any)["item"])
	}
	s.live.seen = []api.Sighting{{
		Plate: plate, Position: geo.Point{Lat: 40.5, Lng: -3.5}, PositionSource: "gps", PositionAt: noon.Add(-time.Hour), Seen: noon,
	}}
	all := lines()
	require.Equal(t, map[string]any{"item": "zone", "quantity": 1., "amount": 700.}, all[len(all)-1])
}
