package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/payment"
	"rodada/internal/config"
	"rodada/seal"
)

// waiting is a payment that waits for its rider for ever.
func (st *street) waiting(t *testing.T, bearer string) (id string) {
	t.Helper()
	return body(t, st.pay(t, bearer, uuid.NewString(), 2094), 202)["payment"].(map[string]any)["id"].(string)
}

func TestARiderCancelsAPayment(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	_, stranger := st.payer(t)
	id := st.waiting(t, bearer)
	at := "/v1/payments/" + id + "/cancel"
	problem(t, st.do(t, "POST", at, stranger, nil), 404, "payment_unknown")
	for range 2 {
		got := body(t, st.do(t, "POST", at, bearer, nil), 200)
		require.Equal(t, "failed", got["state"])
		require.Equal(t, "abandoned", got["failure"])
	}
	require.Zero(t, st.balance(t, bearer))
	done := body(t, st.pay(t, bearer, "k", 2000), 200)["payment"].(map[string]any)["id"].(string)
	problem(t, st.do(t, "POST", "/v1/payments/"+done+"/cancel", bearer, nil), 409, "payment_not_waiting")
}

func TestACardThatIsGonePaysNothingAnyMore(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	id := st.waiting(t, bearer)
	card := body(t, st.do(t, "GET", "/v1/payment-methods", bearer, nil), 200)["cards"].([]any)[0].(map[string]any)["id"].(string)
	require.Equal(t, 204, st.do(t, "DELETE", "/v1/payment-methods/"+card, bearer, nil).Code)
	var got map[string]any
	require.Eventually(t, func() bool {
		got = body(t, st.do(t, "GET", "/v1/payments/"+id, bearer, nil), 200)
		return got["state"] == "failed"
	}, patience, 20*time.Millisecond)
	require.Equal(t, "card_gone", got["failure"])
	require.Zero(t, st.balance(t, bearer))
}

// A card that another provider has is nobody's to pay with here, and does not stand in the way of one that is.
func TestCardsOfAnotherProvider(t *testing.T) {
	st := newStreet(t)
	who, bearer := st.payer(t)
	old := payment.Method{ID: uuid.NewString(), RiderID: who, Provider: "elsewhere", Reference: seal.Prefix + "k:x"}
	require.NoError(t, st.books.BeginMethod(t.Context(), old))
	saved, err := st.books.SaveMethod(t.Context(), old)
	require.NoError(t, err)
	require.True(t, saved.Default, "of those there")
	cards := body(t, st.do(t, "GET", "/v1/payment-methods", bearer, nil), 200)["cards"].([]any)
	require.Len(t, cards, 1)
	require.Equal(t, true, cards[0].(map[string]any)["default"])
	problem(t, st.do(t, "POST", "/v1/payment-methods/"+old.ID+"/default", bearer, nil), 404, "card_unknown")
	require.EqualValues(t, 1000, minor(t, body(t, st.pay(t, bearer, "k", 1000), 200)["balance"]))
}

// Who tries cards must wait, and others at the same address a little later; payments that go well are no tries.
func TestTooManyDeclinedPayments(t *testing.T) {
	st := newStreet(t, counted(t, func(l *config.Limits) { l.CardTries, l.CardWait, l.CardWaitMax = 3, time.Minute, time.Hour }))
	_, bearer := st.payer(t)
	for range 6 {
		body(t, st.pay(t, bearer, uuid.NewString(), 1000), 200)
	}
	for range 3 {
		problem(t, st.pay(t, bearer, uuid.NewString(), 2091), 402, "payment_failed")
	}
	limited := st.pay(t, bearer, uuid.NewString(), 1000)
	p := problem(t, limited, 429, "payments_limited")
	require.Positive(t, p["retry_after"])
	require.NotEmpty(t, limited.Header().Get("Retry-After"))
	problem(t, st.do(t, "POST", "/v1/payment-methods", bearer, nil), 429, "payments_limited")
	require.EqualValues(t, 6000, st.balance(t, bearer))
	_, other := st.payer(t)
	body(t, st.pay(t, other, "k", 1000), 200)
}

func TestACardIsBegunOncePerKey(t *testing.T) {
	st := newStreet(t)
	_, bearer := st.payer(t)
	begin := func(key string) map[string]any {
		t.Helper()
		return body(t, st.do(t, "POST", "/v1/payment-methods", bearer, nil, "Idempotency-Key", key), 201)
	}
	one := begin("k")
	require.Equal(t, one, begin("k"))
	require.NotEqual(t, one["id"], begin("other")["id"])
	body(t, st.do(t, "POST", "/v1/payment-methods/"+one["id"].(string)+"/confirm", bearer, nil), 200)
	problem(t, st.do(t, "POST", "/v1/payment-methods", bearer, nil, "Idempotency-Key", "k"), 422, "idempotency_key_reused")
}
