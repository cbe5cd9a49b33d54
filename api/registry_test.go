package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/fleet"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/geo"
)

// square is a place in Madrid.
var square = geo.Point{Lat: 40.4155, Lng: -3.7074}

// newRegister is a stage with a model and a station of two places.
func newRegister(t *testing.T) (*stage, string) {
	t.Helper()
	s := newStage(t)
	s.store.models = []fleet.Model{s.store.scooters[plate].Model}
	b := body(t, s.asStaff(t, "POST", "/admin/v1/stations", map[string]any{
		"short_name": "MAD-01", "name": "Plaza Mayor", "position": square, "capacity": 2,
	}), 201)
	require.Equal(t, true, b["charging"])
	return s, b["id"].(string)
}

func TestAScooterAsStaffSeeIt(t *testing.T) {
	s := newStage(t)
	path := "/admin/v1/scooters/" + plate
	b := body(t, s.asStaff(t, "GET", path, nil), 200)
	require.Equal(t, map[string]any{"position": "unknown", "battery": "stored"}, b["sources"])
	require.EqualValues(t, 80, b["battery"])
	require.Equal(t, false, b["online"])
	require.NotContains(t, b, "live")
	require.NotContains(t, b, "position")
	for _, unsaid := range []string{"firmware", "firmware_at", "upgrade_id"} {
		require.NotContains(t, b, unsaid)
	}
	sc := s.store.scooters[plate]
	sc.Firmware, sc.FirmwareAt, sc.UpgradeID = "1.9", noon.Add(-time.Hour), uuid.NewString()
	s.store.scooters[plate] = sc

	on := true
	seen := api.Sighting{
		Plate: plate, Position: square, PositionAt: noon.Add(-time.Minute), PositionSource: "gps", Battery: 42, SpeedKmh: 0, LimitKmh: 20,
		Fault: 1, Powered: &on, Seen: noon.Add(-10 * time.Second), Fallen: &on, Alarm: new(bool), Vibrated: noon.Add(-time.Hour),
	}
	s.live.seen = []api.Sighting{seen}
	b = body(t, s.asStaff(t, "GET", path, nil), 200)
	require.Equal(t, map[string]any{"position": "live", "battery": "live"}, b["sources"])
	require.EqualValues(t, 42, b["battery"])
	require.Equal(t, []any{"1.9", "2026-11-23T11:00:00Z", sc.UpgradeID}, []any{b["firmware"], b["firmware_at"], b["upgrade_id"]})
	require.Equal(t, map[string]any{"lat": square.Lat, "lng": square.Lng}, b["position"])
	require.Equal(t, true, b["online"])
	live := b["live"].(map[string]any)
	require.NotEmpty(t, live["fault"])
	delete(live, "fault")
	require.Equal(t, map[string]any{
		"seen_at": "2026-11-23T11:59:50Z", "position_at": "2026-11-23T11:59:00Z", "position_source": "gps", "speed_kmh": 0., "limit_kmh": 20.,
		"powered": true, "fault_code": 1., "fallen": true, "alarm": false, "vibrated_at": "2026-11-23T11:00:00Z",
	}, live)

	s.live.seen = []api.Sighting{{Plate: plate, Battery: -1, SpeedKmh: -1, LimitKmh: -1, Fault: -1, Seen: noon.Add(-time.Hour)}}
	b = body(t, s.asStaff(t, "GET", path, nil), 200)
	require.Equal(t, map[string]any{"position": "unknown", "battery": "stored"}, b["sources"])
	require.Equal(t, false, b["online"])
	require.Equal(t, map[string]any{"seen_at": "2026-11-23T11:00:00Z"}, b["live"])

	s.live.err = http.ErrServerClosed
	require.NotContains(t, body(t, s.asStaff(t, "GET", path, nil), 200), "live", "the books alone answer")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/NONE", nil), 404, "scooter_unknown")
}

