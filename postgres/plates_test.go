package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/onboarding"
)

func (b *books) renumber(s fleet.Scooter, to string) fleet.Scooter {
	b.t.Helper()
	r := b.renumbering(s, to)
	require.NoError(b.t, b.OpenRenumbering(b.ctx, r))
	require.NoError(b.t, b.AdvanceRenumbering(b.ctx, onboarding.RenumberChange{ID: r.ID, Seq: 1, State: onboarding.Renumbered}))
	return b.find(to)
}

func TestThePlatesThatAScooterHad(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	first := s.Plate
	got, err := b.PlatesOf(b.ctx, first)
	require.NoError(t, err)
	require.Equal(t, []fleet.Named{{Plate: first}}, got)

	s = b.renumber(s, "NEW-1")
	s = b.renumber(s, "NEW-2")
	undone := b.renumbering(s, "NEW-3")
	require.NoError(t, b.OpenRenumbering(b.ctx, undone))
	require.NoError(t, b.DropRenumbering(b.ctx, undone.ID, "no"))
	got, err = b.PlatesOf(b.ctx, "NEW-2")
	require.NoError(t, err)
	require.Len(t, got, 3, "what came to nothing is not in it")
	require.Equal(t, []string{first, "NEW-1", "NEW-2"}, []string{got[0].Plate, got[1].Plate, got[2].Plate})
	require.Zero(t, got[0].From)
	require.Zero(t, got[2].To)
	for i := 1; i < len(got); i++ {
		require.False(t, got[i-1].To.IsZero())
		require.False(t, got[i].From.After(got[i-1].To), "while it is renumbered it may speak under either")
		require.WithinDuration(t, time.Now(), got[i].From, time.Minute)
	}

	_, err = b.PlatesOf(b.ctx, first)
	require.ErrorIs(t, err, fleet.ErrScooterUnknown, "nobody has it now")
	heir, err := b.CreateScooter(b.ctx, fleet.Scooter{QRCode: "HEIR-0001", Plate: first, Model: b.model, Battery: -1})
	require.NoError(t, err)
	inherited, err := b.PlatesOf(b.ctx, heir.Plate)
	require.NoError(t, err)
	require.Equal(t, []fleet.Named{{Plate: first, From: got[0].To}}, inherited, "what it said before was said by another")
}
