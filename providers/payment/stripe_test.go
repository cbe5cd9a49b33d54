package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	paid "rodada/domain/payment"
	"rodada/internal/devstack"
	"rodada/providers/payment"
)

func order() paid.Order {
	return paid.Order{PaymentID: uuid.NewString(), RiderID: uuid.NewString(), Customer: "cus_1", Token: "pm_1", Amount: money.Of(2000, "EUR")}
}

// stripe-mock refuses what Stripe's API does not know and answers in its forms. It remembers nothing, so what becomes of a payment is
// shown by the answers below and by the sandbox.
func TestStripeTakesEveryRequest(t *testing.T) {
	mock, err := devstack.StartStripeMock(t.Context(), t.TempDir(), func(line string) { t.Log(line) })
	require.NoError(t, err)
	t.Cleanup(mock.Stop)
	s, ctx := payment.NewStripe(payment.StripeOptions{Key: "sk_test_123", URL: mock.URL()}), t.Context()

	customer, err := s.Customer(ctx, uuid.NewString())
	require.NoError(t, err)
	require.NotEmpty(t, customer)
	setup, err := s.BeginSetup(ctx, uuid.NewString(), customer)
	require.NoError(t, err)
	require.NotEmpty(t, setup.Reference)
	require.NotEmpty(t, setup.ClientSecret)
	_, err = s.Setup(ctx, setup.Reference)
	require.NoError(t, err)
	o := order()
	made, err := s.Create(ctx, o)
	require.NoError(t, err)
	require.NotEmpty(t, made.Reference)
	require.Equal(t, money.Of(2000, "EUR"), made.Amount, "stripe-mock gives back what it is told")
	o.Absent = true
	for _, ask := range []func() (paid.Intent, error){
		func() (paid.Intent, error) { return s.Confirm(ctx, o, made.Reference) },
		func() (paid.Intent, error) { return s.Look(ctx, made.Reference) },
		func() (paid.Intent, error) { return s.Cancel(ctx, made.Reference) },
	} {
		_, err = ask()
		require.NoError(t, err)
	}
	require.NoError(t, s.Detach(ctx, "pm_1"))
	require.NoError(t, s.ForgetCustomer(ctx, customer))

	_, err = payment.NewStripe(payment.StripeOptions{Key: "nonsense", URL: mock.URL()}).Customer(ctx, uuid.NewString())
	require.Error(t, err)
	var refusal *paid.RefusedError
	require.NotErrorAs(t, err, &refusal, "a wrong key is no rider's fault")
}

// script is a Stripe that answers what a test wants, and keeps what it was asked.
type script struct {
	*httptest.Server
	answers map[string][]answer // by method and path; the last one stays
	asked   []string
	keys    []string
	forms   []url.Values
}

type answer struct {
	status int
	body   any
}