func TestRegisteringAScooter(t *testing.T) {
	s, at := newRegister(t)
	b := body(t, s.asStaff(t, "POST", "/admin/v1/scooters", map[string]any{"plate": "34CD", "model": 1, "station": at, "imei": "860000000000027"}), 201)
	require.Equal(t, "maintenance", b["service"])
	require.EqualValues(t, 25, b["limit_kmh"])
	require.Equal(t, map[string]any{"id": at, "short_name": "MAD-01"}, b["station"])
	require.Len(t, b["qr_code"], 10)
	for name, c := range map[string]struct {
		body   map[string]any
		status int
		code   string
	}{
		"the same plate":            {map[string]any{"plate": plate, "model": 1}, 409, "plate_taken"},
		"a plate with a wildcard":   {map[string]any{"plate": "a+b", "model": 1}, 422, "plate_invalid"},
		"a topic's name":            {map[string]any{"plate": "bike", "model": 1}, 422, "plate_invalid"},
		"a plate for nobody's URL":  {map[string]any{"plate": "a?b", "model": 1}, 422, "plate_invalid"},
		"a word of an address":      {map[string]any{"plate": "Import", "model": 1}, 422, "plate_invalid"},
		"no speed at all":           {map[string]any{"plate": "X1", "model": 1, "limit_kmh": 0}, 422, "request_invalid"},
		"the same IMEI":             {map[string]any{"plate": "X1", "model": 1, "imei": "860000000000001"}, 409, "imei_taken"},
		"an IMEI that is none":      {map[string]any{"plate": "X1", "model": 1, "imei": "8600000000"}, 422, "imei_invalid"},
		"the same code":             {map[string]any{"plate": "X1", "model": 1, "qr_code": code}, 409, "qr_code_taken"},
		"the plate for a code":      {map[string]any{"plate": "X123", "model": 1, "qr_code": "x123"}, 422, "qr_code_invalid"},
		"no such model":             {map[string]any{"plate": "X1", "model": 9}, 422, "model_unknown"},
		"faster than its model":     {map[string]any{"plate": "X1", "model": 1, "limit_kmh": 26}, 422, "limit_invalid"},
		"no such station":           {map[string]any{"plate": "X1", "model": 1, "station": uuid.NewString()}, 404, "station_unknown"},
		"a place that is none":      {map[string]any{"plate": "X1", "model": 1, "position": geo.Point{Lat: 91}}, 422, "place_invalid"},
		"a word that is none":       {map[string]any{"plate": "X1", "model": 1, "service": "lost"}, 422, "request_invalid"},
		"a hold is nobody's to set": {map[string]any{"plate": "X1", "model": 1, "hold": "free"}, 422, "request_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			problem(t, s.asStaff(t, "POST", "/admin/v1/scooters", c.body), c.status, c.code)
		})
	}
}

