package api_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/api/token"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/pricing"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
	"rodada/domain/zone"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

// counter is the API on a real Postgres, with one scooter, a rider with 20.00 and nobody's prices yet.
type counter struct {
	*stage
	books *postgres.Store
	model fleet.Model
	ahead time.Duration // of the machine's clock
}

func (c *counter) clock() time.Time { return time.Now().Add(c.ahead) }

func newCounter(t *testing.T, edits ...func(*api.Options)) *counter {
	t.Helper()
	c := &counter{}
	var err error
	ctx := t.Context()
	c.books, err = postgres.Open(ctx, testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up), 30)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.books.Close()) })
	c.stage = newStage(t, append(edits, func(o *api.Options) { o.Store, o.Now, o.Config.HTTP.MaxBody = c.books, c.clock, 1<<16 })...)
	c.tokens, err = token.NewIssuer(secret, 15*time.Minute, c.clock)
	require.NoError(t, err)
	c.model, err = c.books.CreateModel(ctx, fleet.Model{Name: "M1", MaxKmh: 25, RangeMeters: 30000})
	require.NoError(t, err)
	_, err = c.books.CreateScooter(ctx, fleet.Scooter{
		QRCode: code, Plate: plate, IMEI: "860000000000001", Model: c.model, Service: fleet.InService, Hold: fleet.Free, Battery: 80, LimitKmh: 20,
	})
	require.NoError(t, err)
	require.NoError(t, c.books.CreateRider(ctx, rider.Rider{ID: ana, FirstName: "Ana", LastName: "Ruiz", Email: "ana@example.com", PasswordHash: "none", Language: "es"}))
	require.NoError(t, c.books.Book(ctx, wallet.Deposit("first", ana, money.Of(2000, "EUR"))))
	require.NoError(t, c.books.CreateStaff(ctx, staff.Member{
		ID: support, FirstName: "Eva", LastName: "Staff", Email: "support@example.com", PasswordHash: "none",
		Permissions: []staff.Permission{staff.View, staff.Pricing, staff.Money},
	}))
	c.temporal.onStart = nil
	return c
}

// stand puts the scooter somewhere on the map.
func (c *counter) stand(at geo.Point) {
	c.live.seen = []api.Sighting{{
		Plate: plate, Position: at, PositionAt: c.clock(), PositionSource: "gps", Battery: 80, Seen: c.clock(), Service: fleet.InService, Hold: fleet.Free,
	}}
}

// priced makes a tariff of a price per minute.
func (c *counter) priced(t *testing.T, id string, rate int) {
	t.Helper()
	body(t, c.asStaff(t, "POST", "/admin/v1/tariffs", priceList(with(map[string]any{}, "id", id), rate)), 201)
}

func priceList(more map[string]any, rate int) map[string]any {
	list := map[string]any{
		"name": "City", "unlock": 100, "per_minute": []any{map[string]any{"start": 0, "rate": rate, "interval": 1}},
		"minimum_balance": 300, "reservation_seconds": 600, "reason": "New prices.",
	}
	for k, v := range more {
		list[k] = v
	}
	return list
}

// shown is the tariff that a rider sees of the only scooter on the map; nil: there is none.
func (c *counter) shown(t *testing.T) map[string]any {
	t.Helper()
	at := c.live.seen[0].Position
	list := body(t, c.asRider(t, "GET", fmt.Sprintf("/v1/scooters?lat=%f&lng=%f", at.Lat, at.Lng), nil), 200)["scooters"].([]any)
	if len(list) == 0 {
		return nil
	}
	return list[0].(map[string]any)["tariff"].(map[string]any)
}

