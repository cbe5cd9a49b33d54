package api_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
	body(t, s.do(t, "POST", "/admin/v1/sessions", "", map[string]any{"email": "luis@example.org", "password": given}, "X-Forwarded-For", "198.51.100.1"), 201)
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