func TestChangingWhatIsRegistered(t *testing.T) {
	s, _ := newRegister(t)
	s.live.seen = []api.Sighting{{Plate: plate, Position: square, PositionAt: noon, Battery: -1, Seen: noon}}
	path := "/admin/v1/scooters/" + plate
	b := body(t, s.asStaff(t, "PATCH", path, map[string]any{"note": "New tyre.", "limit_kmh": 15, "imei": ""}), 200)
	require.Equal(t, []any{"New tyre.", 15., ""}, []any{b["note"], b["limit_kmh"], b["imei"]})
	problem(t, s.asStaff(t, "PATCH", path, map[string]any{"plate": "OTHER"}), 422, "request_invalid")
	problem(t, s.asStaff(t, "PATCH", path, map[string]any{"limit_kmh": 90}), 422, "limit_invalid")
	problem(t, s.asStaff(t, "PATCH", "/admin/v1/scooters/NONE", map[string]any{"note": "x"}), 404, "scooter_unknown")

	b = body(t, s.asStaff(t, "POST", path+"/service", map[string]any{"service": "blocked", "reason": "The brake squeaks."}), 200)
	require.Equal(t, []any{"blocked", "The brake squeaks."}, []any{b["status"], b["reason"]})
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/NONE/service", map[string]any{"service": "blocked", "reason": "gone"}), 404, "scooter_unknown")
	problem(t, s.asStaff(t, "POST", path+"/service", map[string]any{"service": "blocked", "reason": ""}), 422, "request_invalid")

	old := code
	b = body(t, s.asStaff(t, "POST", path+"/code", map[string]any{"reason": "The label was torn off."}), 200)
	require.NotEqual(t, old, b["qr_code"])
	require.Equal(t, []string{old}, s.store.spentCodes)
	problem(t, s.asStaff(t, "POST", path+"/code", map[string]any{}), 422, "request_invalid")
	problem(t, s.do(t, "POST", "/v1/rentals", s.token(t, ana, rider.ForRiders), map[string]any{"qr": old}, "Idempotency-Key", "k1"), 404, "scooter_unknown")

	events := body(t, s.asStaff(t, "GET", path+"/events?limit=2", nil), 200)
	require.EqualValues(t, 3, events["total"])
	first := events["events"].([]any)[0].(map[string]any)
	require.Equal(t, map[string]any{
		"id": 3., "at": "2026-11-23T12:00:00Z", "kind": "code", "service": "blocked", "hold": "free", "cause": "staff", "staff_id": support,
		"staff_email": "support@example.com", "position": map[string]any{"lat": square.Lat, "lng": square.Lng},
		"position_at": "2026-11-23T12:00:00Z", "note": "The label was torn off.",
	}, first)
	rest := body(t, s.asStaff(t, "GET", path+"/events?limit=2&cursor="+events["next"].(string), nil), 200)
	require.Len(t, rest["events"], 1)
	require.NotContains(t, rest, "next")
	problem(t, s.asStaff(t, "GET", "/admin/v1/scooters/NONE/events", nil), 404, "scooter_unknown")
	problem(t, s.asStaff(t, "GET", path+"/events?sort=mood", nil), 422, "sort_unknown")
}

func TestModels(t *testing.T) {
	s, _ := newRegister(t)
	b := body(t, s.asStaff(t, "POST", "/admin/v1/models", map[string]any{"name": "M2", "max_kmh": 20, "range_meters": 40000, "strict_json": true}), 201)
	require.Equal(t, map[string]any{
		"id": 2., "name": "M2", "strict_json": true, "lowercase_length": false, "max_kmh": 20., "range_meters": 40000.,
	}, without(b, "$schema"))
	problem(t, s.asStaff(t, "POST", "/admin/v1/models", map[string]any{"name": "M2", "max_kmh": 20, "range_meters": 1}), 409, "model_name_taken")
	b = body(t, s.asStaff(t, "PATCH", "/admin/v1/models/2", map[string]any{"strict_json": false}), 200)
	require.Equal(t, []any{false, 20.}, []any{b["strict_json"], b["max_kmh"]})
	problem(t, s.asStaff(t, "PATCH", "/admin/v1/models/9", map[string]any{"name": "M9"}), 404, "model_not_found")
	require.Len(t, body(t, s.asStaff(t, "GET", "/admin/v1/models", nil), 200)["models"], 2)
}

func without(m map[string]any, key string) map[string]any {
	delete(m, key)
	return m
}