func TestTheLifeOfATariff(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	c.stand(madrid)
	require.EqualValues(t, 1, c.shown(t)["version"])
	problem(t, c.asStaff(t, "POST", "/admin/v1/tariffs", priceList(map[string]any{"id": "standard"}, 1)), 409, "tariff_taken")

	change := func(version, rate int, from any) *httptest.ResponseRecorder {
		more := map[string]any{"version": version}
		if from != nil {
			more["starts_at"] = from
		}
		return c.asStaff(t, "POST", "/admin/v1/tariffs/standard/versions", priceList(more, rate))
	}
	tomorrow := c.clock().Add(24 * time.Hour).Truncate(time.Second)
	made := body(t, change(1, 30, tomorrow), 201)
	require.Equal(t, "upcoming", made["state"])
	require.EqualValues(t, 2, made["version"])
	require.Equal(t, "EUR", made["currency"])
	problem(t, change(1, 40, nil), 409, "prices_changed")
	problem(t, change(2, 40, c.clock().Add(-time.Hour)), 422, "price_start_past")
	problem(t, c.asStaff(t, "POST", "/admin/v1/tariffs/gone/versions", priceList(map[string]any{"version": 1}, 1)), 404, "tariff_unknown")
	problem(t, c.asStaff(t, "GET", "/admin/v1/tariffs/gone", nil), 404, "tariff_unknown")
	require.EqualValues(t, 1, c.shown(t)["version"], "tomorrow's is tomorrow's")

	list := body(t, c.asStaff(t, "GET", "/admin/v1/tariffs", nil), 200)["tariffs"].([]any)
	require.Len(t, list, 1)
	one := list[0].(map[string]any)
	require.EqualValues(t, 2, one["version"])
	require.EqualValues(t, 1, one["in_force"].(map[string]any)["version"])
	require.EqualValues(t, 2, one["upcoming"].([]any)[0].(map[string]any)["version"])

	withdraw := func(version int) *httptest.ResponseRecorder {
		return c.asStaff(t, "POST", fmt.Sprintf("/admin/v1/tariffs/standard/versions/%d/withdraw", version), map[string]any{"reason": "Not now."})
	}
	require.Equal(t, "withdrawn", body(t, withdraw(2), 200)["state"])
	problem(t, withdraw(2), 409, "price_version_withdrawn")
	problem(t, withdraw(1), 409, "price_version_begun")
	problem(t, withdraw(9), 404, "price_version_unknown")

	require.Equal(t, "in_force", body(t, change(2, 15, nil), 201)["state"])
	require.EqualValues(t, 3, c.shown(t)["version"])
	all := body(t, c.asStaff(t, "GET", "/admin/v1/tariffs/standard", nil), 200)["versions"].([]any)
	var states []any
	for _, v := range all {
		states = append(states, v.(map[string]any)["state"])
	}
	require.Equal(t, []any{"in_force", "withdrawn", "past"}, states)

	log, _, _, err := c.books.AuditLog(t.Context(), staff.AuditFilter{Subject: "tariff/standard"}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 4)
	require.Equal(t, []string{"tariff.version", "tariff.withdraw", "tariff.version", "tariff.create"}, []string{log[0].Action, log[1].Action, log[2].Action, log[3].Action})
	require.Contains(t, string(log[0].Before), `"rate": 30`)
	require.Contains(t, string(log[0].After), `"rate": 15`)
	require.Equal(t, "New prices.", log[0].Reason)
}

func TestTariffsThatCanNotBe(t *testing.T) {
	c := newCounter(t)
	bad := priceList(map[string]any{"id": "city", "per_km": []any{map[string]any{"start": 5, "end": 5, "rate": 1, "interval": 1}}, "name": " \u202e "}, 1)
	p := problem(t, c.asStaff(t, "POST", "/admin/v1/tariffs", bad, "Accept-Language", "es"), 422, "tariff_invalid")
	require.Equal(t, []any{
		map[string]any{"location": "body.name", "message": "Un nombre tiene de 1 a 100 caracteres legibles, en una sola línea."},
		map[string]any{"location": "body.per_km[0].end", "message": "Un tramo termina después de empezar, o con 0 nunca."},
	}, p["errors"])
	for field, value := range map[string]any{"unlock": -1, "reason": "", "id": "City!", "currency": "USD", "per_minute": []any{map[string]any{"start": 0, "rate": -5, "interval": 1}}} {
		problem(t, c.asStaff(t, "POST", "/admin/v1/tariffs", priceList(map[string]any{"id": "city", field: value}, 1)), 422, "request_invalid")
	}
	require.Empty(t, body(t, c.asStaff(t, "GET", "/admin/v1/tariffs", nil), 200)["tariffs"])
}

