package staff_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/staff"
)

func TestMay(t *testing.T) {
	for _, p := range staff.Permissions() {
		require.True(t, p.Known())
		require.False(t, staff.Member{}.May(p))
		require.True(t, staff.Member{Permissions: []staff.Permission{p}}.May(p))
		require.True(t, staff.Member{Permissions: []staff.Permission{staff.Admin}}.May(p), "an admin may everything")
		require.Equal(t, p == staff.View, staff.Member{Permissions: []staff.Permission{staff.View}}.May(p))
	}
	require.False(t, staff.Permission("root").Known())
}

func TestLackingNamesThePermission(t *testing.T) {
	f, ok := fault.From(staff.Lacking(staff.Money))
	require.True(t, ok)
	require.ErrorIs(t, f, staff.ErrPermission)
	require.Equal(t, staff.Money, f.Details["permission"])
	require.Contains(t, f.Message, "money")
}

func TestActor(t *testing.T) {
	_, acts := staff.ActorFrom(t.Context())
	require.False(t, acts)
	eva := staff.Actor{StaffID: "1", Email: "eva@example.org"}
	got, acts := staff.ActorFrom(staff.Acting(t.Context(), eva))
	require.True(t, acts)
	require.Equal(t, eva, got)
}
