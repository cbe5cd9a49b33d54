package e2e_test

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/internal/client"
)

// forgedTokens shows every operation that needs a token those that are not good there: of the other audience, of no audience that there is,
// signed by nobody, in another way or with another key, too old, and those that name somebody of the other audience.
func (s *siege) forgedTokens(t *testing.T) {
	victims := map[string]string{"rider": s.riders[0].id}
	var member string
	require.NoError(t, s.db.QueryRowContext(t.Context(), `SELECT id FROM staff LIMIT 1`).Scan(&member))
	victims["staff"], victims["service"] = member, s.service
	for _, o := range s.targets {
		t.Run(o.id, func(t *testing.T) {
			if o.who == "" {
				return
			}
			for name, forged := range s.forgeries(t, o.who, victims[o.who]) {
				s.turnedAway(t, o, name, forged)
			}
			for other, victim := range victims {
				if other == o.who {
					continue
				}
				s.turnedAway(t, o, "for this audience, of a "+other, s.issued(t, victim, rider.Audience(o.who)))
				s.turnedAway(t, o, "for a "+other+", of somebody here", s.issued(t, victims[o.who], rider.Audience(other)))
				if other == "service" && o.services {
					for name, forged := range s.forgeries(t, other, victim) {
						s.turnedAway(t, o, "for a service, "+name, forged)
					}
					continue
				}
				s.turnedAway(t, o, "for a "+other, s.issued(t, victim, rider.Audience(other)))
			}
			s.turnedAway(t, o, "of nobody", s.issued(t, uuid.NewString(), rider.Audience(o.who)))
			s.turnedAway(t, o, "of an odd somebody", s.issued(t, "' OR '1'='1", rider.Audience(o.who)))
		})
	}
}

func (s *siege) turnedAway(t *testing.T, o target, name, token string) {
	t.Helper()
	a := s.attack(t, s.visitor.As(token), o, o.at(s.fill()), []byte("{"))
	require.ErrorAs(t, a.Into(nil), new(*client.Problem), "%s: %s", o.id, name)
	require.Equal(t, 401, a.Status, "%s, a token %s: %s", o.id, name, a.Body)
	require.Contains(t, string(a.Body), `"token_invalid"`, o.id)
	require.Equal(t, `Bearer realm="`+o.who+`"`, a.Header.Get("WWW-Authenticate"))
}

// forgeries are tokens that somebody made who has a good one and knows how they are made.
func (s *siege) forgeries(t *testing.T, audience, subject string) map[string]string {
	t.Helper()
	good := s.issued(t, subject, rider.Audience(audience))
	parsed, _, err := jwt.NewParser().ParseUnverified(good, jwt.MapClaims{})
	require.NoError(t, err)
	kid := parsed.Header["kid"]
	forge := func(method jwt.SigningMethod, key any, kid any, edit func(jwt.MapClaims)) string {
		claims := jwt.MapClaims{"iss": "rodada", "sub": subject, "aud": audience, "exp": time.Now().Add(time.Hour).Unix()}
		if audience == "service" {
			claims["sid"] = s.tokensOf
		}
		if edit != nil {
			edit(claims)
		}
		forged := jwt.NewWithClaims(method, claims)
		forged.Header["kid"] = kid
		signed, err := forged.SignedString(key)
		require.NoError(t, err)
		return signed
	}
	hs, known := jwt.SigningMethodHS256, []byte(secret)
	none := forge(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, nil)
	return map[string]string{
		"signed by nobody":              none,
		"signed by nobody, in capitals": strings.Replace(none, "eyJhbGciOiJub25l", "eyJhbGciOiJOT05F", 1),
		"without its signature":         good[:strings.LastIndex(good, ".")+1],
		"signed in another way":         forge(jwt.SigningMethodHS512, known, kid, nil),
		"signed with another key":       forge(hs, []byte(strings.Repeat("k", 32)), kid, nil),
		"with another key's name":       forge(hs, known, "00000000", nil),
		"with a path for a key's name":  forge(hs, known, "../../dev/null", nil),
		"too old":                       forge(hs, known, kid, func(c jwt.MapClaims) { c["exp"] = time.Now().Add(-time.Minute).Unix() }),
		"without an end":                forge(hs, known, kid, func(c jwt.MapClaims) { delete(c, "exp") }),
		"for everybody":                 forge(hs, known, kid, func(c jwt.MapClaims) { delete(c, "aud") }),
		"of a session that is none":     forge(hs, known, kid, func(c jwt.MapClaims) { c["sid"] = uuid.NewString() }),
	}
}