func newScript(t *testing.T, answers map[string][]answer) *script {
	t.Helper()
	s := &script{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := r.Method + " " + r.URL.Path
		raw, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(raw))
		s.asked, s.keys, s.forms = append(s.asked, at), append(s.keys, r.Header.Get("Idempotency-Key")), append(s.forms, form)
		list := s.answers[at]
		if len(list) == 0 {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		if len(list) > 1 {
			s.answers[at] = list[1:]
		}
		w.WriteHeader(list[0].status)
		_ = json.NewEncoder(w).Encode(list[0].body)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *script) stripe() *payment.Stripe {
	return payment.NewStripe(payment.StripeOptions{Key: "sk_test_123", URL: s.URL, Secrets: []string{"whsec_new", "whsec_old"}})
}

func pi(status string, more map[string]any) map[string]any {
	out := map[string]any{"id": "pi_1", "object": "payment_intent", "status": status, "amount": 2000, "amount_received": 2000, "currency": "eur", "client_secret": "pi_1_secret"}
	for k, v := range more {
		out[k] = v
	}
	return out
}

func failed(kind, code, decline string) map[string]any {
	return map[string]any{"type": kind, "code": code, "decline_code": decline, "message": "4242 4242 4242 4242 was declined"}
}

func TestHowStripeSaysAPaymentStands(t *testing.T) {
	declined := func(code, decline string) map[string]any {
		return map[string]any{"last_payment_error": failed("card_error", code, decline)}
	}
	for name, c := range map[string]struct {
		status string
		more   map[string]any
		want   paid.Intent
	}{
		"unconfirmed":      {"requires_confirmation", nil, paid.Intent{State: paid.Created}},
		"needs its rider":  {"requires_action", nil, paid.Intent{State: paid.NeedsAction}},
		"under way":        {"processing", nil, paid.Intent{State: paid.Processing}},
		"paid":             {"succeeded", nil, paid.Intent{State: paid.Succeeded}},
		"cancelled":        {"canceled", nil, paid.Intent{State: paid.Failed, Failure: paid.Abandoned}},
		"cancelled after":  {"canceled", declined("card_declined", "insufficient_funds"), paid.Intent{State: paid.Failed, Failure: paid.NoFunds}},
		"declined":         {"requires_payment_method", declined("card_declined", "generic_decline"), paid.Intent{State: paid.Failed, Failure: paid.Declined, Open: true}},
		"too old":          {"requires_payment_method", declined("expired_card", ""), paid.Intent{State: paid.Failed, Failure: paid.Expired, Open: true}},
		"not who it was":   {"requires_payment_method", declined("payment_intent_authentication_failure", ""), paid.Intent{State: paid.Failed, Failure: paid.Authentication, Open: true}},
		"nobody was there": {"requires_payment_method", declined("authentication_required", ""), paid.Intent{State: paid.Failed, Failure: paid.Authentication, Open: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, map[string][]answer{"GET /v1/payment_intents/pi_1": {{200, pi(c.status, c.more)}}})
			got, err := s.stripe().Look(t.Context(), "pi_1")
			require.NoError(t, err)
			c.want.Reference, c.want.ClientSecret, c.want.Amount = "pi_1", "pi_1_secret", money.Of(2000, "EUR")
			require.Equal(t, c.want, got)
		})
	}
}

func TestWhatStripeIsTold(t *testing.T) {
	s := newScript(t, map[string][]answer{
		"POST /v1/payment_intents":              {{200, pi("requires_confirmation", nil)}},
		"POST /v1/payment_intents/pi_1/confirm": {{200, pi("succeeded", nil)}},
	})
	o := order()
	o.Absent = true
	for range 2 {
		_, err := s.stripe().Create(t.Context(), o)
		require.NoError(t, err)
	}
	require.Equal(t, []string{o.PaymentID, o.PaymentID}, s.keys, "one intent a payment")
	form := s.forms[0]
	require.NotContains(t, form, "confirm", "nothing is taken yet")
	for key, want := range map[string]string{
		"amount": "2000", "currency": "eur", "customer": "cus_1", "payment_method": "pm_1", "metadata[rodada_payment]": o.PaymentID, "metadata[rodada_rider]": o.RiderID,
	} {
		require.Equal(t, want, form.Get(key), key)
	}
	_, err := s.stripe().Confirm(t.Context(), o, "pi_1")
	require.NoError(t, err)
	require.Equal(t, "true", s.forms[2].Get("off_session"))
}