func TestStations(t *testing.T) {
	s, at := newRegister(t)
	path := "/admin/v1/stations/" + at
	problem(t, s.asStaff(t, "POST", "/admin/v1/stations", map[string]any{"short_name": "mad-01", "name": "Again", "position": square, "capacity": 2}),
		409, "station_short_name_taken")
	problem(t, s.asStaff(t, "POST", "/admin/v1/stations", map[string]any{"short_name": "a b", "name": "X", "position": square, "capacity": 2}),
		422, "request_invalid")
	b := body(t, s.asStaff(t, "POST", "/admin/v1/scooters/"+plate+"/station", map[string]any{"station": at}), 200)
	require.Equal(t, map[string]any{"id": at, "short_name": "MAD-01"}, b["station"])
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/"+plate+"/station", map[string]any{"station": uuid.NewString()}), 404, "station_unknown")

	b = body(t, s.asStaff(t, "PATCH", path, map[string]any{"capacity": 1, "state": "maintenance", "reason": "Half of it is broken."}), 200)
	require.Equal(t, []any{1., "maintenance", 1.}, []any{b["capacity"], b["state"], b["scooters"]})
	problem(t, s.asStaff(t, "PATCH", path, map[string]any{"state": "closed"}), 422, "request_invalid")
	b = body(t, s.asStaff(t, "GET", path, nil), 200)
	require.Equal(t, plate, b["there"].([]any)[0].(map[string]any)["plate"])
	require.Equal(t, "Half of it is broken.", b["events"].([]any)[0].(map[string]any)["note"])

	p := problem(t, s.asStaff(t, "POST", path+"/close", map[string]any{"reason": "Roadworks."}), 409, "station_occupied")
	require.EqualValues(t, 1, p["scooters"])
	b = body(t, s.asStaff(t, "POST", path+"/close", map[string]any{"reason": "Roadworks.", "release_scooters": true}), 200)
	require.Equal(t, []any{"closed", 0.}, []any{b["state"], b["scooters"]})
	b = body(t, s.asStaff(t, "GET", "/admin/v1/scooters?station=none", nil), 200)
	require.EqualValues(t, 1, b["total"])
	problem(t, s.asStaff(t, "GET", "/admin/v1/stations/"+uuid.NewString(), nil), 404, "station_unknown")

	body(t, s.asStaff(t, "POST", "/admin/v1/stations", map[string]any{"short_name": "BCN", "name": "Sants", "position": square, "capacity": 9, "charging": false}), 201)
	b = body(t, s.asStaff(t, "GET", "/admin/v1/stations?limit=1", nil), 200)
	require.Equal(t, []any{"BCN", false}, []any{b["stations"].([]any)[0].(map[string]any)["short_name"], b["stations"].([]any)[0].(map[string]any)["charging"]})
	b = body(t, s.asStaff(t, "GET", "/admin/v1/stations?limit=1&cursor="+b["next"].(string), nil), 200)
	require.Equal(t, "MAD-01", b["stations"].([]any)[0].(map[string]any)["short_name"])
	require.NotContains(t, b, "next")
	require.Len(t, body(t, s.asStaff(t, "GET", "/admin/v1/stations?state=active", nil), 200)["stations"], 1)
}

// Who may only look changes nothing.
func TestChangesNeedThePermissionToOperate(t *testing.T) {
	s, at := newRegister(t)
	member := s.store.staff[support]
	member.Permissions = []staff.Permission{staff.View}
	s.store.staff[support] = member
	for path, method := range map[string]string{
		"/admin/v1/scooters":                       "POST",
		"/admin/v1/scooters/" + plate:              "PATCH",
		"/admin/v1/scooters/" + plate + "/service": "POST",
		"/admin/v1/scooters/" + plate + "/station": "POST",
		"/admin/v1/scooters/" + plate + "/code":    "POST",
		"/admin/v1/models":                         "POST",
		"/admin/v1/models/1":                       "PATCH",
		"/admin/v1/stations":                       "POST",
		"/admin/v1/stations/" + at:                 "PATCH",
		"/admin/v1/stations/" + at + "/close":      "POST",
	} {
		problem(t, s.asStaff(t, method, path, map[string]any{}), 403, "permission_missing")
	}
	body(t, s.asStaff(t, "GET", "/admin/v1/scooters/"+plate, nil), 200)
	body(t, s.asStaff(t, "GET", "/admin/v1/stations/"+at, nil), 200)
}

