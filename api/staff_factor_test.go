package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/api/onetime"
	"rodada/domain/staff"
)

const mePath = "/admin/v1/me"

// enrolled is a stage with a member of staff who has a second factor, its secret and its recovery codes.
func enrolled(t *testing.T, permissions []string, edits ...func(*api.Options)) (s *stage, bearer, secret string, recovery []any) {
	t.Helper()
	s, _ = newDepot(t, edits...)
	_, given := s.hire(t, "luis@example.org", permissions...)
	bearer = s.login(t, "/admin/v1/sessions", "luis@example.org", given)["access_token"].(string)
	bearer = body(t, s.do(t, "POST", mePath+"/password", bearer, map[string]any{"current_password": given, "password": pass}), 200)["access_token"].(string)

	problem(t, s.do(t, "POST", mePath+"/second-factor", bearer, map[string]any{"current_password": "not this one"}), 403, "password_wrong")
	problem(t, s.do(t, "POST", mePath+"/second-factor/confirm", bearer, map[string]any{"code": "000000"}), 409, "second_factor_none")
	begun := body(t, s.do(t, "POST", mePath+"/second-factor", bearer, map[string]any{"current_password": pass}), 200)
	secret = begun["secret"].(string)
	require.Contains(t, begun["uri"], "otpauth://totp/Rodada:luis@example.org?")
	require.Equal(t, false, body(t, s.do(t, "GET", mePath, bearer, nil), 200)["second_factor"], "not confirmed yet")
	problem(t, s.do(t, "POST", mePath+"/second-factor/confirm", bearer, map[string]any{"code": code6(t, secret, s.now.Add(time.Hour))}), 403, "second_factor_wrong")
	done := body(t, s.do(t, "POST", mePath+"/second-factor/confirm", bearer, map[string]any{"code": code6(t, secret, s.now)}), 200)
	problem(t, s.do(t, "GET", mePath, bearer, nil), 401, "token_invalid")
	bearer = done["session"].(map[string]any)["access_token"].(string)
	require.Equal(t, true, body(t, s.do(t, "GET", mePath, bearer, nil), 200)["second_factor"])
	recovery = done["recovery_codes"].([]any)
	require.Len(t, recovery, 10)
	for _, f := range s.store.factors {
		require.NotContains(t, f.secret, secret, "it is sealed")
	}
	require.NotContains(t, s.log.String(), secret)
	return s, bearer, secret, recovery
}

func code6(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := onetime.Code(secret, at)
	require.NoError(t, err)
	return code
}

func TestLoggingInWithASecondFactor(t *testing.T) {
	s, _, secret, recovery := enrolled(t, []string{"view"})
	try := func(password, code string) map[string]any {
		return map[string]any{"email": "luis@example.org", "password": password, "code": code}
	}
	const path = "/admin/v1/sessions"
	problem(t, s.do(t, "POST", path, "", try(pass, "")), 403, "second_factor_missing")
	problem(t, s.do(t, "POST", path, "", try("a wrong password", code6(t, secret, s.now))), 401, "credentials_wrong")
	problem(t, s.do(t, "POST", path, "", try(pass, code6(t, secret, s.now))), 403, "second_factor_wrong") // it confirmed
	s.now = noon.Add(time.Minute)
	body(t, s.do(t, "POST", path, "", try(pass, code6(t, secret, s.now))), 201)
	problem(t, s.do(t, "POST", path, "", try(pass, code6(t, secret, s.now))), 403, "second_factor_wrong")
	problem(t, s.do(t, "POST", path, "", try(pass, code6(t, secret, s.now.Add(-30*time.Second)))), 403, "second_factor_wrong")
	body(t, s.do(t, "POST", path, "", try(pass, recovery[0].(string))), 201)
	problem(t, s.do(t, "POST", path, "", try(pass, recovery[0].(string))), 403, "second_factor_wrong")
}

func TestASecondFactorIsTakenOffWithACode(t *testing.T) {
	s, bearer, secret, recovery := enrolled(t, []string{"view"})
	s.now = noon.Add(time.Minute)
	problem(t, s.do(t, "POST", mePath+"/second-factor", bearer, map[string]any{"current_password": pass}), 403, "second_factor_missing")
	problem(t, s.do(t, "POST", mePath+"/second-factor/disable", bearer, map[string]any{"current_password": pass, "code": "000000"}), 403, "second_factor_wrong")
	for range 6 { // a thief of the token, whose wrong codes count for nothing
		problem(t, s.do(t, "POST", mePath+"/second-factor/disable", bearer, map[string]any{"current_password": "a guess", "code": "000000"}), 403, "password_wrong")
	}
	require.Equal(t, 204, s.do(t, "POST", mePath+"/second-factor/disable", bearer, map[string]any{"current_password": pass, "code": code6(t, secret, s.now)}).Code)
	s.login(t, "/admin/v1/sessions", "luis@example.org", pass)
	require.NotEmpty(t, recovery)
}

// A member who has lost everything is helped by an admin, and is logged out everywhere.
func TestASecondFactorIsReset(t *testing.T) {
	s, bearer, _, _ := enrolled(t, []string{"view"})
	id := body(t, s.do(t, "GET", mePath, bearer, nil), 200)["id"].(string)
	reset := body(t, s.asStaff(t, "POST", staffPath+"/"+id+"/reset-second-factor", map[string]any{"reason": "Lost the phone."}), 200)
	require.Equal(t, false, reset["second_factor"])
	problem(t, s.do(t, "GET", mePath, bearer, nil), 401, "token_invalid")
	s.login(t, "/admin/v1/sessions", "luis@example.org", pass)
}

// What counts only with a second factor does not count without one, and counts with the next request once there is one.
func TestPermissionsThatNeedASecondFactor(t *testing.T) {
	guarded := func(o *api.Options) { o.Config.Staff.SecondFactor = []string{"operate", "admin"} }
	s := newStage(t, guarded)
	problem(t, s.asStaff(t, "GET", staffPath, nil), 403, "second_factor_required")
	body(t, s.asStaff(t, "GET", "/admin/v1/zones", nil), 200)
	require.Equal(t, []any{"operate", "admin"}, body(t, s.asStaff(t, "GET", mePath, nil), 200)["withheld"])
	block := map[string]any{"service": "blocked", "reason": "The brake squeaks."}
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/12AB/service", block), 403, "second_factor_required")
	s.hired(staff.View)
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/12AB/service", block), 403, "permission_missing")

	m := s.store.staff[support]
	m.Permissions, m.SecondFactor = []staff.Permission{staff.Operate}, true
	s.store.staff[support] = m
	body(t, s.asStaff(t, "POST", "/admin/v1/scooters/12AB/service", block), 200)
	require.NotContains(t, body(t, s.asStaff(t, "GET", mePath, nil), 200), "withheld")
}

func TestNoSecondFactorWithoutAKey(t *testing.T) {
	s := newStage(t)
	_, given := s.hire(t, "luis@example.org", "view")
	bearer := s.login(t, "/admin/v1/sessions", "luis@example.org", given)["access_token"].(string)
	own := body(t, s.do(t, "POST", mePath+"/password", bearer, map[string]any{"current_password": given, "password": pass}), 200)
	bearer = own["access_token"].(string)
	problem(t, s.do(t, "POST", mePath+"/second-factor", bearer, map[string]any{"current_password": pass}), 503, "second_factor_no_key")
}
