package geo_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

func TestSimplify(t *testing.T) {
	corner := []geo.Point{onEarth(0, 0), onEarth(50, 1), onEarth(100, 0), onEarth(100, 50), onEarth(100, 100)}
	for name, c := range map[string]struct {
		line      []geo.Point
		tolerance float64
		want      []geo.Point
	}{
		"nothing":          {nil, 5, nil},
		"two ends":         {corner[:2], 5, corner[:2]},
		"a corner stays":   {corner, 2, []geo.Point{corner[0], corner[2], corner[4]}},
		"all within":       {corner, 100, []geo.Point{corner[0], corner[4]}},
		"no tolerance":     {corner, 0, corner},
		"back to the same": {[]geo.Point{corner[0], corner[4], corner[0]}, 5, []geo.Point{corner[0], corner[4], corner[0]}},
		"standing":         {[]geo.Point{corner[0], corner[0], corner[0]}, 5, []geo.Point{corner[0], corner[0]}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, geo.Simplify(c.line, c.tolerance)) })
	}
}

// What is left runs within the tolerance of everything that was left out.
func TestSimplifyKeepsTheShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		line := make([]geo.Point, rapid.IntRange(3, 200).Draw(t, "places"))
		var east, north float64
		for i := range line {
			east, north = east+30*dice.NormFloat64()+10, north+30*dice.NormFloat64()
			line[i] = onEarth(east, north)
		}
		tolerance := rapid.Float64Range(0.5, 100).Draw(t, "tolerance")
		simple := geo.Simplify(line, tolerance)
		require.Equal(t, line[0], simple[0])
		require.Equal(t, line[len(line)-1], simple[len(simple)-1])
		next := 0
		for _, p := range line {
			if p == simple[next] {
				next++
				continue
			}
			require.LessOrEqual(t, away(p, simple[next-1], simple[next]), 1.01*tolerance)
		}
		require.Len(t, simple, next, "in the same order")
	})
}

// away is how far p is from a short straight way, by trying many places of it.
func away(p, a, b geo.Point) float64 {
	best := geo.Distance(p, a)
	for i := range 2001 {
		f := float64(i) / 2000
		best = min(best, geo.Distance(p, geo.Point{Lat: a.Lat + f*(b.Lat-a.Lat), Lng: a.Lng + f*(b.Lng-a.Lng)}))
	}
	return best
}
