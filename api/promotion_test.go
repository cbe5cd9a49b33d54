package api_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/domain/money"
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

// Whoever deletes the account and comes back is not new.
func TestNobodyIsNewByComingBack(t *testing.T) {
	c := newCounter(t)
	body(t, c.offer(t, map[string]any{"code": "FIVE", "kind": "credit", "amount": 500}), 201)
	body(t, c.redeem(t, "five"), 200)
	again := func(email string) string {
		t.Helper()
		id := uuid.NewString()
		require.NoError(t, c.books.CreateRider(t.Context(), rider.Rider{ID: id, FirstName: "Ana", LastName: "Ruiz", Email: email, PasswordHash: "none", Language: "es"}))
		return c.token(t, id, rider.ForRiders)
	}
	redeem := func(token, code string) *httptest.ResponseRecorder {
		return c.do(t, "POST", "/v1/promotions", token, map[string]any{"code": code}, "Idempotency-Key", uuid.NewString())
	}
	problem(t, redeem(again("ana+2@example.com"), "FIVE"), 409, "promotion_redeemed")
	require.NoError(t, c.books.DeleteRider(t.Context(), ana, money.Of(1_000_000, "EUR"), letter.Envelope{ID: uuid.NewString(), Kind: letter.Deleted, Language: "es", ExpiresAt: c.clock().Add(time.Hour), Content: "x"}))
	problem(t, redeem(again("Ana@example.com"), "FIVE"), 409, "promotion_redeemed")
	body(t, redeem(again("bea@example.com"), "FIVE"), 200)
}

func TestPromotionsAreListedAndMadeOnce(t *testing.T) {
	c := newCounter(t)
	offer := func(key, code string, more map[string]any) *httptest.ResponseRecorder {
		in := with(with(map[string]any{"code": code, "kind": "unlock"}, "reason", "The students are back."), "first_ride", false)
		for k, v := range more {
			in = with(in, k, v)
		}
		return c.asStaff(t, "POST", "/admin/v1/promotions", in, "Idempotency-Key", key)
	}
	first := body(t, offer("one", "ONE", nil), 201)
	require.Equal(t, first, body(t, offer("one", "ONE", nil), 201))
	problem(t, offer("one", "TWO", nil), 422, "idempotency_key_reused")
	problem(t, offer("other", "ONE", nil), 409, "promotion_taken")
	problem(t, offer("past", "PAST", map[string]any{"starts_at": c.clock().Add(-time.Hour)}), 422, "promotion_invalid")
	body(t, offer("later", "LATER", map[string]any{"starts_at": c.clock().Add(time.Hour)}), 201)
	body(t, offer("spent", "SPENT", map[string]any{"total_limit": 1}), 201)
	body(t, c.redeem(t, "SPENT"), 200)
	ended := body(t, offer("ended", "ENDED", nil), 201)["id"].(string)
	body(t, c.asStaff(t, "POST", "/admin/v1/promotions/"+ended+"/end", map[string]any{"reason": "Enough."}), 200)
	for query, want := range map[string]string{
		"state=on_offer": "ONE", "state=upcoming": "LATER", "state=spent": "SPENT", "state=over": "ENDED", "code=la": "LATER", "sort=code&limit=1": "ENDED",
	} {
		page := body(t, c.asStaff(t, "GET", "/admin/v1/promotions?"+query, nil), 200)
		p := page["promotions"].([]any)
		require.Len(t, p, 1, query)
		require.Equal(t, want, p[0].(map[string]any)["code"], query)
	}
	log, _, _, err := c.books.AuditLog(t.Context(), staff.AuditFilter{Action: "promotion.create"}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 4)
	require.Contains(t, string(log[0].After), `"ends_at": null`)
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

	pia := uuid.NewString()
	require.NoError(t, c.books.CreateStaff(t.Context(), staff.Member{
		ID: pia, FirstName: "Pia", LastName: "Staff", Email: "pia@example.com", PasswordHash: "none", Permissions: []staff.Permission{staff.View, staff.Pricing},
	}))
	credit := map[string]any{"code": "A-1", "kind": "credit", "amount": 500, "reason": "Mine."}
	problem(t, c.do(t, "POST", "/admin/v1/promotions", c.token(t, pia, rider.ForStaff), credit), 403, "permission_missing")
	problem(t, c.offer(t, with(credit, "amount", 1_000_001)), 422, "request_invalid")
}