// A reason is held to one rule wherever staff give one, and kept without the blanks around it.
func TestReasons(t *testing.T) {
	s, at := newRegister(t)
	path := "/admin/v1/scooters/" + plate
	for to, with := range map[string]map[string]any{
		path + "/service":                     {"service": "blocked"},
		path + "/code":                        {},
		path + "/station":                     {"station": at},
		path + "/release":                     {},
		path + "/onboard":                     {},
		path + "/renumber":                    {"plate": "NEW1"},
		path + "/onboarding/retry":            {},
		path + "/onboarding/abort":            {},
		path + "/renumbering/abort":           {},
		path + "/commands/unlock-motor":       {},
		path + "/commands/power-off":          {},
		"/admin/v1/stations/" + at + "/close": {},
		"/admin/v1/rentals/" + at + "/end":    {},
	} {
		for _, reason := range []string{"   ", "\u202eabc", "a\nb c", "ring\a", "  x  "} {
			with["reason"] = reason
			p := problem(t, s.do(t, "POST", to, s.token(t, support, rider.ForStaff), with, "Accept-Language", "es"), 422, "request_invalid")
			require.Equal(t, []any{map[string]any{"location": "body.reason", "message": "se esperan de 3 a 500 caracteres legibles, en una sola línea"}}, p["errors"], "%s %q", to, reason)
		}
	}
	b := body(t, s.asStaff(t, "POST", path+"/service", map[string]any{"service": "blocked", "reason": " The brake squeaks. "}), 200)
	require.Equal(t, "The brake squeaks.", b["reason"])
}

// Where a fault of ours names a field, it does so as every other answer about a field.
func TestAFaultNamesItsField(t *testing.T) {
	s, at := newRegister(t)
	p := problem(t, s.asStaff(t, "PATCH", "/admin/v1/stations/"+at, map[string]any{"name": "   "}), 422, "station_invalid")
	require.Equal(t, []any{map[string]any{"location": "body.name", "message": p["detail"]}}, p["errors"])
	p = problem(t, s.asStaff(t, "PATCH", "/admin/v1/models/1", map[string]any{"name": "   "}), 422, "model_invalid")
	require.Equal(t, []any{map[string]any{"location": "body.name", "message": p["detail"]}}, p["errors"])

	on := true
	s.live.seen = []api.Sighting{{Plate: plate, Battery: -1, Seen: noon, Powered: &on, PoweredAt: noon}}
	p = problem(t, s.do(t, "POST", "/admin/v1/scooters/"+plate+"/commands/set-apn", s.token(t, support, rider.ForStaff),
		map[string]any{"reason": "A new card.", "params": map[string]any{"apn": `a","b`}}, "Accept-Language", "es"), 422, "command_invalid")
	require.Equal(t, "El parámetro apn de la orden no es válido.", p["detail"])
}

// What goes on says where.
func TestWhatGoesOnSaysWhere(t *testing.T) {
	s, _ := newRegister(t)
	res := s.asStaff(t, "POST", "/admin/v1/scooters/"+plate+"/onboard", map[string]any{"reason": "New in the fleet.", "keep_credential": true})
	require.Equal(t, 202, res.Code, res.Body.String())
	require.Equal(t, "/admin/v1/scooters/"+plate+"/onboarding", res.Header().Get("Location"))
	body(t, s.asStaff(t, "GET", res.Header().Get("Location"), nil), 200)
}

// A filter that names what there is not says so: an empty list would say that nothing is there.
func TestFiltersThatNameNothing(t *testing.T) {
	s, at := newRegister(t)
	for _, list := range []string{"/admin/v1/scooters", "/admin/v1/scooters.csv", "/admin/v1/scooters.xlsx"} {
		problem(t, s.asStaff(t, "GET", list+"?station=nope", nil), 404, "station_unknown")
		problem(t, s.asStaff(t, "GET", list+"?station="+uuid.NewString(), nil), 404, "station_unknown")
		problem(t, s.asStaff(t, "GET", list+"?model=99", nil), 422, "model_unknown")
		for _, query := range []string{"?station=none", "?station=" + at, "?model=1"} {
			require.Equal(t, http.StatusOK, s.asStaff(t, "GET", list+query, nil).Code, query)
		}
	}
	sheet := "/admin/v1/scooters/qr-sheet"
	problem(t, s.asStaff(t, "POST", sheet, map[string]any{"plates": []string{}}), 422, "request_invalid")
	problem(t, s.asStaff(t, "POST", sheet, map[string]any{"station": "nope"}), 404, "station_unknown")
	problem(t, s.asStaff(t, "POST", sheet, map[string]any{"model": 99}), 422, "model_unknown")
}
