package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

const staffPath = "/admin/v1/staff"

// hire makes an account and answers its ID and the password it was given.
func (s *stage) hire(t *testing.T, email string, permissions ...string) (id, given string) {
	t.Helper()
	made := body(t, s.asStaff(t, "POST", staffPath, map[string]any{
		"first_name": "Luis", "last_name": "Paz", "email": email, "permissions": permissions, "reason": "New in the workshop.",
	}), 201)
	return made["id"].(string), made["password"].(string)
}

func TestANewMemberSetsAPasswordFirst(t *testing.T) {
	s := newStage(t)
	id, given := s.hire(t, "luis@example.org", "operate", "operate", "view")
	require.Equal(t, []staff.Permission{"operate", "view"}, s.store.staff[id].Permissions)
	require.NotContains(t, s.log.String(), given)

	session := s.login(t, "/admin/v1/sessions", "luis@example.org", given)
	bearer := session["access_token"].(string)
	problem(t, s.do(t, "GET", "/admin/v1/zones", bearer, nil), 403, "password_temporary")
	me := body(t, s.do(t, "GET", "/admin/v1/me", bearer, nil), 200)
	require.Equal(t, "2026-11-26T12:00:00Z", me["password_expires_at"])
	for _, path := range []string{"/admin/v1/me/second-factor", "/admin/v1/me/second-factor/confirm"} {
		problem(t, s.do(t, "POST", path, bearer, map[string]any{"current_password": given, "code": "123456"}), 403, "password_temporary")
	}
	require.NotContains(t, me, "password")

	set := func(current, next string) map[string]any {
		return map[string]any{"current_password": current, "password": next}
	}
	const path = "/admin/v1/me/password"
	problem(t, s.do(t, "POST", path, bearer, set("not this", pass)), 403, "password_wrong")
	problem(t, s.do(t, "POST", path, bearer, set(given, given)), 422, "password_same")
	problem(t, s.do(t, "POST", path, bearer, set(given, "short")), 422, "request_invalid")
	next := body(t, s.do(t, "POST", path, bearer, set(given, pass)), 200)
	body(t, s.do(t, "GET", "/admin/v1/zones", next["access_token"].(string), nil), 200)
	problem(t, s.do(t, "POST", "/admin/v1/sessions/refresh", "", map[string]any{"refresh_token": session["refresh_token"]}), 401, "token_invalid")
	body(t, s.do(t, "POST", "/admin/v1/sessions/refresh", "", map[string]any{"refresh_token": next["refresh_token"]}), 200)
	problem(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": given}), 401, "credentials_wrong")
	s.login(t, "/admin/v1/sessions", "luis@example.org", pass)
}

func TestAGivenPasswordEnds(t *testing.T) {
	s := newStage(t)
	id, given := s.hire(t, "luis@example.org", "view")
	s.now = noon.Add(72 * time.Hour)
	problem(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": given}), 403, "password_expired")
	problem(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": "a wrong password"}), 401, "credentials_wrong")
	again := body(t, s.asStaff(t, "POST", staffPath+"/"+id+"/reset-password", map[string]any{"reason": "Came back late."}), 200)
	require.NotEqual(t, given, again["password"])
	s.login(t, "/admin/v1/sessions", "luis@example.org", again["password"].(string))
}

// Who is suspended is so at once, with whatever token.
func TestSuspendedStaffStayOutside(t *testing.T) {
	s := newStage(t)
	id, given := s.hire(t, "luis@example.org", "admin")
	session := s.login(t, "/admin/v1/sessions", "luis@example.org", given)
	bearer := session["access_token"].(string)
	reason := map[string]any{"reason": "Lost the phone."}
	gone := body(t, s.asStaff(t, "POST", staffPath+"/"+id+"/suspend", reason), 200)
	require.Equal(t, "Lost the phone.", gone["suspended_reason"])
	for _, path := range []string{"/admin/v1/me", "/admin/v1/zones", staffPath} {
		problem(t, s.do(t, "GET", path, bearer, nil), 403, "staff_suspended")
	}
	problem(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": given}), 403, "staff_suspended")
	problem(t, s.do(t, "POST", "/admin/v1/sessions/refresh", "", map[string]any{"refresh_token": session["refresh_token"]}), 401, "token_invalid")
	require.Equal(t, []any{"luis@example.org"}, emails(body(t, s.asStaff(t, "GET", staffPath+"?suspended=true", nil), 200)))

	back := body(t, s.asStaff(t, "POST", staffPath+"/"+id+"/reinstate", reason), 200)
	require.NotContains(t, back, "suspended_at")
	s.login(t, "/admin/v1/sessions", "luis@example.org", given)
	var actions []string
	for _, d := range s.store.deeds {
		actions = append(actions, d.Action)
		require.Equal(t, "luis@example.org", d.Subject)
	}
	require.Equal(t, []string{"staff.create", "staff.login", "staff.suspend", "staff.login-failed", "staff.reinstate", "staff.login"}, actions)
}

func emails(list map[string]any) (found []any) {
	for _, m := range list["staff"].([]any) {
		found = append(found, m.(map[string]any)["email"])
	}
	return found
}

func TestStaffAreListedAndChanged(t *testing.T) {
	s := newStage(t)
	id, _ := s.hire(t, "luis@example.org", "view")
	s.hire(t, "ana@example.org", "money")
	page := body(t, s.asStaff(t, "GET", staffPath+"?sort=email&limit=2", nil), 200)
	require.Equal(t, []any{"ana@example.org", "luis@example.org"}, emails(page))
	require.EqualValues(t, 3, page["total"])
	rest := body(t, s.asStaff(t, "GET", staffPath+"?sort=email&limit=2&cursor="+page["next"].(string), nil), 200)
	require.Equal(t, []any{"support@example.com"}, emails(rest))
	require.Equal(t, []any{"ana@example.org"}, emails(body(t, s.asStaff(t, "GET", staffPath+"?permission=money", nil), 200)))
	problem(t, s.asStaff(t, "GET", staffPath+"?sort=password", nil), 422, "sort_unknown")
	problem(t, s.asStaff(t, "GET", staffPath+"?permission=root", nil), 422, "request_invalid")

	changed := body(t, s.asStaff(t, "PATCH", staffPath+"/"+id, map[string]any{"permissions": []string{"money"}, "reason": "Moved to the office."}), 200)
	require.Equal(t, []any{"money"}, changed["permissions"])
	require.Equal(t, "Luis", changed["first_name"])
	require.Equal(t, changed, body(t, s.asStaff(t, "GET", staffPath+"/"+id, nil), 200))
	problem(t, s.asStaff(t, "PATCH", staffPath+"/"+id, map[string]any{"permissions": []string{"root"}, "reason": "For fun."}), 422, "permission_unknown")
	said := problem(t, s.do(t, "PATCH", staffPath+"/"+id, s.token(t, support, rider.ForStaff), map[string]any{"permissions": []string{"root"}, "reason": "For fun."}, "Accept-Language", "es"), 422, "permission_unknown")
	require.Equal(t, "No existe el permiso «root».", said["detail"])
	problem(t, s.asStaff(t, "PATCH", staffPath+"/"+id, map[string]any{"first_name": "Eva"}), 422, "request_invalid")
	problem(t, s.asStaff(t, "GET", staffPath+"/"+uuid.NewString(), nil), 404, "staff_unknown")
	problem(t, s.asStaff(t, "POST", staffPath, map[string]any{
		"first_name": "Luis", "last_name": "Paz", "email": "LUIS@example.org", "permissions": []string{}, "reason": "Twice.",
	}), 409, "email_taken")
}

// Only admins come near the accounts, and no answer has what a password is made of.
func TestAccountsOfStaffAreForAdmins(t *testing.T) {
	s := newStage(t)
	id, _ := s.hire(t, "luis@example.org", "view")
	require.NotContains(t, s.asStaff(t, "GET", staffPath, nil).Body.String(), "argon2")
	s.hired(staff.View, staff.Operate, staff.Pricing, staff.Money, staff.People, staff.Firmware, staff.DangerousCommands)
	for _, op := range operations(t) {
		if strings.HasPrefix(op.path, staffPath) {
			path := strings.ReplaceAll(op.path, "{id}", id)
			p := problem(t, s.asStaff(t, strings.ToUpper(op.method), path, map[string]any{"reason": "Let me."}), 403, "permission_missing")
			require.Equal(t, "admin", p["permission"], op.id)
			problem(t, s.do(t, strings.ToUpper(op.method), path, s.token(t, ana, rider.ForRiders), "{}"), 401, "token_invalid")
		}
	}
}
