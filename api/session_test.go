package api_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api/password"
	"rodada/domain/rider"
)

const pass = "correct horse battery"

// register is an account with a password, as the fake books have it.
func (s *stage) register(t *testing.T, email string) (id string) {
	t.Helper()
	hash, err := password.New(1).Hash(t.Context(), pass)
	require.NoError(t, err)
	id = uuid.NewString()
	s.store.riders[id] = rider.Rider{ID: id, FirstName: "Ana", LastName: "Ruiz", Email: email, PasswordHash: hash, Language: "es", CreatedAt: noon}
	return id
}

func (s *stage) login(t *testing.T, door, email, password string) map[string]any {
	t.Helper()
	return body(t, s.do(t, "POST", door, "", map[string]any{"email": email, "password": password}), 201)
}

func TestLogInAndBeKnown(t *testing.T) {
	s := newStage(t)
	id := s.register(t, "New@example.com")
	session := s.login(t, "/v1/sessions", "new@example.com", pass)
	require.Equal(t, "2026-11-23T12:15:00Z", session["expires_at"])
	me := body(t, s.do(t, "GET", "/v1/me", session["access_token"].(string), nil), 200)
	require.Equal(t, id, me["id"])
	require.Equal(t, true, me["password"])
	require.Equal(t, map[string]any{"amount": 0., "currency": "EUR"}, me["balance"])
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

func TestSuspendedRidersComeInToLittle(t *testing.T) {
	s := newStage(t)
	id := s.register(t, "new@example.com")
	session := s.login(t, "/v1/sessions", "new@example.com", pass)
	r := s.store.riders[id]
	r.SuspendedAt = noon
	s.store.riders[id] = r
	s.login(t, "/v1/sessions", "new@example.com", pass)
	problem(t, s.do(t, "POST", "/v1/sessions", "", map[string]any{"email": "new@example.com", "password": "a wrong password"}), 401, "credentials_wrong")
	next := body(t, s.do(t, "POST", "/v1/sessions/refresh", "", map[string]any{"refresh_token": session["refresh_token"]}), 200)
	require.Equal(t, true, body(t, s.do(t, "GET", "/v1/me", next["access_token"].(string), nil), 200)["suspended"])
	problem(t, s.do(t, "GET", "/v1/rentals", next["access_token"].(string), nil), 403, "rider_suspended")
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
