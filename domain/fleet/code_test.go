package fleet_test

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
)

func TestNewCodes(t *testing.T) {
	form := regexp.MustCompile(`^[34679ACDEFGHJKMNPQRTUWXY]{10}$`)
	seen, letters := map[string]bool{}, map[rune]int{}
	const many = 5000
	for range many {
		code := fleet.NewCode()
		require.Regexp(t, form, code)
		require.False(t, seen[code])
		seen[code] = true
		for _, r := range code {
			letters[r]++
		}
		got, err := fleet.ParseQR("https://rodada.example/s/" + code)
		require.NoError(t, err)
		require.Equal(t, code, got)
	}
	require.Len(t, letters, 24)
	for r, n := range letters { // 2083 expected each; a biased draw would be far off
		require.InDelta(t, many*10/24, n, 300, string(r))
	}
}

func TestCheckCode(t *testing.T) {
	require.NoError(t, fleet.CheckCode("R7K2-09", "12AB"))
	for _, code := range []string{"", "abc", "a b c d", "12ABC", "12abc"} {
		require.ErrorIs(t, fleet.CheckCode(code, "12ABC"), fleet.ErrCodeInvalid, code)
	}
}
