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

func (c *counter) offer(t *testing.T, in map[string]any) *httptest.ResponseRecorder {
	t.Helper()
	return c.asStaff(t, "POST", "/admin/v1/promotions", with(in, "reason", "The students are back."))
}

func (c *counter) redeem(t *testing.T, code string) *httptest.ResponseRecorder {
	t.Helper()
	return c.asRider(t, "POST", "/v1/promotions", map[string]any{"code": code}, "Idempotency-Key", uuid.NewString())
}

func TestTheLifeOfAPromotion(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	c.stand(madrid)
	made := body(t, c.offer(t, map[string]any{"code": "welcome", "kind": "percent", "percent": 50, "first_ride": true, "total_limit": 10}), 201)
	require.Equal(t, "WELCOME", made["code"])
	require.EqualValues(t, 1, made["rider_limit"])
	problem(t, c.offer(t, map[string]any{"code": "Welcome", "kind": "unlock"}), 409, "promotion_taken")

	problem(t, c.redeem(t, "nothing"), 404, "promotion_unknown")
	redeemed := body(t, c.redeem(t, " Welcome "), 200)
	require.Equal(t, "waiting", redeemed["state"])
	problem(t, c.redeem(t, "WELCOME"), 409, "promotion_redeemed")
	problem(t, c.asRider(t, "POST", "/v1/promotions", map[string]any{"code": "WELCOME"}), 422, "idempotency_key_missing")

	// An estimate has it, and so has the ride.
	ride := map[string]any{"model": "M1", "riding_seconds": 60}
	require.EqualValues(t, 60, c.cost(t, ride))
	answer := body(t, c.estimate(t, ride), 200)
	require.Equal(t, map[string]any{"code": "WELCOME", "percent": 50.0}, answer["discount"])
	require.Contains(t, answer["price"].(map[string]any)["lines"], map[string]any{"item": "promotion", "quantity": 1.0, "amount": -60.0})

	id := made["id"].(string)
	end := func() *httptest.ResponseRecorder {
		return c.asStaff(t, "POST", "/admin/v1/promotions/"+id+"/end", map[string]any{"reason": "Shared too widely."})
	}
	require.NotEmpty(t, body(t, end(), 200)["ended_at"])
	body(t, end(), 200)
	require.EqualValues(t, 60, c.cost(t, ride), "what was redeemed stays good")
	list := body(t, c.asStaff(t, "GET", "/admin/v1/promotions", nil), 200)["promotions"].([]any)
	require.Len(t, list, 1)
	require.EqualValues(t, 1, list[0].(map[string]any)["redeemed"])
	require.EqualValues(t, 0, list[0].(map[string]any)["used"])
	require.Len(t, body(t, c.asRider(t, "GET", "/v1/promotions", nil), 200)["promotions"], 1)

	log, _, _, err := c.books.AuditLog(t.Context(), staff.AuditFilter{Action: "promotion."}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 2, "ending it again was no deed")
	require.Equal(t, "Shared too widely.", log[0].Reason)
}

func TestACreditIsInTheWallet(t *testing.T) {
	c := newCounter(t)
	body(t, c.offer(t, map[string]any{"code": "FIVE", "kind": "credit", "amount": 500}), 201)
	require.Equal(t, "used", body(t, c.redeem(t, "five"), 200)["state"])
	wallet := body(t, c.asRider(t, "GET", "/v1/wallet", nil), 200)["balance"].(map[string]any)
	require.EqualValues(t, 2500, wallet["amount"])
}

func TestPromotionsThatCanNotBe(t *testing.T) {
	c := newCounter(t)
	for name, in := range map[string]map[string]any{
		"no amount":           {"code": "A-1", "kind": "credit"},
		"an amount too many":  {"code": "A-1", "kind": "unlock", "amount": 5},
		"no percentage":       {"code": "A-1", "kind": "percent"},
		"both":                {"code": "A-1", "kind": "percent", "percent": 5, "amount": 5},
		"no code":             {"code": "Ñandú", "kind": "unlock"},
		"over before it is":   {"code": "A-1", "kind": "unlock", "ends_at": c.clock().Add(-time.Hour)},
		"over when it starts": {"code": "A-1", "kind": "unlock", "ends_at": c.clock().Add(time.Hour), "starts_at": c.clock().Add(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) { problem(t, c.offer(t, in), 422, "promotion_invalid") })
	}
	for field, value := range map[string]any{"percent": 101, "kind": "free", "amount": -1, "rider_limit": 0, "total_limit": -1, "currency": "USD"} {
		problem(t, c.offer(t, with(map[string]any{"code": "A-1", "kind": "percent", "percent": 5}, field, value)), 422, "request_invalid")
	}
	require.Empty(t, body(t, c.asStaff(t, "GET", "/admin/v1/promotions", nil), 200)["promotions"])
	require.NoError(t, c.books.CreateStaff(t.Context(), staff.Member{
		ID: eva, FirstName: "Leo", LastName: "Staff", Email: "leo@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.View, staff.Money},
	}))
	leo := c.token(t, eva, rider.ForStaff)
	problem(t, c.do(t, "POST", "/admin/v1/promotions", leo, map[string]any{"code": "A-1", "kind": "unlock", "reason": "Mine."}), 403, "permission_missing")
	problem(t, c.do(t, "POST", "/admin/v1/promotions/"+uuid.NewString()+"/end", leo, map[string]any{"reason": "Mine."}), 403, "permission_missing")
	problem(t, c.asStaff(t, "POST", "/admin/v1/promotions/"+uuid.NewString()+"/end", map[string]any{"reason": "None."}), 404, "promotion_unknown")
}
