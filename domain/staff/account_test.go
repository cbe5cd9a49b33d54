package staff_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
)

func TestWhatAnAccountNeeds(t *testing.T) {
	may := staff.Member{Permissions: []staff.Permission{staff.Operate, staff.Money}}
	require.NoError(t, may.Need(staff.Money))
	require.ErrorIs(t, may.Need(staff.Admin), staff.ErrPermission)
	may.Withheld = []staff.Permission{staff.Money, staff.Admin}
	require.ErrorIs(t, may.Need(staff.Money), staff.ErrFactorNeeded)
	require.ErrorIs(t, may.Need(staff.Admin), staff.ErrPermission, "a second factor would not help")
	require.NoError(t, may.Need(staff.View))
	admin := staff.Member{Permissions: []staff.Permission{staff.Admin}, Withheld: []staff.Permission{staff.Admin}}
	require.ErrorIs(t, admin.Need(staff.Operate), staff.ErrFactorNeeded, "it would be as an admin")
	admin.Withheld = []staff.Permission{staff.Money}
	require.NoError(t, admin.Need(staff.Operate))
	require.ErrorIs(t, admin.Need(staff.Money), staff.ErrFactorNeeded)

	given := staff.Member{Permissions: may.Permissions, PasswordExpires: time.Unix(100, 0)}
	require.ErrorIs(t, given.Need(staff.Operate), staff.ErrPasswordTemporary)
	require.NoError(t, given.LogIn(time.Unix(99, 0)))
	require.ErrorIs(t, given.LogIn(time.Unix(100, 0)), staff.ErrPasswordExpired)
	given.SuspendedAt = time.Unix(1, 0)
	require.ErrorIs(t, given.Need(staff.Operate), staff.ErrSuspended)
	require.ErrorIs(t, given.LogIn(time.Unix(99, 0)), staff.ErrSuspended)
	for _, p := range staff.Permissions() {
		require.False(t, given.May(p))
	}
}

func TestRecoveryCodes(t *testing.T) {
	shown, hashes := staff.RecoveryCodes()
	seen := map[string]bool{}
	for i, code := range shown {
		require.Regexp(t, `^([a-z2-7]{4}-){3}[a-z2-7]{4}$`, code)
		require.False(t, seen[code])
		seen[code] = true
		hash, ok := staff.RecoveryHash(" " + strings.ToUpper(code))
		require.True(t, ok)
		require.Equal(t, hashes[i], hash)
	}
	for _, bad := range []string{"", "123456", shown[0] + "a"} {
		_, ok := staff.RecoveryHash(bad)
		require.False(t, ok, bad)
	}
}

func TestTheWaitForCodesGrows(t *testing.T) {
	last := time.Duration(0)
	for misses := range 200 {
		wait := staff.CodeWait(misses)
		require.GreaterOrEqual(t, wait, last)
		require.LessOrEqual(t, wait, time.Hour)
		last = wait
	}
	require.Zero(t, staff.CodeWait(4))
	require.Equal(t, time.Minute, staff.CodeWait(5))
	require.Equal(t, time.Hour, last)
}

func TestPasswordsOfStaff(t *testing.T) {
	require.NoError(t, staff.CheckPassword(strings.Repeat("ñ", 12)))
	require.NoError(t, staff.CheckPassword(staff.TemporaryPassword()))
	require.ErrorIs(t, staff.CheckPassword(strings.Repeat("ñ", 11)), staff.ErrPasswordLength)
	require.ErrorIs(t, staff.CheckPassword(strings.Repeat("a", 201)), staff.ErrPasswordLength)
}
