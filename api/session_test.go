package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api/password"
	"rodada/domain/rider"
)

const pass = "correct horse battery"

// register opens an account over the API and returns what it was given.
func (s *stage) register(t *testing.T, email string) map[string]any {
	t.Helper()
	return body(t, s.do(t, "POST", "/v1/riders", "", map[string]any{
		"first_name": "Ana", "last_name": "Ruiz", "email": email, "password": pass, "phone": "+34600000000",
	}, "Accept-Language", "es-ES"), 201)
}

func (s *stage) login(t *testing.T, door, email, password string) map[string]any {
	t.Helper()
	return body(t, s.do(t, "POST", door, "", map[string]any{"email": email, "password": password}), 201)
}

func TestRegisterLogInAndBeKnown(t *testing.T) {
	s := newStage(t)
	r := s.register(t, "New@example.com")
	require.Equal(t, "es", r["language"])
	require.NotContains(t, r, "password")
	require.True(t, strings.HasPrefix(s.store.riders[r["id"].(string)].PasswordHash, "$argon2id$"))

	session := s.login(t, "/v1/sessions", "new@example.com", pass)
	require.Equal(t, "2026-11-23T12:15:00Z", session["expires_at"])
	me := body(t, s.do(t, "GET", "/v1/me", session["access_token"].(string), nil), 200)
	require.Equal(t, r["id"], me["id"])
	require.Equal(t, map[string]any{"amount": 0., "currency": "EUR"}, me["balance"])
}

func TestRegisterRefuses(t *testing.T) {
	s := newStage(t)
	good := func(edit func(map[string]any)) map[string]any {
		b := map[string]any{"first_name": "Ana", "last_name": "Ruiz", "email": "new@example.com", "password": pass}
		edit(b)
		return b
	}
	for name, c := range map[string]struct {
		body   map[string]any
		status int
		code   string
	}{
		"taken":          {good(func(b map[string]any) { b["email"] = "ANA@example.com" }), 409, "email_taken"},
		"no address":     {good(func(b map[string]any) { b["email"] = "Ana <ana@example.com>" }), 422, "email_invalid"},
		"short password": {good(func(b map[string]any) { b["password"] = "ninechars" }), 422, "request_invalid"},
		"endless":        {good(func(b map[string]any) { b["password"] = strings.Repeat("x", 201) }), 422, "request_invalid"},
		"no name":        {good(func(b map[string]any) { b["first_name"] = "" }), 422, "request_invalid"},
		"bad phone":      {good(func(b map[string]any) { b["phone"] = "600 000 000" }), 422, "request_invalid"},
		"language":       {good(func(b map[string]any) { b["language"] = "de" }), 422, "request_invalid"},
		"unknown member": {good(func(b map[string]any) { b["balance"] = 1000 }), 422, "request_invalid"},
	} {
		t.Run(name, func(t *testing.T) { problem(t, s.do(t, "POST", "/v1/riders", "", c.body), c.status, c.code) })
	}
	require.Len(t, s.store.riders, 2)
}

func TestLoginSaysTheSameWhateverIsWrong(t *testing.T) {
	s := newStage(t)
	s.register(t, "new@example.com")
	var said []any
	for _, c := range [][2]string{{"new@example.com", "a wrong password"}, {"nobody@example.com", pass}, {"nobody@example.com", ""}, {"support@example.com", pass}} {
		p := problem(t, s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": c[0], "password": c[1]}), 401, "credentials_wrong")
		delete(p, "request_id")
		said = append(said, p)
	}
	for _, p := range said {
		require.Equal(t, said[0], p)
	}
}

func TestSuspendedRidersStayOutside(t *testing.T) {
	s := newStage(t)
	id := s.register(t, "new@example.com")["id"].(string)
	session := s.login(t, "/v1/sessions", "new@example.com", pass)
	r := s.store.riders[id]
	r.SuspendedAt = noon
	s.store.riders[id] = r
	problem(t, s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": "new@example.com", "password": pass}), 403, "rider_suspended")
	problem(t, s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": "new@example.com", "password": "a wrong password"}), 401, "credentials_wrong")
	problem(t, s.do(t, "POST", "/v1/sessions/refresh", "", map[string]any{"refresh_token": session["refresh_token"]}), 403, "rider_suspended")
}

func TestRefreshTokensRotate(t *testing.T) {
	s := newStage(t)
	s.register(t, "new@example.com")
	session := s.login(t, "/v1/sessions", "new@example.com", pass)
	refresh := func(shown any) map[string]any { return map[string]any{"refresh_token": shown} }

	next := body(t, s.do(t, "POST", "/v1/sessions/refresh", "", refresh(session["refresh_token"])), 200)
	require.NotEqual(t, session["refresh_token"], next["refresh_token"])
	body(t, s.do(t, "GET", "/v1/me", next["access_token"].(string), nil), 200)

	// Used twice: the thief or the victim, so nobody goes on.
	problem(t, s.do(t, "POST", "/v1/sessions/refresh", "", refresh(session["refresh_token"])), 401, "token_invalid")
	problem(t, s.do(t, "POST", "/v1/sessions/refresh", "", refresh(next["refresh_token"])), 401, "token_invalid")
}

func TestRefreshTokensExpireAndCanBeGivenBack(t *testing.T) {
	s := newStage(t)
	s.register(t, "new@example.com")
	first := map[string]any{"refresh_token": s.login(t, "/v1/sessions", "new@example.com", pass)["refresh_token"]}
	second := map[string]any{"refresh_token": s.login(t, "/v1/sessions", "new@example.com", pass)["refresh_token"]}
	require.Equal(t, 204, s.do(t, "DELETE", "/v1/sessions", "", first).Code)
	require.Equal(t, 204, s.do(t, "DELETE", "/v1/sessions", "", first).Code)
	problem(t, s.do(t, "POST", "/v1/sessions/refresh", "", first), 401, "token_invalid")
	s.now = noon.Add(721 * time.Hour)
	problem(t, s.do(t, "POST", "/v1/sessions/refresh", "", second), 401, "token_invalid")
	problem(t, s.do(t, "DELETE", "/v1/sessions", "", map[string]any{"refresh_token": "rider_none"}), 401, "token_invalid")
}

func TestStaffHaveADoorOfTheirOwn(t *testing.T) {
	s := newStage(t)
	hash, err := password.New(1).Hash(t.Context(), pass)
	require.NoError(t, err)
	m := s.store.staff[support]
	m.PasswordHash = hash
	s.store.staff[support] = m
	session := s.login(t, "/admin/v1/sessions", m.Email, pass)
	body(t, s.do(t, "GET", "/admin/v1/alerts", session["access_token"].(string), nil), 200)

	given := map[string]any{"refresh_token": session["refresh_token"]}
	problem(t, s.do(t, "POST", "/v1/sessions/refresh", "", given), 401, "token_invalid")
	body(t, s.do(t, "POST", "/admin/v1/sessions/refresh", "", given), 200)
	for _, open := range s.store.sessions {
		require.Equal(t, rider.ForStaff, open.Audience)
		require.NotContains(t, string(open.Hash), session["refresh_token"])
	}
	s.register(t, "new@example.com")
	problem(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "new@example.com", "password": pass}), 401, "credentials_wrong")
}
