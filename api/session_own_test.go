package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/api/password"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

func (b *bureau) sessionsOf(t *testing.T, path, bearer string) (list []map[string]any) {
	t.Helper()
	for _, s := range body(t, b.do(t, "GET", path, bearer, nil), 200)["sessions"].([]any) {
		list = append(list, s.(map[string]any))
	}
	return list
}

func TestOwnSessions(t *testing.T) {
	b := newBureau(t)
	who, other := b.citizen(t, "ana@example.com"), b.citizen(t, "eva@example.com")
	in := func(agent string) string {
		t.Helper()
		res := b.do(t, "POST", "/v1/sessions", "", map[string]any{"email": who.email, "password": pass}, "User-Agent", agent)
		return body(t, res, 201)["access_token"].(string)
	}
	phone, tablet := in("Rodada/1.2 (ñ)\t\xff"), in("")
	mine := b.sessionsOf(t, "/v1/me/sessions", phone)
	require.Len(t, mine, 3)
	byAgent := map[any]map[string]any{}
	for _, s := range mine {
		require.Equal(t, "192.0.2.1", s["address"])
		byAgent[s["user_agent"]] = s
	}
	own := byAgent["Rodada/1.2 (ñ)"]
	require.Equal(t, true, own["current"])
	require.Equal(t, false, byAgent[nil]["current"])

	id := own["id"].(string)
	problem(t, b.do(t, "DELETE", "/v1/me/sessions/"+id, other.access, nil), 404, "session_unknown")
	problem(t, b.do(t, "DELETE", "/v1/me/sessions/"+uuid.NewString(), phone, nil), 404, "session_unknown")
	require.Equal(t, 204, b.do(t, "DELETE", "/v1/me/sessions/"+id, tablet, nil).Code)
	problem(t, b.do(t, "GET", "/v1/me", phone, nil), 401, "token_invalid")
	problem(t, b.do(t, "DELETE", "/v1/me/sessions/"+id, tablet, nil), 404, "session_unknown")

	require.Equal(t, 204, b.do(t, "DELETE", "/v1/me/sessions", tablet, nil).Code)
	require.Len(t, b.sessionsOf(t, "/v1/me/sessions", tablet), 1)
	problem(t, b.do(t, "GET", "/v1/me", who.access, nil), 401, "token_invalid")
	problem(t, b.post(t, "/v1/sessions/refresh", "", map[string]any{"refresh_token": who.refresh}), 401, "token_invalid")
	body(t, b.do(t, "GET", "/v1/me", other.access, nil), 200)

	people, reason := b.hire(t, staff.People), map[string]any{"reason": "A stolen phone."}
	path := "/admin/v1/riders/" + who.id + "/sessions/end"
	problem(t, b.do(t, "POST", path, b.hire(t, staff.Money), reason), 403, "permission_missing")
	require.EqualValues(t, 1, body(t, b.do(t, "POST", path, people, reason), 200)["ended"])
	problem(t, b.do(t, "GET", "/v1/me", tablet, nil), 401, "token_invalid")
	require.EqualValues(t, 0, body(t, b.do(t, "POST", path, people, reason), 200)["ended"])
	problem(t, b.do(t, "POST", "/admin/v1/riders/"+uuid.NewString()+"/sessions/end", people, reason), 404, "rider_unknown")
	log, _, _, err := b.books.AuditLog(t.Context(), staff.AuditFilter{Action: "rider.end-sessions", Subject: who.id}, newestFirst)
	require.NoError(t, err)
	require.Len(t, log, 2)
	require.Equal(t, "A stolen phone.", log[0].Reason)
}

func TestOwnSessionsOfStaff(t *testing.T) {
	b := newBureau(t)
	hash, err := password.New(2).Hash(t.Context(), pass)
	require.NoError(t, err)
	require.NoError(t, b.books.CreateStaff(t.Context(), staff.Member{
		ID: uuid.NewString(), FirstName: "Luis", LastName: "Gil", Email: "luis@example.com", PasswordHash: hash,
	}))
	in := func() string {
		t.Helper()
		return b.login(t, "/admin/v1/sessions", "luis@example.com", pass)["access_token"].(string)
	}
	one, two, three := in(), in(), in()
	mine := b.sessionsOf(t, "/admin/v1/me/sessions", two)
	require.Len(t, mine, 3)
	var second string
	for _, s := range mine {
		if s["current"] == true {
			second = s["id"].(string)
		}
	}
	require.Equal(t, 204, b.do(t, "DELETE", "/admin/v1/me/sessions/"+second, one, nil).Code)
	problem(t, b.do(t, "GET", "/admin/v1/me", two, nil), 401, "token_invalid")
	require.Equal(t, 204, b.do(t, "DELETE", "/admin/v1/me/sessions", one, nil).Code)
	problem(t, b.do(t, "GET", "/admin/v1/me", three, nil), 401, "token_invalid")
	body(t, b.do(t, "GET", "/admin/v1/me", one, nil), 200)
	problem(t, b.do(t, "GET", "/admin/v1/me/sessions", b.token(t, ana, rider.ForRiders), nil), 401, "token_invalid")
}