func TestWhoMayChangePrices(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	require.NoError(t, c.books.CreateStaff(t.Context(), staff.Member{
		ID: eva, FirstName: "Leo", LastName: "Staff", Email: "leo@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.View, staff.Operate},
	}))
	leo := c.token(t, eva, rider.ForStaff)
	for path, in := range map[string]any{
		"POST /admin/v1/tariffs":                              priceList(map[string]any{"id": "mine"}, 0),
		"POST /admin/v1/tariffs/standard/versions":            priceList(map[string]any{"version": 1}, 0),
		"POST /admin/v1/tariffs/standard/versions/1/withdraw": map[string]any{"reason": "Mine."},
		"PUT /admin/v1/tariff-rules":                          map[string]any{"version": 0, "rules": []any{}, "reason": "Mine."},
		"POST /admin/v1/tariff-rules/versions/1/withdraw":     map[string]any{"reason": "Mine."},
		"PUT /admin/v1/models/1/tariff":                       map[string]any{"reason": "Mine."},
	} {
		method, at, _ := strings.Cut(path, " ")
		problem(t, c.do(t, method, at, leo, in), 403, "permission_missing")
	}
	body(t, c.do(t, "GET", "/admin/v1/tariffs", leo, nil), 200)
}

var (
	madrid = geo.Point{Lat: 40.4155, Lng: -3.7074}
	vigo   = geo.Point{Lat: 42.2406, Lng: -8.7207}
)

func (c *counter) rules(t *testing.T, version int, in map[string]any) *httptest.ResponseRecorder {
	t.Helper()
	return c.asStaff(t, "PUT", "/admin/v1/tariff-rules", with(with(in, "version", version), "reason", "Rules."))
}

func TestRulesSayWhichTariffARideHas(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	c.priced(t, "city", 30)
	c.stand(madrid)
	none := body(t, c.asStaff(t, "GET", "/admin/v1/tariff-rules", nil), 200)
	require.Equal(t, []any{0.0, []any{}}, []any{none["version"], none["rules"]})
	problem(t, c.asStaff(t, "GET", "/admin/v1/tariff-rules?version=7", nil), 404, "price_version_unknown")
	city := map[string]any{"name": "Madrid", "time_zone": "Europe/Madrid", "geometry": box(madrid.Lat, madrid.Lng)}
	rules := map[string]any{"cities": []any{city}, "rules": []any{map[string]any{"tariff_id": "city", "city": "Madrid"}}}
	made := body(t, c.rules(t, 0, rules), 200)
	require.Equal(t, "in_force", made["state"])
	require.Equal(t, "city", c.shown(t)["id"])
	c.stand(vigo)
	require.Equal(t, "standard", c.shown(t)["id"])
	problem(t, c.rules(t, 0, rules), 409, "prices_changed")

	wrong := map[string]any{"rules": []any{
		map[string]any{"tariff_id": "gone", "zone_ids": []int{7}, "model_ids": []int{int(c.model.ID), 99}},
	}}
	p := problem(t, c.rules(t, 1, wrong), 422, "price_rules_invalid")
	require.Equal(t, []any{
		map[string]any{"location": "body.rules[0].tariff_id", "message": `There is no tariff "gone".`},
		map[string]any{"location": "body.rules[0].zone_ids[0]", "message": "There is none with the ID 7."},
		map[string]any{"location": "body.rules[0].model_ids[1]", "message": "There is none with the ID 99."},
	}, p["errors"])

	// By zone: only where the ride begins, and only while it is in force.
	zones, err := c.books.CreateZones(t.Context(), zone.Draft{
		Name: "Harbour", Geometry: geometry(t, box(vigo.Lat, vigo.Lng)), Ends: c.clock().Add(time.Hour), Rules: []zone.Rule{zone.Open},
	})
	require.NoError(t, err)
	body(t, c.rules(t, 1, map[string]any{"rules": []any{map[string]any{"tariff_id": "city", "zone_ids": []any{zones[0].ID}}}}), 200)
	c.stand(vigo)
	require.Equal(t, "city", c.shown(t)["id"])
	c.ahead = 2 * time.Hour
	c.stand(vigo)
	require.Equal(t, "standard", c.shown(t)["id"])
	versions := body(t, c.asStaff(t, "GET", "/admin/v1/tariff-rules/versions", nil), 200)
	require.EqualValues(t, 2, versions["version"])
	require.Len(t, versions["versions"], 2)
	was := body(t, c.asStaff(t, "GET", "/admin/v1/tariff-rules?version=1", nil), 200)
	require.Equal(t, "past", was["state"])
	require.Equal(t, "Madrid", was["cities"].([]any)[0].(map[string]any)["name"])

	later := body(t, c.rules(t, 2, map[string]any{"rules": []any{}, "starts_at": c.clock().Add(24 * time.Hour)}), 200)
	require.Equal(t, "upcoming", later["state"])
	require.Equal(t, "withdrawn", body(t, c.asStaff(t, "POST", "/admin/v1/tariff-rules/versions/3/withdraw", map[string]any{"reason": "Not yet."}), 200)["state"])
	problem(t, c.asStaff(t, "POST", "/admin/v1/tariff-rules/versions/2/withdraw", map[string]any{"reason": "Not yet."}), 409, "price_version_begun")
}

