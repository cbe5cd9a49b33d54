package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// patience is for what must happen on a busy machine.
const patience = 30 * time.Second

// owe takes something out of a rider's wallet, as staff.
func (st *street) owe(t *testing.T, riderID string, minor int64) {
	t.Helper()
	body(t, st.asStaff(t, "POST", "/admin/v1/riders/"+riderID+"/adjustments",
		map[string]any{"kind": "adjustment", "amount": -minor, "reason": "damage"}, "Idempotency-Key", uuid.NewString()), 201)
}

func (st *street) balance(t *testing.T, bearer string) int64 {
	t.Helper()
	return minor(t, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["balance"])
}

func (st *street) debts(t *testing.T, filter string) []any {
	t.Helper()
	return body(t, st.asStaff(t, "GET", "/admin/v1/debts"+filter, nil), 200)["debts"].([]any)
}

func TestRidersPayWhatTheyOwe(t *testing.T) {
	st := newStreet(t)
	id, bearer := st.payer(t)
	pay := func(key string, status int) map[string]any {
		t.Helper()
		return body(t, st.do(t, "POST", "/v1/wallet/debt/pay", bearer, map[string]any{}, "Idempotency-Key", key), status)
	}
	problem(t, st.do(t, "POST", "/v1/wallet/debt/pay", bearer, map[string]any{}, "Idempotency-Key", "k"), 409, "debt_none")
	require.NotContains(t, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200), "debt")
	st.owe(t, id, 33)
	owed := body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["debt"].(map[string]any)
	require.Equal(t, "open", owed["state"])
	require.EqualValues(t, 0, owed["attempts"])
	require.NotEmpty(t, owed["next_attempt_at"])
	for range 2 {
		out := pay("k", 200)
		require.EqualValues(t, 33, minor(t, out["payment"].(map[string]any)["amount"]), "less than a top-up has to be")
		require.Equal(t, "topup", out["payment"].(map[string]any)["purpose"])
		require.Zero(t, minor(t, out["balance"]))
	}
	problem(t, st.pay(t, bearer, "k", 1000), 422, "idempotency_key_reused")
	require.Eventually(t, func() bool { return len(st.debts(t, "?state=ended&rider="+id)) == 1 }, patience, 20*time.Millisecond, "the payment ends it")
	problem(t, st.do(t, "POST", "/v1/wallet/debt/pay", bearer, map[string]any{}, "Idempotency-Key", ""), 422, "idempotency_key_missing")

	st.owe(t, id, 91) // is declined
	p := problem(t, st.do(t, "POST", "/v1/wallet/debt/pay", bearer, map[string]any{}, "Idempotency-Key", "no"), 402, "payment_failed")
	require.Equal(t, "declined", p["failure"])
	require.EqualValues(t, -91, st.balance(t, bearer))
}

func TestANewCardPaysWhatIsOwed(t *testing.T) {
	st := newStreet(t)
	id := uuid.NewString()
	require.NoError(t, st.books.CreateRider(t.Context(), rider.Rider{
		ID: id, FirstName: "Some", LastName: "One", Email: id + "@example.com", PasswordHash: "none", Language: "es",
	}))
	bearer := st.token(t, id, rider.ForRiders)
	st.owe(t, id, 450)
	problem(t, st.do(t, "POST", "/v1/wallet/debt/pay", bearer, map[string]any{}, "Idempotency-Key", "k"), 402, "card_missing")
	st.card(t, bearer)
	require.Eventually(t, func() bool { return st.balance(t, bearer) == 0 }, patience, 20*time.Millisecond)
	list := body(t, st.do(t, "GET", "/v1/payments", bearer, nil), 200)["payments"].([]any)
	require.Len(t, list, 1)
	require.Equal(t, "debt", list[0].(map[string]any)["purpose"])
	flaws, err := st.books.CheckBooks(t.Context())
	require.NoError(t, err)
	require.Empty(t, flaws)
}

func TestStaffRetryADebt(t *testing.T) {
	st := newStreet(t)
	id, bearer := st.payer(t)
	st.owe(t, id, 491) // is declined
	list := st.debts(t, "?state=open&rider="+id)
	require.Len(t, list, 1)
	d := list[0].(map[string]any)
	require.Equal(t, "debt/"+id, d["workflow_id"])
	require.EqualValues(t, 491, minor(t, d["owed"]))
	at := "/admin/v1/debts/" + d["id"].(string) + "/retry"
	problem(t, st.asStaff(t, "POST", at, map[string]any{}), 422, "request_invalid")
	got := body(t, st.asStaff(t, "POST", at, map[string]any{"reason": "the card is mended"}), 200)
	require.Equal(t, "open", got["state"])
	require.Eventually(t, func() bool {
		now := st.debts(t, "?rider="+id)[0].(map[string]any)
		return now["attempts"].(float64) == 1 && now["trouble"] == "declined" && now["state"] == "open"
	}, patience, 20*time.Millisecond)
	require.EqualValues(t, -491, st.balance(t, bearer))

	st.owe(t, id, 9) // 500 is paid
	body(t, st.asStaff(t, "POST", at, map[string]any{"reason": "once more"}), 200)
	require.Eventually(t, func() bool { return st.balance(t, bearer) == 0 }, patience, 20*time.Millisecond)
	require.Eventually(t, func() bool { return len(st.debts(t, "?state=ended&rider="+id)) == 1 }, patience, 20*time.Millisecond)
	problem(t, st.asStaff(t, "POST", at, map[string]any{"reason": "once more"}), 409, "debt_over")
	problem(t, st.asStaff(t, "POST", "/admin/v1/debts/"+uuid.NewString()+"/retry", map[string]any{"reason": "once more"}), 404, "debt_unknown")
}

func TestAnUnconfirmedTopUpHoldsNoCollectionUp(t *testing.T) {
	st := newStreet(t)
	id, bearer := st.payer(t)
	st.owe(t, id, 450)
	waiting := []string{st.waiting(t, bearer), st.waiting(t, bearer)}
	at := "/admin/v1/debts/" + st.debts(t, "?state=open&rider="+id)[0].(map[string]any)["id"].(string) + "/retry"
	body(t, st.asStaff(t, "POST", at, map[string]any{"reason": "now"}), 200)
	require.Eventually(t, func() bool { return st.balance(t, bearer) == 0 }, patience, 20*time.Millisecond)
	for _, id := range waiting {
		got := body(t, st.do(t, "GET", "/v1/payments/"+id, bearer, nil), 200)
		require.Equal(t, "failed", got["state"])
		require.Equal(t, "abandoned", got["failure"])
	}
}

func TestACreditEndsADebt(t *testing.T) {
	st := newStreet(t)
	id, _ := st.payer(t)
	st.owe(t, id, 200)
	body(t, st.asStaff(t, "POST", "/admin/v1/riders/"+id+"/adjustments",
		map[string]any{"kind": "bonus", "amount": 300, "reason": "sorry"}, "Idempotency-Key", "b"), 201)
	require.Len(t, st.debts(t, "?state=ended&rider="+id), 1)
	require.NoError(t, st.books.Book(t.Context(), wallet.Adjust("x", id, money.Of(-200, "EUR"), "nobody looks")))
	require.Empty(t, st.debts(t, "?state=open&rider="+id))
}
