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
	tokens := map[string]string{
		"rider": s.token(t, ana, rider.ForRiders), "staff": s.token(t, support, rider.ForStaff),
		"service": s.bearer(t, s.makeMachine(t, "all-of-it", "view", "operate", "pricing", "money")),
	}
	prefix := map[string]string{"rider": "/v1/", "staff": "/admin/v1/", "service": "/service/v1/"}
	open := map[string]bool{
		"register-rider": true, "verify-rider": true, "resend-code": true, "ask-password-reset": true, "reset-password": true,
		"open-session": true, "refresh-session": true, "close-session": true,
		"list-login-services": true, "begin-login": true, "return-login": true, "exchange-login": true,
		"payment-event":      true, // signed by the provider
		"staff-open-session": true, "staff-refresh-session": true, "staff-close-session": true, "service-token": true,
	}
	place := strings.NewReplacer("{id}", uuid.NewString(), "{plate}", plate)
	for _, op := range operations(t) {
		t.Run(op.id, func(t *testing.T) {
			if len(op.security) == 0 {
				require.True(t, open[op.id], "who may use it?")
				return
			}
			require.Contains(t, op.responses, "401")
			mine := map[string]bool{}
			for _, alternative := range op.security {
				for audience := range alternative {
					mine[audience] = true
				}
			}
			require.True(t, len(mine) == 1 || len(mine) == 2 && mine["staff"] && mine["service"], "services come in where staff do, or by themselves")
			for audience := range op.security[0] {
				require.True(t, strings.HasPrefix(op.path, prefix[audience]), "whose door it is")
				bad := map[string]string{"no token": "", "spoilt": tokens[audience] + "x", "expired": expired}
				for other, bearer := range tokens {
					if !mine[other] {
						bad["for a "+other] = bearer
					}
				}
				for name, bearer := range bad {
					t.Run(name, func(t *testing.T) {
						res := s.do(t, strings.ToUpper(op.method), place.Replace(op.path), bearer, "{}")
						problem(t, res, 401, "token_invalid")
						require.Equal(t, `Bearer realm="`+audience+`"`, res.Header().Get("WWW-Authenticate"))
					})
				}
			}
			for audience := range mine {
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
