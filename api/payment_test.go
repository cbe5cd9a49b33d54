package api_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/providers/payment"
)

// payer is a new rider with a card.
func (st *street) payer(t *testing.T) (id, bearer string) {
	t.Helper()
	id = uuid.NewString()
	require.NoError(t, st.books.CreateRider(t.Context(), rider.Rider{
		ID: id, FirstName: "Some", LastName: "One", Email: id + "@example.com", PasswordHash: "none", Language: "es",
	}))
	bearer = st.token(t, id, rider.ForRiders)
	st.card(t, bearer)
	return id, bearer
}

func (st *street) pay(t *testing.T, bearer, key string, amount int64) *httptest.ResponseRecorder {
	t.Helper()
	return st.do(t, "POST", "/v1/wallet/topups", bearer, map[string]any{"amount": amount}, "Idempotency-Key", key)
}

func minor(t *testing.T, money any) int64 {
	t.Helper()
	return int64(money.(map[string]any)["amount"].(float64))
}

func TestATopUpHappensOncePerKey(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	var all sync.WaitGroup
	answers := make([]*httptest.ResponseRecorder, 8)
	for i := range answers {
		all.Go(func() { answers[i] = st.pay(t, bearer, "one", 1000) })
	}
	all.Wait()
	ids := map[any]bool{}
	for _, answer := range answers {
		out := body(t, answer, 200)
		p := out["payment"].(map[string]any)
		require.Equal(t, "succeeded", p["state"])
		require.EqualValues(t, 1000, minor(t, out["balance"]))
		require.Equal(t, map[string]any{"brand": "visa", "last4": "4242", "exp_month": 12., "exp_year": 2034.}, p["card"])
		require.NotContains(t, p, "next_action")
		ids[p["id"]] = true
	}
	require.Len(t, ids, 1)
	require.EqualValues(t, 3500, minor(t, body(t, st.pay(t, bearer, "two", 2500), 200)["balance"]))
	problem(t, st.pay(t, bearer, "one", 1001), 422, "idempotency_key_reused")
	problem(t, st.pay(t, bearer, "", 1000), 422, "idempotency_key_missing")
	for _, wrong := range []int64{99, 100_001} {
		problem(t, st.pay(t, bearer, "x", wrong), 422, "topup_amount")
	}
	for _, wrong := range []any{0, -5, 1.5, "5"} {
		problem(t, st.do(t, "POST", "/v1/wallet/topups", bearer, map[string]any{"amount": wrong}, "Idempotency-Key", "x"), 422, "request_invalid")
	}
	require.EqualValues(t, 3500, minor(t, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["balance"]))
	flaws, err := st.books.CheckBooks(t.Context())
	require.NoError(t, err)
	require.Empty(t, flaws)
}

func TestPaymentsThatFail(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	for amount, failure := range map[int64]string{2091: "declined", 2092: "no_funds"} {
		key := uuid.NewString()
		for range 2 {
			p := problem(t, st.pay(t, bearer, key, amount), 402, "payment_failed")
			require.Equal(t, failure, p["failure"])
			got := body(t, st.do(t, "GET", "/v1/payments/"+p["payment_id"].(string), bearer, nil), 200)
			require.Equal(t, "failed", got["state"])
			require.Equal(t, failure, got["failure"])
		}
	}
	require.EqualValues(t, 2096, minor(t, body(t, st.pay(t, bearer, "lost", 2096), 200)["balance"]), "the answer is lost, the money is not")
	list := body(t, st.do(t, "GET", "/v1/payments?limit=2", bearer, nil), 200)
	require.Len(t, list["payments"], 2)
	rest := body(t, st.do(t, "GET", "/v1/payments?limit=2&before="+list["next"].(string), bearer, nil), 200)
	require.Len(t, rest["payments"], 1)
	require.NotContains(t, rest, "next")
}

// What the rider has to do is for the app alone, and in no history.
func TestAPaymentThatNeedsItsRider(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	out := body(t, st.pay(t, bearer, "ask", 2093), 202)
	p := out["payment"].(map[string]any)
	require.Equal(t, "needs_action", p["state"])
	action := p["next_action"].(map[string]any)
	require.Equal(t, "sandbox", action["provider"])
	require.NotEmpty(t, action["client_secret"])
	require.EqualValues(t, 0, minor(t, out["balance"]))
	at := "/v1/payments/" + p["id"].(string)
	require.Contains(t, body(t, st.do(t, "GET", at, bearer, nil), 200), "next_action")
	_, stranger := st.payer(t)
	problem(t, st.do(t, "GET", at, stranger, nil), 404, "payment_unknown")
	require.NotContains(t, body(t, st.do(t, "GET", "/v1/payments", bearer, nil), 200)["payments"].([]any)[0], "next_action")

	history := st.historyOf(t, "topup/"+p["id"].(string))
	for _, secret := range []string{"sandbox_", "4242", "client_secret"} {
		require.NotContains(t, history, secret)
	}
	require.Eventually(t, func() bool {
		return body(t, st.do(t, "GET", at, bearer, nil), 200)["state"] == "succeeded"
	}, 30*time.Second, 100*time.Millisecond)
	require.EqualValues(t, 2093, minor(t, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["balance"]))
}

