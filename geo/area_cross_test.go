package geo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/geo"
)

func TestRingsThatCrossAreRefused(t *testing.T) {
	square := func(lat, lng, side float64) []geo.Point {
		return []geo.Point{{Lat: lat, Lng: lng}, {Lat: lat, Lng: lng + side}, {Lat: lat + side, Lng: lng + side}, {Lat: lat + side, Lng: lng}}
	}
	bow := []geo.Point{{Lat: 40, Lng: -3}, {Lat: 41, Lng: -2}, {Lat: 41, Lng: -3}, {Lat: 40, Lng: -2}}
	for name, rings := range map[string][][][]geo.Point{
		"a bow-tie":                   {{bow}},
		"a hole that leaves its ring": {{square(40, -3, 1), square(40.5, -2.5, 1)}},
		"two polygons that overlap":   {{square(40, -3, 1)}, {square(40.5, -2.5, 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := geo.NewArea(rings)
			require.ErrorContains(t, err, "cross")
		})
	}
	_, err := geo.NewArea([][][]geo.Point{{square(40, -3, 1), square(40.25, -2.75, 0.5)}, {square(42, -3, 1)}})
	require.NoError(t, err, "a hole inside and a second polygon aside")
	_, err = geo.NewArea([][][]geo.Point{{square(40, -3, 1)}, {square(40, -2, 1)}})
	require.NoError(t, err, "neighbours that share a border")
	_, err = geo.NewArea([][][]geo.Point{{square(40, -3, 4), square(41, -2, 2)}, {square(41.5, -1.5, 1)}})
	require.NoError(t, err, "an island in a lake")
	_, err = geo.NewArea([][][]geo.Point{{square(41.5, -1.5, 1)}, {square(40, -3, 4), square(41, -2, 2)}})
	require.NoError(t, err, "the island first")
	_, err = geo.NewArea([][][]geo.Point{{square(40, -3, 4), square(41, -2, 1), square(41, -1, 1)}})
	require.NoError(t, err, "holes that share a border")
}
