package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

// TestDoors walks every operation of the document: one that needs a token answers 401 without, with a spoilt one, with an
// expired one, and with the other audience's; and it says so in the document. Those that need none are named here.
func TestDoors(t *testing.T) {
	s := newStage(t, shortDeadline)
	expired := s.token(t, ana, rider.ForRiders)
	s.now = noon.Add(16 * time.Minute)
	tokens := map[string]string{"rider": s.token(t, ana, rider.ForRiders), "staff": s.token(t, support, rider.ForStaff)}
	open := map[string]bool{
		"register-rider": true, "verify-rider": true, "resend-code": true, "ask-password-reset": true, "reset-password": true,
		"open-session": true, "refresh-session": true, "close-session": true,
		"list-login-services": true, "begin-login": true, "return-login": true, "exchange-login": true,
		"payment-event":      true, // signed by the provider
		"staff-open-session": true, "staff-refresh-session": true, "staff-close-session": true,
	}
	place := strings.NewReplacer("{id}", uuid.NewString(), "{plate}", plate)
	for _, op := range operations(t) {
		t.Run(op.id, func(t *testing.T) {
			if len(op.security) == 0 {
				require.True(t, open[op.id], "who may use it?")
				return
			}
			require.Len(t, op.security, 1)
			require.Contains(t, op.responses, "401")
			for audience := range op.security[0] {
				require.Equal(t, audience == "staff", strings.HasPrefix(op.path, "/admin/"), "staff's doors are under /admin")
				other := map[string]string{"rider": "staff", "staff": "rider"}[audience]
				for name, bearer := range map[string]string{
					"no token": "", "spoilt": tokens[audience] + "x", "expired": expired, "the other audience's": tokens[other],
				} {
					t.Run(name, func(t *testing.T) {
						res := s.do(t, strings.ToUpper(op.method), place.Replace(op.path), bearer, "{}")
						problem(t, res, 401, "token_invalid")
						require.Equal(t, `Bearer realm="`+audience+`"`, res.Header().Get("WWW-Authenticate"))
					})
				}
				res := s.do(t, strings.ToUpper(op.method), place.Replace(op.path), tokens[audience], "{}")
				require.NotEqual(t, 401, res.Code, "its own audience gets in")
			}
		})
	}
}

func TestBearerIsTheOnlyScheme(t *testing.T) {
	s := newStage(t)
	signed := s.token(t, ana, rider.ForRiders)
	for header, status := range map[string]int{
		"Bearer " + signed: 200, "bearer " + signed: 200, "Basic " + signed: 401, signed: 401, "Bearer": 401, "Bearer  ": 401,
	} {
		res := s.do(t, "GET", "/v1/me", "", nil, "Authorization", header)
		require.Equal(t, status, res.Code, header)
	}
}