// historyOf is all that Temporal shows of a workflow, as text.
func (st *street) historyOf(t *testing.T, workflowID string) string {
	t.Helper()
	var text []byte
	events := st.client.GetWorkflowHistory(t.Context(), workflowID, "", false, 0)
	for events.HasNext() {
		e, err := events.Next()
		require.NoError(t, err)
		raw, err := json.Marshal(e)
		require.NoError(t, err)
		for _, p := range e.GetActivityTaskScheduledEventAttributes().GetInput().GetPayloads() {
			raw = append(raw, p.GetData()...)
		}
		for _, p := range e.GetActivityTaskCompletedEventAttributes().GetResult().GetPayloads() {
			raw = append(raw, p.GetData()...)
		}
		text = append(text, raw...)
	}
	require.NotEmpty(t, text)
	return string(text)
}

func TestCards(t *testing.T) {
	st := newStreet(t)
	id, bearer := st.payer(t)
	cards := func() []any {
		return body(t, st.do(t, "GET", "/v1/payment-methods", bearer, nil), 200)["cards"].([]any)
	}
	first := cards()[0].(map[string]any)
	require.Equal(t, true, first["default"])
	second := st.card(t, bearer)
	require.Len(t, cards(), 2)
	require.Equal(t, false, cards()[1].(map[string]any)["default"])

	require.Equal(t, true, body(t, st.do(t, "POST", "/v1/payment-methods/"+second+"/default", bearer, nil), 200)["default"])
	require.Equal(t, false, cards()[0].(map[string]any)["default"])
	require.Equal(t, 204, st.do(t, "DELETE", "/v1/payment-methods/"+second, bearer, nil).Code)
	require.Equal(t, true, cards()[0].(map[string]any)["default"])
	for _, gone := range []string{second, uuid.NewString()} {
		problem(t, st.do(t, "DELETE", "/v1/payment-methods/"+gone, bearer, nil), 404, "card_unknown")
		problem(t, st.do(t, "POST", "/v1/payment-methods/"+gone+"/default", bearer, nil), 404, "card_unknown")
		problem(t, st.do(t, "POST", "/v1/payment-methods/"+gone+"/confirm", bearer, nil), 404, "card_unknown")
		problem(t, st.do(t, "POST", "/v1/wallet/topups", bearer, map[string]any{"amount": 500, "card_id": gone}, "Idempotency-Key", gone), 404, "card_unknown")
	}
	_, stranger := st.payer(t)
	problem(t, st.do(t, "DELETE", "/v1/payment-methods/"+first["id"].(string), stranger, nil), 404, "card_unknown")
	problem(t, st.do(t, "POST", "/v1/wallet/topups", stranger, map[string]any{"amount": 500, "card_id": first["id"]}, "Idempotency-Key", "k"), 404, "card_unknown")

	begun := body(t, st.do(t, "POST", "/v1/payment-methods", bearer, nil), 201)
	require.Equal(t, "sandbox", begun["provider"])
	require.NotEmpty(t, begun["client_secret"])
	require.Len(t, cards(), 1, "one that was only begun is none yet")
	require.Equal(t, 204, st.do(t, "DELETE", "/v1/payment-methods/"+first["id"].(string), bearer, nil).Code)
	problem(t, st.pay(t, bearer, "k", 500), 402, "card_missing")

	codes := map[string]int{}
	for range 12 {
		if res := st.do(t, "POST", "/v1/payment-methods", bearer, nil); res.Code != 201 {
			codes[codeOf(t, res)]++
		}
	}
	require.Equal(t, map[string]int{"cards_too_often": 5}, codes, "thieves try cards")
	kept, err := st.books.Customer(t.Context(), id, "sandbox")
	require.NoError(t, err)
	require.Contains(t, kept, "sealed:test:")
}

