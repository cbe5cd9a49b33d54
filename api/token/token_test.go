package token_test

import (
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"rodada/api/token"
	"rodada/domain/rider"
)

const secret = "0123456789abcdef0123456789abcdef"

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func issuerAt(t *testing.T, secret string, now *time.Time) *token.Issuer {
	t.Helper()
	i, err := token.NewIssuer(secret, 15*time.Minute, func() time.Time { return *now })
	require.NoError(t, err)
	return i
}

func TestTokenIsGoodForItsAudienceUntilItExpires(t *testing.T) {
	now := noon
	i := issuerAt(t, secret, &now)
	signed, expires, err := i.Issue("r-1", rider.ForRiders)
	require.NoError(t, err)
	require.Equal(t, noon.Add(15*time.Minute), expires)

	now = expires.Add(-time.Second)
	subject, err := i.Read(signed, rider.ForRiders)
	require.NoError(t, err)
	require.Equal(t, "r-1", subject)

	_, err = i.Read(signed, rider.ForStaff)
	require.ErrorIs(t, err, rider.ErrToken)

	now = expires.Add(time.Second)
	_, err = i.Read(signed, rider.ForRiders)
	require.ErrorIs(t, err, rider.ErrToken)
}

func TestReadRefusesForgeries(t *testing.T) {
	now := noon
	i := issuerAt(t, secret, &now)
	good, _, err := i.Issue("r-1", rider.ForRiders)
	require.NoError(t, err)
	kid := func() any {
		parsed, _, err := jwt.NewParser().ParseUnverified(good, jwt.MapClaims{})
		require.NoError(t, err)
		return parsed.Header["kid"]
	}()
	claims := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"iss": "rodada", "sub": "r-1", "aud": "rider", "exp": noon.Add(time.Minute).Unix()}
		if change != nil {
			change(c)
		}
		return c
	}
	sign := func(method jwt.SigningMethod, key any, kid any, c jwt.MapClaims) string {
		tok := jwt.NewWithClaims(method, c)
		tok.Header["kid"] = kid
		s, err := tok.SignedString(key)
		require.NoError(t, err)
		return s
	}
	hs, key := jwt.SigningMethodHS256, []byte(secret)

	_, err = i.Read(sign(hs, key, kid, claims(nil)), rider.ForRiders)
	require.NoError(t, err, "the forger's own way of signing must work, or the cases below prove nothing")

	for name, forged := range map[string]string{
		"empty":         "",
		"not a token":   "abc.def.ghi",
		"endless":       strings.Repeat("a", 100_000),
		"cut":           good[:len(good)-4],
		"no signature":  sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, claims(nil)),
		"other method":  sign(jwt.SigningMethodHS512, key, kid, claims(nil)),
		"other secret":  sign(hs, []byte("another secret of thirty-two byte"), kid, claims(nil)),
		"other key ID":  sign(hs, key, "00000000", claims(nil)),
		"no key ID":     sign(hs, key, nil, claims(nil)),
		"no expiry":     sign(hs, key, kid, claims(func(c jwt.MapClaims) { delete(c, "exp") })),
		"no audience":   sign(hs, key, kid, claims(func(c jwt.MapClaims) { delete(c, "aud") })),
		"no subject":    sign(hs, key, kid, claims(func(c jwt.MapClaims) { delete(c, "sub") })),
		"other issuer":  sign(hs, key, kid, claims(func(c jwt.MapClaims) { c["iss"] = "elsewhere" })),
		"not yet valid": sign(hs, key, kid, claims(func(c jwt.MapClaims) { c["nbf"] = noon.Add(time.Second).Unix() })),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := i.Read(forged, rider.ForRiders)
			require.ErrorIs(t, err, rider.ErrToken)
		})
	}
}

func TestIssuerWantsARealSecret(t *testing.T) {
	_, err := token.NewIssuer(secret[1:], time.Minute, time.Now)
	require.ErrorContains(t, err, "31 bytes")
}

func TestRefreshTokens(t *testing.T) {
	shown, hash := token.NewRefresh(rider.ForRiders)
	again, _ := token.NewRefresh(rider.ForRiders)
	require.NotEqual(t, shown, again)
	require.Len(t, hash, 32)
	require.NotContains(t, shown, string(hash))

	got, err := token.RefreshHash(shown, rider.ForRiders)
	require.NoError(t, err)
	require.Equal(t, hash, got)

	for _, bad := range []string{"", shown[1:], shown + "x", "rider_", strings.Replace(shown, "rider", "staff", 1)} {
		_, err := token.RefreshHash(bad, rider.ForRiders)
		require.ErrorIs(t, err, rider.ErrToken, bad)
	}
	_, err = token.RefreshHash(shown, rider.ForStaff)
	require.ErrorIs(t, err, rider.ErrToken)
}

// A key is changed in three steps, any number of processes at different steps at once, and nobody is logged out.
func TestKeysChangeWhileBothAreLive(t *testing.T) {
	now := noon
	const next = "abcdefghijklmnopqrstuvwxyz012345"
	with := func(signs, reads string) *token.Issuer {
		i := issuerAt(t, signs, &now)
		if reads != "" {
			require.NoError(t, i.Accept(reads))
		}
		return i
	}
	steps := []*token.Issuer{with(secret, ""), with(secret, next), with(next, secret), with(next, "")}
	for from := range steps {
		signed, _, err := steps[from].Issue("r-1", rider.ForRiders)
		require.NoError(t, err)
		for to := max(0, from-1); to <= min(len(steps)-1, from+1); to++ {
			subject, err := steps[to].Read(signed, rider.ForRiders)
			require.NoError(t, err, "%d %d", from, to)
			require.Equal(t, "r-1", subject)
			_, err = steps[to].Read(signed, rider.ForStaff)
			require.ErrorIs(t, err, rider.ErrToken)
		}
	}
	old, _, err := steps[0].Issue("r-1", rider.ForRiders)
	require.NoError(t, err)
	_, err = steps[3].Read(old, rider.ForRiders)
	require.ErrorIs(t, err, rider.ErrToken, "the old key is gone")
	require.ErrorContains(t, steps[0].Accept(next[1:]), "31 bytes")
}
