package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/api"
)

func TestTopUpHappensOncePerKey(t *testing.T) {
	s := newStage(t)
	give := func(amount int, key string) map[string]any {
		return body(t, s.asRider(t, "POST", "/v1/wallet/topups", map[string]any{"amount": amount}, "Idempotency-Key", key), 200)
	}
	balance := func(minor float64) map[string]any {
		return map[string]any{"balance": map[string]any{"amount": minor, "currency": "EUR"}}
	}
	require.Equal(t, balance(3000), give(1000, "one"))
	require.Equal(t, balance(3000), give(1000, "one"))
	require.Equal(t, balance(4000), give(1000, "two"))
	require.Equal(t, balance(4000), body(t, s.asRider(t, "GET", "/v1/wallet", nil), 200))
	problem(t, s.asRider(t, "POST", "/v1/wallet/topups", map[string]any{"amount": 5}, "Idempotency-Key", "one"), 409, "ledger_key_conflict")
	problem(t, s.asRider(t, "POST", "/v1/wallet/topups", map[string]any{"amount": 5}), 422, "idempotency_key_missing")
	for _, wrong := range []any{0, -5, 100001, 1.5, "5"} {
		problem(t, s.asRider(t, "POST", "/v1/wallet/topups", map[string]any{"amount": wrong}, "Idempotency-Key", "x"), 422, "request_invalid")
	}
	require.Equal(t, balance(4000), body(t, s.asRider(t, "GET", "/v1/wallet", nil), 200))
}

func TestThereIsNoTopUpInProduction(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Config.Development = false })
	problem(t, s.asRider(t, "POST", "/v1/wallet/topups", map[string]any{"amount": 5}, "Idempotency-Key", "x"), 404, "route_unknown")
}