func TestStaffSeePayments(t *testing.T) {
	st := newStreet(t)
	ann, hers := st.payer(t)
	_, his := st.payer(t)
	body(t, st.pay(t, hers, "a", 1000), 200)
	body(t, st.pay(t, hers, "b", 3000), 200)
	problem(t, st.pay(t, hers, "c", 2091), 402, "payment_failed")
	body(t, st.pay(t, his, "d", 2000), 200)
	for query, amounts := range map[string][]int64{
		"sort=amount": {1000, 2000, 2091, 3000}, "sort=-created": {2000, 2091, 3000, 1000}, "sort=amount&rider=" + ann: {1000, 2091, 3000},
		"state=failed": {2091}, "sort=amount&state=failed,succeeded&amount_min=2000&amount_max=2091": {2000, 2091}, "provider=stripe": {}, "purpose=debt": {},
		"since=2100-01-01T00:00:00Z": {}, "sort=amount&until=2100-01-01T00:00:00Z&purpose=topup&provider=sandbox": {1000, 2000, 2091, 3000},
	} {
		got, cursor := []int64{}, ""
		for {
			page := body(t, st.asStaff(t, "GET", "/admin/v1/payments?limit=1&"+query+cursor, nil), 200)
			for _, row := range page["payments"].([]any) {
				got = append(got, minor(t, row.(map[string]any)["amount"]))
				require.Contains(t, row.(map[string]any)["workflow_id"], "topup/")
			}
			require.EqualValues(t, len(amounts), page["total"], query)
			if page["next"] == nil {
				break
			}
			cursor = "&cursor=" + page["next"].(string)
		}
		require.Equal(t, amounts, got, query)
	}
	problem(t, st.asStaff(t, "GET", "/admin/v1/payments?sort=card", nil), 422, "sort_unknown")
	problem(t, st.asStaff(t, "GET", "/admin/v1/payments?rider=x", nil), 422, "request_invalid")
	problem(t, st.do(t, "GET", "/admin/v1/payments", hers, nil), 401, "token_invalid")
}

// tell is a webhook of the sandbox's.
func (st *street) tell(t *testing.T, event map[string]any, signed string) *httptest.ResponseRecorder {
	t.Helper()
	raw, err := json.Marshal(event)
	require.NoError(t, err)
	headers := []string{}
	switch signed {
	case "":
	case "right":
		headers = []string{"Stripe-Signature", payment.Sign(raw, "sandbox", time.Now())}
	case "old":
		headers = []string{"Stripe-Signature", payment.Sign(raw, "sandbox", time.Now().Add(-time.Hour))}
	case "ahead":
		headers = []string{"Stripe-Signature", payment.Sign(raw, "sandbox", time.Now().Add(time.Hour))}
	default:
		headers = []string{"Stripe-Signature", payment.Sign(raw, signed, time.Now())}
	}
	return st.do(t, "POST", "/v1/webhooks/sandbox", "", string(raw), headers...)
}

func TestWebhooksOfPayments(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	id := body(t, st.pay(t, bearer, "k", 2094), 202)["payment"].(map[string]any)["id"].(string) // waits for its rider for ever
	state := func() any { return body(t, st.do(t, "GET", "/v1/payments/"+id, bearer, nil), 200)["state"] }
	event := func(name, state string, amount int64) map[string]any {
		return map[string]any{"id": name, "payment_id": id, "state": state, "amount": amount, "currency": "EUR"}
	}
	for _, wrong := range []string{"", "old", "ahead", "another secret"} {
		problem(t, st.tell(t, event("forged", "succeeded", 2094), wrong), 400, "signature_invalid")
	}
	problem(t, st.tell(t, map[string]any{"nothing": "of that"}, "right"), 400, "event_invalid")
	problem(t, st.do(t, "POST", "/v1/webhooks/stripe", "", "{}"), 404, "payment_provider_unknown")
	require.Equal(t, 204, st.tell(t, event("other sum", "succeeded", 1), "right").Code)
	require.Equal(t, 204, st.tell(t, event("soft", "failed", 2094), "right").Code)
	elsewhere := event("elsewhere", "succeeded", 2094)
	elsewhere["payment_id"] = uuid.NewString()
	require.Equal(t, 204, st.tell(t, elsewhere, "right").Code)
	require.Equal(t, "needs_action", state(), "nothing of that changes anything")

	for range 3 {
		require.Equal(t, 204, st.tell(t, event("paid", "succeeded", 2094), "right").Code)
		require.Equal(t, 204, st.tell(t, event("late", "processing", 2094), "right").Code)
	}
	require.Equal(t, "succeeded", state())
	require.EqualValues(t, 2094, minor(t, body(t, st.do(t, "GET", "/v1/wallet", bearer, nil), 200)["balance"]))
	var outcome struct{ State string }
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, st.client.GetWorkflow(ctx, "topup/"+id, "").Get(ctx, &outcome), "the webhook wakes the workflow")
	require.Equal(t, "succeeded", outcome.State)
	require.Len(t, body(t, st.do(t, "GET", "/v1/wallet/entries", bearer, nil), 200)["entries"], 1)
}
