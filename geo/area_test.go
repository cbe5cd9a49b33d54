package geo_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/geo"
)

func square(lat, lng, half float64) []geo.Point {
	return []geo.Point{
		{Lat: lat - half, Lng: lng - half}, {Lat: lat - half, Lng: lng + half},
		{Lat: lat + half, Lng: lng + half}, {Lat: lat + half, Lng: lng - half},
	}
}

func reversed(ring []geo.Point) []geo.Point {
	out := make([]geo.Point, len(ring))
	for i, p := range ring {
		out[len(ring)-1-i] = p
	}
	return out
}

func TestNewAreaRefuses(t *testing.T) {
	for name, polygons := range map[string][][][]geo.Point{
		"nothing":               {},
		"no ring":               {{}},
		"an empty ring":         {{{}}},
		"two corners":           {{{{Lat: 1, Lng: 1}, {Lat: 2, Lng: 2}}}},
		"two corners, closed":   {{{{Lat: 1, Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 1}}}},
		"beyond the pole":       {{{{Lat: 91, Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}},
		"beyond the meridian":   {{{{Lat: 1, Lng: 181}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}},
		"not a number":          {{{{Lat: math.NaN(), Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}},
		"a corner twice":        {{{{Lat: 1, Lng: 1}, {Lat: 1, Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}},
		"a bow tie":             {{{{Lat: 0, Lng: 0}, {Lat: 1, Lng: 1}, {Lat: 1, Lng: 0}, {Lat: 0, Lng: 1}}}},
		"a hole over the edge":  {{square(0, 0, 1), square(1, 1, 0.5)}},
		"polygons that overlap": {{square(0, 0, 1)}, {square(0.5, 0.5, 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := geo.NewArea(polygons)
			require.Error(t, err)
		})
	}
}

func TestContains(t *testing.T) {
	type rings = [][]geo.Point
	for name, polygons := range map[string][][][]geo.Point{
		"open":               {rings{square(40, -4, 1), square(40, -4, 0.5)}, rings{square(50, 5, 1)}},
		"closed":             {rings{append(square(40, -4, 1), square(40, -4, 1)[0]), square(40, -4, 0.5)}, rings{square(50, 5, 1)}},
		"the other way":      {rings{reversed(square(40, -4, 1)), square(40, -4, 0.5)}, rings{reversed(square(50, 5, 1))}},
		"hole the other way": {rings{square(40, -4, 1), reversed(square(40, -4, 0.5))}, rings{square(50, 5, 1)}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := geo.NewArea(polygons)
			require.NoError(t, err)
			for p, want := range map[geo.Point]bool{
				{Lat: 40.7, Lng: -4}: true, {Lat: 40, Lng: -4}: false, {Lat: 42, Lng: -4}: false,
				{Lat: 50, Lng: 5}: true, {Lat: 45, Lng: 0}: false, {Lat: -40, Lng: 176}: false,
			} {
				require.Equal(t, want, a.Contains(p), p)
			}
		})
	}
	require.False(t, geo.Area{}.Contains(geo.Point{}))
}

func TestDistance(t *testing.T) {
	require.InDelta(t, 111_195, geo.Distance(geo.Point{Lat: 40, Lng: -4}, geo.Point{Lat: 41, Lng: -4}), 1)
	require.InDelta(t, 22_239, geo.Distance(geo.Point{Lng: 179.9}, geo.Point{Lng: -179.9}), 1)
	require.Zero(t, geo.Distance(geo.Point{Lat: 40}, geo.Point{Lat: 40}))
}

func TestPoint(t *testing.T) {
	require.True(t, geo.Point{}.IsZero())
	require.False(t, geo.Point{Lat: 0.0001}.IsZero())
	require.True(t, geo.Point{Lat: -90, Lng: 180}.Valid())
	require.False(t, geo.Point{Lat: 90.01}.Valid())
	require.False(t, geo.Point{Lng: -180.01}.Valid())
	require.False(t, geo.Point{Lat: math.Inf(1)}.Valid())
}