// What Stripe minds of a request is not what became of the payment.
func TestConfirmAndCancelAskHowThePaymentStands(t *testing.T) {
	refusal := answer{402, map[string]any{"error": failed("card_error", "card_declined", "generic_decline")}}
	again := answer{400, map[string]any{"error": failed("invalid_request_error", "payment_intent_unexpected_state", "")}}
	const confirm, look, cancel = "POST /v1/payment_intents/pi_1/confirm", "GET /v1/payment_intents/pi_1", "POST /v1/payment_intents/pi_1/cancel"
	s := newScript(t, map[string][]answer{confirm: {refusal}, look: {{200, pi("requires_payment_method", map[string]any{"last_payment_error": failed("card_error", "card_declined", "")})}}})
	got, err := s.stripe().Confirm(t.Context(), order(), "pi_1")
	require.NoError(t, err)
	require.Equal(t, paid.Failed, got.State)
	require.True(t, got.Open)

	s = newScript(t, map[string][]answer{confirm: {again}, cancel: {again}, look: {{200, pi("succeeded", nil)}}})
	for _, ask := range []func() (paid.Intent, error){
		func() (paid.Intent, error) { return s.stripe().Confirm(t.Context(), order(), "pi_1") },
		func() (paid.Intent, error) { return s.stripe().Cancel(t.Context(), "pi_1") },
	} {
		got, err = ask()
		require.NoError(t, err)
		require.Equal(t, paid.Succeeded, got.State, "it was paid before")
	}
	s = newScript(t, map[string][]answer{confirm: {again}, look: {{200, pi("requires_confirmation", nil)}}})
	_, err = s.stripe().Confirm(t.Context(), order(), "pi_1")
	var refused *paid.RefusedError
	require.ErrorAs(t, err, &refused)
}

