package api_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/domain/rider"
)

// dangers are the requests that would give an account to whoever makes them, or take it away.
func (l *lobby) dangers(t *testing.T, bearer string) map[string]func() *httptest.ResponseRecorder {
	t.Helper()
	return map[string]func() *httptest.ResponseRecorder{
		"email": func() *httptest.ResponseRecorder {
			return l.post(t, "/v1/me/email", bearer, map[string]any{"email": "thief@example.com"})
		},
		"link": func() *httptest.ResponseRecorder {
			return l.post(t, "/v1/me/logins", bearer, l.brings(t, "corp", person("9", "thief@example.com", true)))
		},
		"unlink": func() *httptest.ResponseRecorder { return l.do(t, "DELETE", "/v1/me/logins/x", bearer, nil) },
		"delete": func() *httptest.ResponseRecorder { return l.do(t, "DELETE", "/v1/me", bearer, nil) },
	}
}

// A token alone neither changes nor ends an account that has no password: its holder shows who they are first.
func TestAStolenTokenIsNotEnough(t *testing.T) {
	l := newLobby(t)
	who := person("1", "ana@example.com", true)
	account, stolen := l.visit(t, "acme", who)
	l.now = noon.Add(rider.ProofLife)
	for name, danger := range l.dangers(t, stolen) {
		p := problem(t, danger(), 403, "proof_needed")
		require.Equal(t, []any{"code", "login"}, p["ways"], name)
	}
	problem(t, l.do(t, "PUT", "/v1/me/password", stolen, map[string]any{"old": "", "new": "a password of the thief"}), 403, "password_wrong")
	require.Empty(t, l.mail(t))

	// The owner logs in once more, which helps that session alone.
	_, own := l.visit(t, "acme", who)
	problem(t, l.do(t, "DELETE", "/v1/me", stolen, nil), 403, "proof_needed")
	body(t, l.post(t, "/v1/me/email", own, map[string]any{"email": "new@example.com"}), 202)
	l.one(t, letter.ChangeEmail, "new@example.com")
	l.now = l.now.Add(rider.ProofLife)
	problem(t, l.do(t, "DELETE", "/v1/me", own, nil), 403, "proof_needed")
	_, own = l.visit(t, "acme", who)
	require.Equal(t, 204, l.do(t, "DELETE", "/v1/me", own, nil).Code)
	_, err := l.books.RiderByID(t.Context(), account["id"].(string))
	require.ErrorIs(t, err, rider.ErrToken)
}

func TestACodeShowsWhoItIs(t *testing.T) {
	l := newLobby(t)
	_, access := l.visit(t, "x", person("1", "", false))
	_, other := l.visit(t, "acme", person("2", "ana@example.com", true))
	_, again := l.visit(t, "acme", person("2", "ana@example.com", true))
	l.now = noon.Add(rider.ProofLife)
	require.Equal(t, []any{"login"}, problem(t, l.post(t, "/v1/me/proof", access, nil), 403, "proof_needed")["ways"], "without an address there is no code")

	asked := body(t, l.post(t, "/v1/me/proof", other, nil), 202)
	given := l.one(t, letter.ProveSelf, "ana@example.com")
	typed := map[string]any{"id": asked["id"], "code": given.Code}
	problem(t, l.post(t, "/v1/me/proof/verify", other, map[string]any{"id": asked["id"], "code": "AAAAA-AAAAA"}), 422, "code_wrong")
	problem(t, l.post(t, "/v1/me/proof/verify", access, typed), 422, "code_wrong")
	problem(t, l.do(t, "PUT", "/v1/passwords/reset", "", map[string]any{"id": asked["id"], "code": given.Code, "password": pass}), 422, "code_wrong")
	require.Equal(t, 204, l.post(t, "/v1/me/proof/verify", other, typed).Code)
	problem(t, l.post(t, "/v1/me/proof/verify", other, typed), 422, "code_wrong")
	problem(t, l.do(t, "DELETE", "/v1/me", again, nil), 403, "proof_needed")

	body(t, l.post(t, "/v1/me/email", other, map[string]any{"email": "new@example.com"}), 202)
	l.now = l.now.Add(rider.ProofLife)
	problem(t, l.post(t, "/v1/me/email", other, map[string]any{"email": "new@example.com"}), 403, "proof_needed")
}

// A code stands in for a forgotten password; that somebody has just logged in does not.
func TestAPasswordOrACode(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	leave := func(with any) *httptest.ResponseRecorder { return b.do(t, "DELETE", "/v1/me", who.access, with) }
	require.Equal(t, []any{"password", "code"}, problem(t, leave(nil), 403, "proof_needed")["ways"])
	require.Equal(t, []any{"password", "code"}, problem(t, b.post(t, "/v1/me/email", who.access, map[string]any{"email": "new@example.com"}), 403, "proof_needed")["ways"])
	problem(t, b.do(t, "DELETE", "/v1/me", b.token(t, who.id, rider.ForRiders), nil), 403, "proof_needed")
	asked := body(t, b.post(t, "/v1/me/proof", who.access, nil), 202)
	require.Equal(t, 204, b.post(t, "/v1/me/proof/verify", who.access, map[string]any{"id": asked["id"], "code": b.one(t, letter.ProveSelf, who.email).Code}).Code)
	problem(t, leave(map[string]any{"password": "a wrong password"}), 403, "password_wrong")
	require.Equal(t, 204, leave(nil).Code)
}

func TestWhatASessionHasShown(t *testing.T) {
	b := newBureau(t)
	who := b.citizen(t, "ana@example.com")
	sessions, err := b.books.OpenSessions(t.Context(), who.id)
	require.NoError(t, err)
	own := sessions[0].ID
	for name, c := range map[string]struct {
		rider, session string
		since          time.Time
		want           rider.Shown
	}{
		"own":             {who.id, own, noon.Add(-time.Second), rider.Shown{LoggedIn: true}},
		"long ago":        {who.id, own, noon, rider.Shown{}},
		"another rider's": {uuid.NewString(), own, noon.Add(-time.Second), rider.Shown{}},
		"no session":      {who.id, "", noon.Add(-time.Second), rider.Shown{}},
		"another session": {who.id, uuid.NewString(), noon.Add(-time.Second), rider.Shown{}},
	} {
		shown, err := b.books.Shown(t.Context(), c.rider, c.session, c.since)
		require.NoError(t, err, name)
		require.Equal(t, c.want, shown, name)
	}
	require.NoError(t, b.books.EndSession(t.Context(), who.id, own))
	shown, err := b.books.Shown(t.Context(), who.id, own, noon.Add(-time.Second))
	require.NoError(t, err)
	require.Zero(t, shown)
}