func geometry(t *testing.T, shape map[string]any) []byte {
	t.Helper()
	text, err := json.Marshal(shape)
	require.NoError(t, err)
	return text
}

func TestEveryFlawOfAPriceHasBothSentences(t *testing.T) {
	for _, what := range pricing.FlawKinds() {
		english, spanish := pricing.Flaw{What: what, Said: "<>"}.String(), pricing.Flaw{Said: "<>"}.Say(api.SpanishPrice(what))
		require.NotEmpty(t, spanish, what)
		require.NotEqual(t, english, spanish)
		require.Equal(t, strings.Contains(english, "<>"), strings.Contains(spanish, "<>"), what)
		require.NotContains(t, english+spanish, "%")
	}
}

func TestWithoutAPriceNobodyRents(t *testing.T) {
	c := newCounter(t)
	c.stand(madrid)
	require.Nil(t, c.shown(t))
	problem(t, c.rent(t, ana, "k"), 503, "price_missing")
	missing := func() map[string]any {
		return body(t, c.asStaff(t, "GET", "/admin/v1/model-tariffs", nil), 200)["models"].([]any)[0].(map[string]any)
	}
	m := missing()
	require.EqualValues(t, 1, m["missing"])
	require.Equal(t, []any{plate}, m["plates"])
	require.Equal(t, false, m["in_force"])
	require.Equal(t, "standard", m["tariff_id"])

	c.priced(t, "cargo", 40)
	own := func(id string) *httptest.ResponseRecorder {
		return c.asStaff(t, "PUT", fmt.Sprintf("/admin/v1/models/%d/tariff", c.model.ID), map[string]any{"tariff_id": id, "reason": "Cargo."})
	}
	require.Equal(t, 204, own("cargo").Code)
	problem(t, own("gone"), 404, "tariff_unknown")
	require.Equal(t, "cargo", c.shown(t)["id"])
	m = missing()
	require.EqualValues(t, 0, m["missing"])
	require.Equal(t, true, m["own"])
	require.Equal(t, true, m["in_force"])

	// A rule gives one place a price, and no other.
	require.Equal(t, 204, own("").Code)
	city := map[string]any{"name": "Madrid", "time_zone": "Europe/Madrid", "geometry": box(madrid.Lat, madrid.Lng)}
	body(t, c.rules(t, 0, map[string]any{"cities": []any{city}, "rules": []any{map[string]any{"tariff_id": "cargo", "city": "Madrid"}}}), 200)
	require.EqualValues(t, 0, missing()["missing"])
	require.Equal(t, false, missing()["in_force"])
	c.stand(vigo)
	require.EqualValues(t, 1, missing()["missing"])
	require.Nil(t, c.shown(t))
}