func TestErrorsOfStripe(t *testing.T) {
	for name, c := range map[string]struct {
		answer
		failure paid.Failure // empty: nobody knows, and it is tried again
	}{
		"too little for Stripe": {answer{400, map[string]any{"error": failed("invalid_request_error", "amount_too_small", "")}}, paid.Impossible},
		"a card that is gone":   {answer{400, map[string]any{"error": map[string]any{"type": "invalid_request_error", "code": "resource_missing", "param": "payment_method"}}}, paid.CardGone},
		"its fault":             {answer{500, map[string]any{"error": failed("api_error", "", "")}}, ""},
		"too often":             {answer{429, map[string]any{"error": failed("invalid_request_error", "rate_limit", "")}}, ""},
		"at the same time":      {answer{409, map[string]any{"error": failed("idempotency_error", "", "")}}, ""},
		"a wrong key":           {answer{401, map[string]any{"error": failed("invalid_request_error", "", "")}}, ""},
		"nonsense":              {answer{200, "nonsense"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t, map[string][]answer{"POST /v1/payment_intents": {c.answer}})
			_, err := s.stripe().Create(t.Context(), order())
			require.Error(t, err)
			require.NotContains(t, err.Error(), "4242", "what Stripe says may quote a card")
			var refusal *paid.RefusedError
			require.Equal(t, c.failure != "", errors.As(err, &refusal))
			if c.failure != "" {
				require.Equal(t, c.failure, refusal.Failure)
			}
		})
	}
	_, err := payment.NewStripe(payment.StripeOptions{Key: "sk", URL: "http://127.0.0.1:1"}).Create(t.Context(), order())
	require.Error(t, err)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(slow.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = payment.NewStripe(payment.StripeOptions{Key: "sk", URL: slow.URL}).Look(ctx, "pi_1")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestStripeForgetsWhatItDoesNotKnow(t *testing.T) {
	missing := answer{404, map[string]any{"error": failed("invalid_request_error", "resource_missing", "")}}
	s := newScript(t, map[string][]answer{
		"POST /v1/payment_methods/pm_1/detach": {missing, {400, map[string]any{"error": failed("invalid_request_error", "payment_method_unexpected_state", "")}}, {500, map[string]any{"error": failed("api_error", "", "")}}},
		"DELETE /v1/customers/cus_1":           {missing},
	})
	require.NoError(t, s.stripe().Detach(t.Context(), "pm_1"))
	require.NoError(t, s.stripe().Detach(t.Context(), "pm_1"))
	require.Error(t, s.stripe().Detach(t.Context(), "pm_1"))
	require.NoError(t, s.stripe().ForgetCustomer(t.Context(), "cus_1"))
}

func TestACardIsSavedOnceItIsGiven(t *testing.T) {
	setup := func(status string) map[string]any {
		return map[string]any{"id": "seti_1", "object": "setup_intent", "status": status, "client_secret": "s", "payment_method": map[string]any{
			"id": "pm_1", "object": "payment_method", "card": map[string]any{"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034},
		}}
	}
	s := newScript(t, map[string][]answer{"GET /v1/setup_intents/seti_1": {{200, setup("requires_action")}, {200, setup("succeeded")}}})
	got, err := s.stripe().Setup(t.Context(), "seti_1")
	require.NoError(t, err)
	require.False(t, got.Done)
	got, err = s.stripe().Setup(t.Context(), "seti_1")
	require.NoError(t, err)
	require.Equal(t, paid.Setup{
		Reference: "seti_1", ClientSecret: "s", Done: true, Token: "pm_1", Card: paid.Card{Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2034},
	}, got)
}

func TestWebhooksOfStripe(t *testing.T) {
	s := payment.NewStripe(payment.StripeOptions{Secrets: []string{"whsec_new", "whsec_old"}})
	body := func(kind, version string, object any) []byte {
		raw, err := json.Marshal(map[string]any{"id": "evt_1", "object": "event", "type": kind, "api_version": version, "data": map[string]any{"object": object}})
		require.NoError(t, err)
		return raw
	}
	paidBody := body("payment_intent.succeeded", "2020-08-27", pi("succeeded", map[string]any{"metadata": map[string]string{"rodada_payment": "p1"}}))
	for _, secret := range []string{"whsec_new", "whsec_old"} {
		got, err := s.Event(paidBody, payment.Sign(paidBody, secret, time.Now()))
		require.NoError(t, err)
		require.Equal(t, paid.Event{ID: "evt_1", PaymentID: "p1", Intent: paid.Intent{
			Reference: "pi_1", State: paid.Succeeded, Amount: money.Of(2000, "EUR"), ClientSecret: "pi_1_secret",
		}}, got)
	}
	other := body("charge.dispute.created", "2020-08-27", map[string]any{"id": "dp_1"})
	got, err := s.Event(other, payment.Sign(other, "whsec_new", time.Now()))
	require.NoError(t, err)
	require.Empty(t, got.PaymentID)

	altered := append([]byte{}, paidBody...)
	altered[len(altered)-2] = ' '
	for name, c := range map[string]struct {
		body      []byte
		signature string
	}{
		"unsigned": {paidBody, ""}, "nonsense": {paidBody, "t=1,v1=00"}, "another secret": {paidBody, payment.Sign(paidBody, "whsec_other", time.Now())},
		"old": {paidBody, payment.Sign(paidBody, "whsec_new", time.Now().Add(-6*time.Minute))}, "of another body": {altered, payment.Sign(paidBody, "whsec_new", time.Now())},
		"of a time to come": {paidBody, payment.Sign(paidBody, "whsec_new", time.Now().Add(6*time.Minute))},
	} {
		_, err := s.Event(c.body, c.signature)
		require.ErrorIs(t, err, paid.ErrSignature, name)
	}
	_, err = s.Event(paidBody, payment.Sign(paidBody, "whsec_new", time.Now().Add(4*time.Minute)))
	require.NoError(t, err, "clocks differ")
	for _, no := range []string{"x", "[]", "{}", `{"id":5}`} {
		_, err := s.Event([]byte(no), payment.Sign([]byte(no), "whsec_new", time.Now()))
		require.ErrorIs(t, err, paid.ErrEvent, no)
	}
	_, err = payment.NewStripe(payment.StripeOptions{}).Event(paidBody, payment.Sign(paidBody, "", time.Now()))
	require.ErrorIs(t, err, paid.ErrSignature, "no secret lets nobody in")
}
