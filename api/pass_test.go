package api_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

// an hour of riding in a week.
func anHour() map[string]any {
	return map[string]any{"name_es": "Una hora", "name_en": "An hour", "allowance": "minutes", "minutes": 60, "days": 7, "price": 999}
}

func (c *counter) sell(t *testing.T, in map[string]any) *httptest.ResponseRecorder {
	t.Helper()
	return c.asStaff(t, "POST", "/admin/v1/pass-products", with(in, "reason", "For commuters."), "Idempotency-Key", uuid.NewString())
}

func (c *counter) buy(t *testing.T, product any, key string) *httptest.ResponseRecorder {
	t.Helper()
	return c.asRider(t, "POST", "/v1/passes", map[string]any{"product_id": product}, "Idempotency-Key", key)
}

func (c *counter) deeds(t *testing.T, action string) int {
	t.Helper()
	log, _, _, err := c.books.AuditLog(t.Context(), staff.AuditFilter{Action: action}, newestFirst)
	require.NoError(t, err)
	return len(log)
}

func TestTheLifeOfAPass(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	c.stand(madrid)
	product := body(t, c.sell(t, anHour()), 201)
	require.Equal(t, "on_sale", product["state"])
	offers := body(t, c.asRider(t, "GET", "/v1/pass-products", nil, "Accept-Language", "es"), 200)["pass_products"].([]any)
	require.Len(t, offers, 1)
	require.Equal(t, "Una hora", offers[0].(map[string]any)["name"])

	bought := body(t, c.buy(t, product["id"], "key"), 201)
	require.Equal(t, bought, body(t, c.buy(t, product["id"], "key"), 201), "once for its key")
	require.Equal(t, []any{"active", 60.0, "Una hora"}, []any{bought["state"], bought["minutes_left"], bought["name"]})
	wallet := func() any {
		return body(t, c.asRider(t, "GET", "/v1/wallet", nil), 200)["balance"].(map[string]any)["amount"]
	}
	require.EqualValues(t, 2000-999, wallet())
	entry := body(t, c.asRider(t, "GET", "/v1/wallet/entries", nil), 200)["entries"].([]any)[0].(map[string]any)
	require.Equal(t, "pass", entry["kind"])
	short := body(t, c.buy(t, body(t, c.sell(t, with(anHour(), "price", 1500)), 201)["id"], "other"), 402)
	require.Equal(t, "balance_short", short["code"])
	require.EqualValues(t, 499, short["missing"].(map[string]any)["amount"])

	// An estimate has it, and so has the ride.
	answer := body(t, c.estimate(t, map[string]any{"model": "M1", "riding_seconds": 150}), 200)
	require.Equal(t, map[string]any{"pass_id": bought["id"], "minutes": 60.0}, answer["discount"])
	lines := answer["price"].(map[string]any)["lines"].([]any)
	require.Equal(t, map[string]any{"item": "pass", "quantity": 3.0, "amount": -60.0}, lines[len(lines)-1])

	export := body(t, c.asRider(t, "GET", "/v1/me/export", nil), 200)
	require.Len(t, export["passes"], 1)
	list := body(t, c.asStaff(t, "GET", "/admin/v1/passes?rider="+ana, nil), 200)
	require.EqualValues(t, 1, list["total"])
	require.Equal(t, false, list["passes"].([]any)[0].(map[string]any)["given"])

	end := "/admin/v1/passes/" + bought["id"].(string)
	why := map[string]any{"reason": "Bought by mistake."}
	for range 2 {
		require.Equal(t, "refunded", body(t, c.asStaff(t, "POST", end+"/refund", why), 200)["state"])
	}
	require.EqualValues(t, 2000, wallet())
	require.Empty(t, body(t, c.asRider(t, "GET", "/v1/passes?current=true", nil), 200)["passes"])
	require.Len(t, body(t, c.asRider(t, "GET", "/v1/passes", nil), 200)["passes"], 1)

	given := body(t, c.asStaff(t, "POST", "/admin/v1/riders/"+ana+"/passes", with(why, "product_id", product["id"]), "Idempotency-Key", "k"), 201)
	require.Equal(t, true, given["given"])
	problem(t, c.asStaff(t, "POST", "/admin/v1/passes/"+given["id"].(string)+"/refund", why), 409, "pass_given")
	require.Equal(t, "revoked", body(t, c.asStaff(t, "POST", "/admin/v1/passes/"+given["id"].(string)+"/revoke", why), 200)["state"])
	product = body(t, c.asStaff(t, "POST", "/admin/v1/pass-products/"+product["id"].(string)+"/end", why), 200)
	require.Equal(t, "ended", product["state"])
	require.EqualValues(t, 2, product["sold"])
	problem(t, c.buy(t, product["id"], "late"), 409, "pass_not_on_sale")
	require.Len(t, body(t, c.asStaff(t, "GET", "/admin/v1/pass-products?state=ended", nil), 200)["pass_products"], 1)
	require.Equal(t, 3+3, c.deeds(t, "pass."), "two offers, an end, a gift, a refund and a revocation")
}

