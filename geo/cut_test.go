package geo_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

// Between two cuts all of a way lies in the same areas, and at a cut it enters or leaves one.
func TestCuts(t *testing.T) {
	_, areas := town(t, 60, 30)
	layer := geo.NewLayer(areas)
	rapid.Check(t, func(t *rapid.T) {
		place := func(name string) geo.Point {
			return geo.Point{Lat: 40 + rapid.Float64Range(-0.2, 0.2).Draw(t, name), Lng: -4 + rapid.Float64Range(-0.2, 0.2).Draw(t, name)}
		}
		from, to := place("from"), place("to")
		cuts := layer.Cuts(from, to)
		begin, touched := 0.0, map[int]bool{}
		for _, end := range append(cuts, 1) {
			require.GreaterOrEqual(t, end, begin)
			for _, i := range layer.At(geo.Along(from, to, (begin+end)/2)) {
				touched[i] = true
			}
			if end-begin > 1e-6 { // shorter ones are of a millimetre
				middle := layer.At(geo.Along(from, to, (begin+end)/2))
				for range 3 {
					part := begin + (end-begin)*rapid.Float64Range(0.01, 0.99).Draw(t, "part")
					require.Equal(t, middle, layer.At(geo.Along(from, to, part)))
				}
			}
			begin = end
		}
		require.Len(t, touched, len(crossed(layer, from, to)))
	})
	require.Nil(t, layer.Cuts(geo.Point{Lat: 91}, geo.Point{}))
	require.Nil(t, layer.Cuts(geo.Point{Lat: 40}, geo.Point{Lat: 40}))
	require.Nil(t, geo.NewLayer(nil).Cuts(geo.Point{}, geo.Point{Lat: 1}))
}
