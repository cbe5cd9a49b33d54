package api_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
)

// Wrong codes of a second factor are wrong attempts like wrong passwords; that a code is asked for is none.
func TestWrongCodesAreCountedToo(t *testing.T) {
	s, _, secret, _ := enrolled(t, []string{"view"}, counted(t))
	in := func(code string) *httptest.ResponseRecorder {
		return s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": pass, "code": code}, "X-Forwarded-For", "203.0.113.1")
	}
	for range 9 {
		problem(t, in(""), 403, "second_factor_missing")
	}
	for range 3 {
		problem(t, in("000000"), 403, "second_factor_wrong")
	}
	problem(t, in("000000"), 429, "login_wait")
	s.now = noon.Add(time.Minute)
	problem(t, in(code6(t, secret, s.now)), 429, "login_wait")
	body(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": pass, "code": code6(t, secret, s.now)}), 201)
}

// A member of staff who is locked out from everywhere is helped by an admin.
func TestANewPasswordOfStaffEndsTheWait(t *testing.T) {
	s, _ := newDepot(t, counted(t))
	id, _ := s.hire(t, "luis@example.org", "view")
	for _, address := range []string{"1", "2", "3", "4", "5"} {
		for range 3 {
			s.guess(t, "/admin/v1/sessions", "luis@example.org", "203.0.113."+address)
		}
	}
	problem(t, s.guess(t, "/admin/v1/sessions", "luis@example.org", "198.51.100.1"), 429, "login_wait")
	given := body(t, s.asStaff(t, "POST", staffPath+"/"+id+"/reset-password", map[string]any{"reason": "Locked out."}), 200)["password"]
	for _, address := range []string{"198.51.100.1", "203.0.113.1"} {
		body(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": given}, "X-Forwarded-For", address), 201)
	}
}

// The same email is another account as a rider's than as staff's.
func TestStaffAndRidersAreCountedApart(t *testing.T) {
	s, _ := newDepot(t, counted(t))
	s.hire(t, "new@example.com", "view")
	s.register(t, "new@example.com")
	for range 4 {
		s.guess(t, "/admin/v1/sessions", "new@example.com", "203.0.113.1")
	}
	problem(t, s.guess(t, "/v1/sessions", "new@example.com", "203.0.113.1"), 401, "credentials_wrong")
	require.NotContains(t, s.log.String(), "203.0.113.1", "addresses are not logged")
}

// All doors that take the password of who is logged in count together, for the session that asks and nobody else.
func TestPasswordsAreNotGuessedWithAStolenToken(t *testing.T) {
	b := newBureau(t, counted(t))
	who := b.citizen(t, "ana@example.com")
	doors := func(bearer, password string) []func() *httptest.ResponseRecorder {
		at := func(method, path string, with map[string]any) func() *httptest.ResponseRecorder {
			return func() *httptest.ResponseRecorder { return b.do(t, method, path, bearer, with) }
		}
		return []func() *httptest.ResponseRecorder{
			at("PUT", "/v1/me/password", map[string]any{"old": password, "new": "another good password"}),
			at("POST", "/v1/me/email", map[string]any{"email": "thief@example.com", "password": password}),
			at("POST", "/v1/me/logins", map[string]any{"password": password, "code": "x", "code_verifier": strings.Repeat("x", 43)}),
			at("DELETE", "/v1/me/logins/google", map[string]any{"password": password}),
			at("DELETE", "/v1/me", map[string]any{"password": password}),
		}
	}
	for _, door := range doors(who.access, "a wrong password")[:3] {
		problem(t, door(), 403, "password_wrong")
	}
	for _, password := range []string{"a wrong password", pass} {
		for _, door := range doors(who.access, password) {
			require.Positive(t, problem(t, door(), 429, "login_wait")["retry_after"])
		}
	}

	own := b.login(t, "/v1/sessions", who.email, pass)["access_token"].(string)
	for range 5 { // what is right is not counted
		problem(t, doors(own, pass)[3](), 404, "login_unknown")
	}
	asked := body(t, b.post(t, "/v1/me/proof", who.access, nil), 202)
	require.Equal(t, 204, b.post(t, "/v1/me/proof/verify", who.access, map[string]any{"id": asked["id"], "code": b.one(t, letter.ProveSelf, who.email).Code}).Code)
	require.Equal(t, 204, b.do(t, "DELETE", "/v1/me", who.access, nil).Code, "a code does without the password")
}

func TestPasswordsOfStaffAreNotGuessedWithAStolenToken(t *testing.T) {
	s, bearer, _, _ := enrolled(t, []string{"view"}, counted(t))
	doors := func(password string) []*httptest.ResponseRecorder {
		return []*httptest.ResponseRecorder{
			s.do(t, "POST", mePath+"/password", bearer, map[string]any{"current_password": password, "password": "another good password"}),
			s.do(t, "POST", mePath+"/second-factor", bearer, map[string]any{"current_password": password, "code": "000000"}),
			s.do(t, "POST", mePath+"/second-factor/disable", bearer, map[string]any{"current_password": password, "code": "000000"}),
		}
	}
	for _, res := range doors("a wrong password") {
		problem(t, res, 403, "password_wrong")
	}
	for _, res := range append(doors("a wrong password"), doors(pass)...) {
		problem(t, res, 429, "login_wait")
	}
	problem(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": pass}), 403, "second_factor_missing")
}
