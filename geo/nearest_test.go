package geo_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/geo"
)

func TestNearest(t *testing.T) {
	a, err := geo.NewArea([][][]geo.Point{{square(40, -4, 0.01)}})
	require.NoError(t, err)
	areas := []geo.Area{{}, a}
	outside := func(p geo.Point) bool { return !a.Contains(p) }
	for name, c := range map[string]struct {
		from   geo.Point
		admits func(geo.Point) bool
		meters float64
	}{
		"there already":     {geo.Point{Lat: 40, Lng: -4}, a.Contains, 0},
		"an edge":           {geo.Point{Lat: 40.02, Lng: -4}, a.Contains, 1113},
		"a corner":          {geo.Point{Lat: 40.02, Lng: -3.98}, a.Contains, 1401},
		"on the border":     {geo.Point{Lat: 40.0100001, Lng: -4}, a.Contains, 1},
		"the way out":       {geo.Point{Lat: 40.008, Lng: -4}, outside, 223},
		"out of the middle": {geo.Point{Lat: 40, Lng: -4}, outside, 853},
	} {
		t.Run(name, func(t *testing.T) {
			at, meters, found := geo.Nearest(c.from, areas, c.admits)
			require.True(t, found)
			require.True(t, c.admits(at))
			require.InDelta(t, c.meters, meters, 3)
			require.InDelta(t, meters, geo.Distance(c.from, at), 0.01)
		})
	}
	_, _, found := geo.Nearest(geo.Point{}, areas, func(geo.Point) bool { return false })
	require.False(t, found)
	_, _, found = geo.Nearest(geo.Point{}, nil, func(geo.Point) bool { return false })
	require.False(t, found)
}
