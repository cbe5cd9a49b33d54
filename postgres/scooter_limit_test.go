package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
)

func TestTheLatestLimitOfStaffCounts(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, step := range []struct {
		name       string
		kmh, after int
		want       int
	}{
		{"the first", 10, 0, 10},
		{"a later one", 20, 60, 20},
		{"one from between, stored late", 15, 30, 20},
		{"the same again", 20, 60, 20},
		{"none at all", 0, 90, 1},
		{"more than its model can drive", 30, 120, b.model.MaxKmh},
	} {
		require.NoError(t, b.SetScooterLimit(b.ctx, s.Plate, step.kmh, at.Add(time.Duration(step.after)*time.Second)), step.name)
		got, err := b.ScooterByPlate(b.ctx, s.Plate)
		require.NoError(t, err)
		require.Equal(t, step.want, got.LimitKmh, step.name)
	}
	require.Less(t, b.model.MaxKmh, 30)
	require.ErrorIs(t, b.SetScooterLimit(b.ctx, "nobody", 10, at), fleet.ErrScooterUnknown)
}
