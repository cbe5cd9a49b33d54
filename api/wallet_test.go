package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

func TestWithoutAProviderNobodyPays(t *testing.T) {
	s := newStage(t)
	problem(t, s.asRider(t, "POST", "/v1/wallet/topups", map[string]any{"amount": 500}, "Idempotency-Key", "x"), 503, "payments_off")
	problem(t, s.asRider(t, "POST", "/v1/payment-methods", nil), 503, "payments_off")
	problem(t, s.do(t, "POST", "/v1/webhooks/stripe", "", "{}"), 404, "payment_provider_unknown")
}

func TestTheHistoryOfAWallet(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.store.Book(t.Context(), wallet.Charge(uuid.NewString(), ana, money.Of(300, "EUR"), 20)))
	require.NoError(t, s.store.Book(t.Context(), wallet.Give("x", eva, money.Of(5, "EUR"), "secret reason")))
	var all []any
	path := "/v1/wallet/entries?limit=1"
	for {
		page := body(t, s.asRider(t, "GET", path, nil), 200)
		all = append(all, page["entries"].([]any)...)
		if page["next"] == nil {
			break
		}
		path = "/v1/wallet/entries?limit=1&before=" + page["next"].(string)
	}
	require.Len(t, all, 2, "nobody else's")
	var items int
	for _, each := range all {
		m := each.(map[string]any)
		if m["kind"] == "ride" {
			items = len(m["items"].([]any))
			require.Equal(t, map[string]any{"amount": -300., "currency": "EUR"}, m["amount"])
		}
	}
	require.Equal(t, 2, items, "the ride and its pause")
	problem(t, s.asRider(t, "GET", "/v1/wallet/entries?limit=0", nil), 422, "request_invalid")
	problem(t, s.asRider(t, "GET", "/v1/wallet/entries?before=x", nil), 422, "request_invalid")
}

func TestStaffAdjustWallets(t *testing.T) {
	s := newStage(t)
	at := "/admin/v1/riders/" + ana + "/adjustments"
	adjust := func(kind string, amount any, key string) map[string]any {
		return body(t, s.asStaff(t, "POST", at, map[string]any{"kind": kind, "amount": amount, "reason": "broken screen"}, "Idempotency-Key", key), 201)
	}
	for range 2 {
		got := adjust("adjustment", -500, "one")
		require.Equal(t, map[string]any{"amount": 1500., "currency": "EUR"}, got["balance"])
		require.Equal(t, "adjustment", got["entry"].(map[string]any)["kind"])
	}
	require.Equal(t, map[string]any{"amount": 1700., "currency": "EUR"}, adjust("bonus", 200, "two")["balance"])
	refused := func(body map[string]any, key string, status int, code string) {
		t.Helper()
		problem(t, s.asStaff(t, "POST", at, body, "Idempotency-Key", key), status, code)
	}
	fine := map[string]any{"kind": "bonus", "amount": 5, "reason": "sorry"}
	refused(map[string]any{"kind": "bonus", "amount": -5, "reason": "sorry"}, "x", 422, "amount_invalid")
	refused(map[string]any{"kind": "adjustment", "amount": 0, "reason": "sorry"}, "x", 422, "amount_invalid")
	refused(map[string]any{"kind": "topup", "amount": 5, "reason": "sorry"}, "x", 422, "request_invalid")
	refused(map[string]any{"kind": "bonus", "amount": 5}, "x", 422, "request_invalid")
	refused(map[string]any{"kind": "bonus", "amount": 1e9, "reason": "sorry"}, "x", 422, "request_invalid")
	refused(fine, "", 422, "idempotency_key_missing")
	refused(fine, "one", 422, "idempotency_key_reused")
	at = "/admin/v1/riders/" + uuid.NewString() + "/adjustments"
	refused(fine, "x", 404, "rider_unknown")
}

func TestStaffRefundRides(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	at := "/admin/v1/rentals/" + id + "/refund"
	got := body(t, s.asStaff(t, "POST", at, map[string]any{"amount": 120, "reason": "broken brake"}, "Idempotency-Key", "k"), 200)
	require.Equal(t, map[string]any{"rental_id": id, "charged": 300., "refunded": 120., "waived": false}, got)
	body(t, s.asStaff(t, "POST", at, map[string]any{"reason": "broken brake"}, "Idempotency-Key", "k"), 200)
	require.EqualValues(t, 120, s.store.refunds[0].Minor)
	require.Zero(t, s.store.refunds[1].Minor, "all that is left")
	require.Equal(t, s.store.refunds[0].Key, s.store.refunds[1].Key)
	require.Contains(t, s.store.refunds[0].Key, support)
	problem(t, s.asStaff(t, "POST", at, map[string]any{"reason": "broken brake"}), 422, "idempotency_key_missing")
	problem(t, s.asStaff(t, "POST", at, map[string]any{"amount": -1, "reason": "broken brake"}, "Idempotency-Key", "k"), 422, "request_invalid")
	problem(t, s.asStaff(t, "POST", "/admin/v1/rentals/"+uuid.NewString()+"/refund", map[string]any{"reason": "broken"}, "Idempotency-Key", "k"), 404, "rental_unknown")
	require.Contains(t, s.asRider(t, "GET", "/v1/rentals/"+id, nil).Body.String(), `"refunded":1`)

	m := s.store.staff[support]
	m.Permissions = []staff.Permission{staff.Operate}
	s.store.staff[support] = m
	problem(t, s.asStaff(t, "POST", at, map[string]any{"reason": "broken brake"}, "Idempotency-Key", "k"), 403, "permission_missing")
	problem(t, s.asStaff(t, "POST", "/admin/v1/riders/"+ana+"/adjustments", map[string]any{"kind": "bonus", "amount": 5, "reason": "sorry"}, "Idempotency-Key", "k"), 403, "permission_missing")
}

func TestNobodyRidesInDebt(t *testing.T) {
	s := newStage(t)
	s.store.tariff.MinimumBalance = 0
	require.NoError(t, s.store.Book(t.Context(), wallet.Adjust("x", ana, money.Of(-2001, "EUR"), "damage")))
	for _, path := range []string{"/v1/rentals", "/v1/reservations"} {
		p := problem(t, s.asRider(t, "POST", path, map[string]any{"qr": code}, "Idempotency-Key", path), 402, "wallet_in_debt")
		require.Equal(t, map[string]any{"amount": -1., "currency": "EUR"}, p["balance"])
	}
	require.NoError(t, s.store.Book(t.Context(), wallet.Deposit("x", ana, money.Of(1, "EUR"))))
	body(t, s.asRider(t, "POST", "/v1/rentals", map[string]any{"qr": code}, "Idempotency-Key", "again"), 201)
}

func TestRidersSayThatARideFailed(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	at := "/v1/rentals/" + id + "/failed"
	problem(t, s.asRider(t, "POST", at, nil), 409, "rental_state")
	s.store.move(id, func(r *rental.Rental) { r.State, r.Outcome = rental.Ended, rental.Ridden })
	got := body(t, s.asRider(t, "POST", at, nil), 200)
	require.Equal(t, map[string]any{"rental_id": id, "charged": 0., "refunded": 0., "waived": true}, got)
	s.store.move(id, func(r *rental.Rental) { r.Usage.Riding = 3 * time.Minute })
	problem(t, s.asRider(t, "POST", at, nil), 409, "ride_not_failed")
	problem(t, s.do(t, "POST", at, s.token(t, eva, rider.ForRiders), nil), 404, "rental_unknown")
}
