package api_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api/password"
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
	require.Equal(t, first, body(t, staffed("/suspend", who.id, why), 200))
	b.one(t, letter.Suspended, who.email)
	more := map[string]any{"reason": "And a third."}
	again := body(t, staffed("/suspend", who.id, more), 200)
	require.Equal(t, more["reason"], again["reason"])
	require.Equal(t, first["suspended_at"], again["suspended_at"])
	require.Empty(t, b.mail(t))
	for _, path := range []string{"/v1/me/logins", "/v1/passes", "/v1/rentals", "/v1/scooters?lat=40&lng=-3&radius=500"} {
		problem(t, b.do(t, "GET", path, who.access, nil), 403, "rider_suspended")
	}
	access := b.login(t, "/v1/sessions", who.email, pass)["access_token"].(string)
	for _, path := range []string{"/v1/me", "/v1/me/export", "/v1/wallet", "/v1/wallet/entries", "/v1/payments"} { // theirs all the same
		body(t, b.do(t, "GET", path, access, nil), 200)
	}
	problem(t, b.do(t, "POST", "/v1/wallet/debt/pay", access, map[string]any{}, "Idempotency-Key", "k"), 503, "payments_off")
	problem(t, b.do(t, "POST", "/v1/wallet/topups", access, map[string]any{"amount": 2000}, "Idempotency-Key", "k"), 403, "rider_suspended")
	problem(t, b.do(t, "POST", "/v1/rentals", who.access, map[string]any{"qr": code}, "Idempotency-Key", "k"), 403, "rider_suspended")
	problem(t, b.do(t, "DELETE", "/v1/me", who.access, map[string]any{"password": pass}), 403, "rider_suspended")
	problem(t, b.do(t, "GET", "/v1/rentals/current", who.access, nil), 404, "rental_unknown") // a ride that runs they may end
	problem(t, b.do(t, "POST", "/v1/rentals/"+uuid.NewString()+"/end", who.access, nil), 404, "rental_unknown")

	back := body(t, staffed("/reinstate", who.id, map[string]any{"reason": "It was somebody else."}), 200)
	require.Equal(t, map[string]any{"rider_id": who.id, "suspended": false}, without(back, "$schema"))
	b.one(t, letter.Reinstated, who.email)
	body(t, staffed("/reinstate", who.id, why), 200)
	require.Empty(t, b.mail(t))
	problem(t, b.do(t, "GET", "/v1/me", who.access, nil), 401, "token_invalid") // what was given before stays dead
	problem(t, b.post(t, "/v1/sessions/refresh", "", map[string]any{"refresh_token": who.refresh}), 401, "token_invalid")
	b.login(t, "/v1/sessions", who.email, pass)

	log, _, _, err := b.books.AuditLog(t.Context(), staff.AuditFilter{Subject: who.id}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 3, "what changed nothing is not in it")
	require.Equal(t, []string{"rider.reinstate", "rider.suspend", "rider.suspend"}, []string{log[0].Action, log[1].Action, log[2].Action})
	require.Equal(t, why["reason"], log[2].Reason)
	require.JSONEq(t, `{"suspended":false}`, string(log[2].Before))
	require.JSONEq(t, `{"suspended":true,"reason":"Two scooters left in the river."}`, string(log[1].Before))
	require.JSONEq(t, `{"suspended":true,"reason":"And a third."}`, string(log[1].After))
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

// Nobody loses money by leaving who has not said so, and the last mail says how much it was.
func TestDeletionWithMoneyLeft(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	leave := func(with map[string]any) *httptest.ResponseRecorder {
		with["password"] = pass
		return b.do(t, "DELETE", "/v1/me", who.access, with)
	}
	require.NoError(t, b.books.Book(t.Context(), wallet.Deposit("k", who.id, money.Of(1234, "EUR"))))
	for _, with := range []map[string]any{{}, {"forfeit": false}} {
		p := problem(t, leave(with), 409, "balance_left")
		require.Equal(t, map[string]any{"amount": 1234., "currency": "EUR"}, p["balance"])
	}
	problem(t, b.do(t, "DELETE", "/v1/me", who.access, map[string]any{"forfeit": true}), 403, "proof_needed")
	require.Empty(t, b.mail(t))
	require.ErrorIs(t, b.books.DeleteRider(t.Context(), who.id, money.Of(1233, "EUR"), letter.Envelope{}), rider.ErrLeft, "more came meanwhile")
	require.Equal(t, 204, leave(map[string]any{"forfeit": true}).Code)
	require.Regexp(t, `^12,34.€$`, b.one(t, letter.DeletedLeft, who.email).Amount)
	balance, err := b.books.Balance(t.Context(), wallet.Rider(who.id), "EUR")
	require.NoError(t, err)
	require.EqualValues(t, 1234, balance.Minor, "the books stay")
}

// Who takes a list, who comes in and who does not is in the audit log; what was typed that has no account, and what was looked for, is not.
func TestWhatStaffTakeAndHowTheyComeInIsWrittenDown(t *testing.T) {
	b := newBureau(t)
	member, bearer := uuid.NewString(), b.hire(t, staff.Admin)
	hash, err := password.New(1).Hash(t.Context(), pass)
	require.NoError(t, err)
	require.NoError(t, b.books.CreateStaff(t.Context(), staff.Member{
		ID: member, FirstName: "Luis", LastName: "Paz", Email: "luis@example.org", PasswordHash: hash, Permissions: []staff.Permission{staff.View},
	}))
	in := func(email, password string) *httptest.ResponseRecorder {
		return b.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": email, "password": password})
	}
	problem(t, in("luis@example.org", "a wrong password"), 401, "credentials_wrong")
	problem(t, in("nobody@example.org", pass), 401, "credentials_wrong")
	body(t, in(" LUIS@example.org", pass), 201)
	require.Equal(t, 200, b.do(t, "GET", "/admin/v1/riders.csv?q=griselda&state=active", bearer, nil).Code)
	require.Equal(t, 200, b.do(t, "GET", "/admin/v1/ledger.xlsx", bearer, nil).Code)
	problem(t, b.do(t, "GET", "/admin/v1/riders.csv?sort=password", bearer, nil), 422, "sort_unknown")

	said := func(prefix string) (all []string) {
		log, _, _, err := b.books.AuditLog(t.Context(), staff.AuditFilter{Action: prefix}, newestFirst)
		require.NoError(t, err)
		for _, e := range log {
			all = append(all, e.Action+" "+e.Email+" "+e.Subject+" "+string(e.After))
			require.NotEmpty(t, e.Address)
			require.NotEmpty(t, e.RequestID)
		}
		return all
	}
	require.Equal(t, []string{`staff.login luis@example.org luis@example.org {"second_factor": false}`}, said("staff.login"))
	require.Equal(t, []string{`staff.login-failed stranger luis@example.org {"code": "credentials_wrong"}`}, said("staff.login-failed"))
	exports := said("export.")
	require.Len(t, exports, 2)
	require.Contains(t, exports[0], `export.ledger `)
	require.Contains(t, exports[1], `{"rows": 0, "format": "csv", "filters": ["q", "state"]}`)
	require.NotContains(t, strings.Join(append(exports, said("staff.")...), ""), "griselda")
	require.NotContains(t, strings.Join(said("staff."), ""), "nobody@example.org")
}
