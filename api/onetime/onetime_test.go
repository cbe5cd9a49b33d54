package onetime_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api/onetime"
)

// The secret of RFC 6238, appendix B, and the last six digits of its codes.
const rfc = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestCodesOfTheStandard(t *testing.T) {
	for at, want := range map[int64]string{59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"} {
		code, err := onetime.Code(rfc, time.Unix(at, 0))
		require.NoError(t, err)
		require.Equal(t, want, code)
	}
}

func TestACodeIsOfAboutNow(t *testing.T) {
	now := time.Unix(1234567890, 0)
	for seconds, good := range map[int]bool{-60: false, -30: true, 0: true, 30: true, 60: false} {
		code, err := onetime.Code(rfc, now.Add(time.Duration(seconds)*time.Second))
		require.NoError(t, err)
		step, ok, err := onetime.Step(rfc, code, now)
		require.NoError(t, err)
		require.Equal(t, good, ok, seconds)
		if ok {
			require.EqualValues(t, (1234567890+seconds)/30, step)
		}
	}
	for _, code := range []string{"", "5924", "0005924", "００５９２４"} {
		_, ok, err := onetime.Step(rfc, code, now)
		require.NoError(t, err)
		require.False(t, ok)
	}
	_, _, err := onetime.Step("not base32!", "005924", now)
	require.Error(t, err)
}

func TestNew(t *testing.T) {
	secret, address, err := onetime.New("eva@example.org")
	require.NoError(t, err)
	u, err := url.Parse(address)
	require.NoError(t, err)
	require.Equal(t, "otpauth", u.Scheme)
	require.Equal(t, "totp", u.Host)
	require.Equal(t, "/Rodada:eva@example.org", u.Path)
	require.Equal(t, secret, u.Query().Get("secret"))
	require.Len(t, secret, 32)
	other, _, err := onetime.New("eva@example.org")
	require.NoError(t, err)
	require.NotEqual(t, secret, other)
}
