package postgres_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

func TestCountOpen(t *testing.T) {
	b := newBooks(t)
	rentals, alerts, err := b.CountOpen(b.ctx)
	require.NoError(t, err)
	require.Empty(t, rentals)
	require.Empty(t, alerts)

	for until, n := range map[rental.State]int{rental.Unlocking: 2, rental.Riding: 1, rental.Ended: 3} {
		for range n {
			id := b.open(b.request(b.rider().ID, b.scooter())).ID
			for _, c := range steps(id) {
				if until == rental.Unlocking {
					break
				}
				require.NoError(t, b.Advance(b.ctx, c))
				if c.State == until {
					break
				}
			}
		}
	}
	kinds := slices.DeleteFunc(staff.AlertKinds(), func(k staff.AlertKind) bool { return k == staff.Rollout || k == staff.Debt }) // are of no scooter
	for _, kind := range kinds {
		require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: b.scooter().Plate, Kind: kind, Text: "Look."}), "a kind that the books do not know")
	}
	again := b.scooter().Plate
	require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: again, Kind: staff.NotSecured, Text: "Look."}))
	closed := b.scooter().Plate
	require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: closed, Kind: staff.NotSecured, Text: "Look."}))
	require.NoError(t, b.CloseAlert(b.ctx, closed, staff.NotSecured, "eva@example.org"))

	rentals, alerts, err = b.CountOpen(b.ctx)
	require.NoError(t, err)
	require.Equal(t, map[rental.State]int{rental.Unlocking: 2, rental.Riding: 1}, rentals)
	require.Equal(t, 2, alerts[staff.NotSecured])
	require.Len(t, alerts, len(kinds))
}