func TestPassesThatCanNotBe(t *testing.T) {
	c := newCounter(t)
	for field, value := range map[string]any{
		"rides": 5, "city": "Atlantis", "sale_until": c.clock().Add(-time.Hour), "name_en": "a\u202eb", "name_es": "  ",
	} {
		p := problem(t, c.sell(t, with(anHour(), field, value)), 422, "pass_product_invalid")
		require.Equal(t, field, p["field"])
	}
	problem(t, c.sell(t, with(anHour(), "allowance", "rides")), 422, "pass_product_invalid")
	problem(t, c.sell(t, with(anHour(), "model_ids", []int{77})), 422, "model_unknown")
	for field, value := range map[string]any{"price": 0, "minutes": 0, "days": 0, "allowance": "hours", "rides": -1, "name_es": "", "currency": "USD"} {
		problem(t, c.sell(t, with(anHour(), field, value)), 422, "request_invalid")
	}
	problem(t, c.asStaff(t, "POST", "/admin/v1/pass-products", with(anHour(), "reason", "None.")), 422, "idempotency_key_missing")
	problem(t, c.buy(t, uuid.NewString(), "key"), 404, "pass_product_unknown")
	require.Empty(t, body(t, c.asStaff(t, "GET", "/admin/v1/pass-products", nil), 200)["pass_products"])

	require.NoError(t, c.books.CreateStaff(t.Context(), staff.Member{
		ID: eva, FirstName: "Leo", LastName: "Staff", Email: "leo@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.View, staff.Operate},
	}))
	leo := c.token(t, eva, rider.ForStaff)
	for _, path := range []string{"/pass-products", "/pass-products/" + uuid.NewString() + "/end", "/riders/" + ana + "/passes", "/passes/" + uuid.NewString() + "/revoke", "/passes/" + uuid.NewString() + "/refund"} {
		problem(t, c.do(t, "POST", "/admin/v1"+path, leo, map[string]any{"reason": "Mine."}), 403, "permission_missing")
	}
	problem(t, c.do(t, "GET", "/admin/v1/passes", leo, nil), 403, "permission_missing")
	for _, end := range []string{"revoke", "refund"} {
		problem(t, c.asStaff(t, "POST", "/admin/v1/passes/"+uuid.NewString()+"/"+end, map[string]any{"reason": "None."}), 404, "pass_unknown")
	}
}

// A pass for a city is for rides that begin there, as the city was drawn when it went on sale.
func TestAPassOfACity(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	c.stand(madrid)
	city := map[string]any{"name": "Madrid", "time_zone": "Europe/Madrid", "geometry": box(madrid.Lat, madrid.Lng)}
	body(t, c.rules(t, 0, map[string]any{"cities": []any{city}, "rules": []any{}}), 200)
	product := body(t, c.sell(t, with(anHour(), "city", "Madrid")), 201)
	body(t, c.buy(t, product["id"], "key"), 201)
	body(t, c.rules(t, 1, map[string]any{"rules": []any{}}), 200)
	ride := map[string]any{"model": "M1", "riding_seconds": 60}
	require.Nil(t, body(t, c.estimate(t, ride), 200)["discount"], "nobody knows where")
	there := with(ride, "start", map[string]any{"lat": madrid.Lat, "lng": madrid.Lng})
	require.NotNil(t, body(t, c.estimate(t, there), 200)["discount"])
	elsewhere := with(ride, "start", map[string]any{"lat": madrid.Lat + 5, "lng": madrid.Lng})
	require.Nil(t, body(t, c.estimate(t, elsewhere), 200)["discount"])
	require.Nil(t, body(t, c.estimate(t, with(there, "starts_at", c.clock().Add(8*24*time.Hour))), 200)["discount"], "it is over by then")
}
