package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

func TestSuspensionHoldsAtOnce(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	staffed := func(path, id string, body any) *httptest.ResponseRecorder {
		return b.asStaff(t, "POST", "/admin/v1/riders/"+id+path, body)
	}
	why := map[string]any{"reason": "Two scooters left in the river."}
	problem(t, staffed("/suspend", who.id, map[string]any{"reason": "x"}), 422, "request_invalid")
	problem(t, staffed("/suspend", uuid.NewString(), why), 404, "rider_unknown")
	body(t, b.do(t, "GET", "/v1/me", who.access, nil), 200)

	first := body(t, staffed("/suspend", who.id, why), 200)
	require.Equal(t, true, first["suspended"])
	require.Equal(t, why["reason"], first["reason"])
	again := body(t, staffed("/suspend", who.id, map[string]any{"reason": "Another one."}), 200)
	require.Equal(t, first, again)
	for _, path := range []string{"/v1/me", "/v1/me/export", "/v1/wallet", "/v1/rentals", "/v1/scooters?lat=40&lng=-3&radius=500"} {
		problem(t, b.do(t, "GET", path, who.access, nil), 403, "rider_suspended")
	}
	problem(t, b.do(t, "POST", "/v1/rentals", who.access, map[string]any{"qr": code}, "Idempotency-Key", "k"), 403, "rider_suspended")
	problem(t, b.do(t, "DELETE", "/v1/me", who.access, map[string]any{"password": pass}), 403, "rider_suspended")
	problem(t, b.do(t, "GET", "/v1/rentals/current", who.access, nil), 404, "rental_unknown") // a ride that runs they may end
	problem(t, b.do(t, "POST", "/v1/rentals/"+uuid.NewString()+"/end", who.access, nil), 404, "rental_unknown")
	problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": who.email, "password": pass}), 403, "rider_suspended")

	back := body(t, staffed("/reinstate", who.id, map[string]any{"reason": "It was somebody else."}), 200)
	require.Equal(t, map[string]any{"rider_id": who.id, "suspended": false}, without(back, "$schema"))
	body(t, staffed("/reinstate", who.id, why), 200)
	body(t, b.do(t, "GET", "/v1/me", who.access, nil), 200)

	log, _, _, err := b.books.AuditLog(t.Context(), staff.AuditFilter{Subject: who.id}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 2, "what changed nothing is not in it")
	require.Equal(t, []string{"rider.reinstate", "rider.suspend"}, []string{log[0].Action, log[1].Action})
	require.Equal(t, why["reason"], log[1].Reason)
	require.JSONEq(t, `{"suspended":true}`, string(log[1].After))
}

func TestSuspensionNeedsThePermission(t *testing.T) {
	s := newStage(t)
	s.hired(staff.View, staff.Operate, staff.Money)
	for _, path := range []string{"/suspend", "/reinstate"} {
		problem(t, s.asStaff(t, "POST", "/admin/v1/riders/"+ana+path, map[string]any{"reason": "None at all."}), 403, "permission_missing")
	}
}

func TestExport(t *testing.T) {
	b := newBureau(t)
	who, eva := b.citizen(t, "ana@example.com"), b.citizen(t, "eva@example.com")
	const payments = 502 // more than one page
	for i := range payments {
		require.NoError(t, b.books.Book(t.Context(), wallet.Deposit(uuid.NewString(), who.id, money.Of(int64(i+1), "EUR"))))
	}
	require.NoError(t, b.books.Book(t.Context(), wallet.Deposit(uuid.NewString(), eva.id, money.Of(77, "EUR"))))
	res := b.do(t, "GET", "/v1/me/export", who.access, nil)
	require.Contains(t, res.Header().Get("Content-Disposition"), "attachment")
	var all struct {
		Account struct{ Email, Phone string }
		Rentals []any
		Wallet  []struct{ Amount struct{ Amount int64 } }
		Logins  []any
	}
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &all))
	require.Equal(t, "ana@example.com", all.Account.Email)
	require.Equal(t, "+34600000000", all.Account.Phone)
	require.NotNil(t, all.Rentals)
	require.Len(t, all.Logins, 1)
	require.Len(t, all.Wallet, payments)
	sum := int64(0)
	for _, m := range all.Wallet {
		sum += m.Amount.Amount
	}
	require.Equal(t, int64(payments*(payments+1)/2), sum)
	require.NotContains(t, res.Body.String(), "argon2id")
	require.NotContains(t, res.Body.String(), eva.email)
}

func TestDeletion(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	gone := func(password string) *httptest.ResponseRecorder {
		return b.do(t, "DELETE", "/v1/me", who.access, map[string]any{"password": password})
	}
	problem(t, gone("a wrong password"), 403, "password_wrong")
	debt := wallet.Deposit("k", who.id, money.Of(-100, "EUR"))
	require.NoError(t, b.books.Book(t.Context(), debt))
	problem(t, gone(pass), 402, "wallet_in_debt")
	require.NoError(t, b.books.Book(t.Context(), wallet.Deposit("l", who.id, money.Of(100, "EUR"))))
	pending := body(t, b.post(t, "/v1/passwords/reset", "", map[string]any{"email": who.email}), 202)["id"]
	resetCode := b.one(t, letter.Reset, who.email).Code

	require.Equal(t, 204, gone(pass).Code)
	b.one(t, letter.Deleted, who.email)
	problem(t, b.do(t, "GET", "/v1/me", who.access, nil), 401, "token_invalid")
	problem(t, b.post(t, "/v1/sessions/refresh", "", map[string]any{"refresh_token": who.refresh}), 401, "token_invalid")
	problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": who.email, "password": pass}), 401, "credentials_wrong")
	problem(t, b.post(t, "/v1/sessions", "", map[string]any{"email": "", "password": ""}), 401, "credentials_wrong")
	problem(t, b.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": pending, "code": resetCode, "password": pass}), 422, "code_wrong")
	problem(t, b.asStaff(t, "POST", "/admin/v1/riders/"+who.id+"/suspend", map[string]any{"reason": "Too late."}), 404, "rider_unknown")
	balance, err := b.books.Balance(t.Context(), wallet.Rider(who.id), "EUR")
	require.NoError(t, err, "the books stay")
	require.Zero(t, balance.Minor)
	again := b.citizen(t, who.email) // the address is free
	require.NotEqual(t, who.id, again.id)
	_, err = b.books.RiderByID(t.Context(), who.id)
	require.ErrorIs(t, err, rider.ErrToken)
	_, has, err := b.books.OpenRentalOf(t.Context(), who.id)
	require.NoError(t, err)
	require.False(t, has)
	require.NotErrorIs(t, err, rental.ErrUnknown)
}
