package rider_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
)

func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		require.Regexp(t, `^[0-9]{6}$`, rider.NewCode(rider.ToRegister))
		require.Regexp(t, `^[0-9]{6}$`, rider.NewCode(rider.ToChangeEmail))
		long := rider.NewCode(rider.ToResetPassword)
		require.Regexp(t, `^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$`, long)
		require.False(t, seen[long])
		seen[long] = true
		require.Regexp(t, `^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$`, rider.NewCode(rider.ToProveSelf))
	}
	require.Equal(t, "ABCDE23456", rider.Typed(" abcde - 23456 "))
	require.Equal(t, "004711", rider.Typed("004 711"))
}
