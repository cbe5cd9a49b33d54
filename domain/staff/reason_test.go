package staff_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
)

func TestAReasonCanBeRead(t *testing.T) {
	for given, kept := range map[string]string{
		"Sí.": "Sí.", "  The brake squeaks. ": "The brake squeaks.", strings.Repeat("ñ", 500): strings.Repeat("ñ", 500), "东西坏": "东西坏", "👩‍🚒 came": "👩‍🚒 came",
	} {
		got, err := staff.Reason(given)
		require.NoError(t, err, "%q", given)
		require.Equal(t, kept, got)
	}
	for _, given := range []string{
		"", "x", "  x  ", "   ", "\u00a0\u00a0\u00a0", "abc\u202edef", "two\nlines", "bell\a!", "nul\x00!", "\xff\xff\xff", "a\u2028b", "\u2066abc\u2069",
		strings.Repeat("a", 501),
	} {
		_, err := staff.Reason(given)
		require.ErrorIs(t, err, staff.ErrReason, "%q", given)
	}
}

// Whoever may do something with the fleet may look at it.
func TestEveryPermissionIncludesTheView(t *testing.T) {
	for _, p := range staff.Permissions() {
		require.True(t, staff.Member{Permissions: []staff.Permission{p}}.May(staff.View), p)
	}
	require.False(t, staff.Member{}.May(staff.View))
	require.False(t, staff.Member{Permissions: []staff.Permission{"unheard-of"}}.May(staff.View))
	require.False(t, staff.Member{Permissions: []staff.Permission{staff.Operate}}.May(staff.Money))
}
