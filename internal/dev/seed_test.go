package dev_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
	"rodada/internal/dev"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// The demo starts again on the state of the last time, which keeps what was changed meanwhile.
func TestTheSeedIsSownOnce(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	store, err := postgres.Open(t.Context(), url, 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })

	byPlate := listing.Query{Order: listing.Order{By: "plate"}}
	for range 2 {
		require.NoError(t, dev.Seed(t.Context(), store, "EUR"))
		_, scooters, err := store.ScooterKeys(t.Context(), fleet.Filter{}, byPlate)
		require.NoError(t, err)
		require.Equal(t, 25, scooters)
		list, _, total, err := store.Stations(t.Context(), station.Filter{}, listing.Query{Order: listing.Order{By: "short_name"}, Limit: 10})
		require.NoError(t, err)
		require.Equal(t, 3, total)
		require.Equal(t, []int{6, 4, 0}, []int{list[0].Scooters, list[1].Scooters, list[2].Scooters})
	}
	_, free, err := store.ScooterKeys(t.Context(), fleet.Filter{Station: fleet.FreeFloating}, byPlate)
	require.NoError(t, err)
	require.Equal(t, 15, free)
	require.NoError(t, store.SetService(t.Context(), "DEMO25", fleet.Retired, "fell off", fleet.Sighted{}))
	require.NoError(t, dev.Seed(t.Context(), store, "EUR"))
	got, err := store.ScooterByPlate(t.Context(), "DEMO25")
	require.NoError(t, err)
	require.Equal(t, fleet.Retired, got.Service)
}
