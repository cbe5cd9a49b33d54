package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

// What has settled is what the finished route says, and what is still open is nearer to the truth than the fixes.
func TestTrailIsTheRoute(t *testing.T) {
	dice := rand.New(rand.NewPCG(5, 5))
	truth := ride(dice, 15)
	fixes, is, wild := told{every: 5 * time.Second, noise: 5, outliers: 0.02, speeds: true}.tell(dice, truth)
	at := make(map[time.Time]geo.Point)
	for _, i := range is {
		at[i.at] = i.place
	}
	trail := geo.NewTrail(geo.SmoothOptions{}, 1000)
	var raw, now float64
	for i, f := range fixes {
		require.True(t, trail.Add(f))
		if !wild[i] {
			nodes := trail.Route().Nodes
			last := nodes[len(nodes)-1]
			raw, now = raw+geo.Distance(f.Point, at[f.At]), now+geo.Distance(last.Point, at[last.At])
		}
	}
	t.Logf("the latest node is %.2f m off instead of %.2f", now/float64(len(fixes)), raw/float64(len(fixes)))
	require.Less(t, now, 0.8*raw)

	want, got := geo.Smooth(fixes, geo.SmoothOptions{}), trail.Route()
	require.Len(t, got.Nodes, len(want.Nodes))
	require.Equal(t, want.Dropped, got.Dropped)
	var apart, most float64
	for i, n := range got.Nodes {
		require.Equal(t, want.Nodes[i].At, n.At)
		require.Equal(t, i == 0, n.Break)
		meters := geo.Distance(want.Nodes[i].Point, n.Point)
		apart, most = apart+meters, max(most, meters)
	}
	t.Logf("nodes are %.2f m from the finished route, at most %.2f", apart/float64(len(got.Nodes)), most)
	require.Less(t, apart/float64(len(got.Nodes)), 0.3)
	require.InEpsilon(t, want.Length(), got.Length(), 0.01)
}

func TestTrailTakesLateFixesWhileItCan(t *testing.T) {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	fix := func(i int) geo.Fix {
		return geo.Fix{Point: onEarth(25*float64(i), 0), At: began.Add(time.Duration(i) * 5 * time.Second), SpeedKmh: 18, Heading: math.NaN()}
	}
	inOrder, late := geo.NewTrail(geo.SmoothOptions{}, 100), geo.NewTrail(geo.SmoothOptions{}, 100)
	for i := range 10 {
		require.True(t, inOrder.Add(fix(i)))
		require.True(t, late.Add(fix(i^1)))
		require.True(t, late.Add(fix(i^1)), "again")
	}
	require.Equal(t, inOrder.Route(), late.Route())
	for i := 10; i < 40; i++ {
		require.True(t, late.Add(fix(i)))
	}
	require.False(t, late.Add(fix(3)), "settled")
	require.False(t, late.Add(geo.Fix{Point: geo.Point{Lat: 91}, At: began.Add(time.Hour)}))
	require.Len(t, late.Route().Nodes, 40)
	require.Len(t, late.Route().Parts(), 1)

	require.True(t, late.Add(fix(100)))
	require.Len(t, late.Route().Parts(), 2, "after a gap")
	for i := 101; i < 140; i++ {
		require.True(t, late.Add(fix(i)))
	}
	parts := late.Route().Parts()
	require.Len(t, parts, 2)
	require.InDelta(t, 39*25, parts[0].Length(), 2)
	require.InDelta(t, 39*25, parts[1].Length(), 2)
}

func TestTrailKeepsTheLatest(t *testing.T) {
	for _, keep := range []int{-1, 0, 30} {
		trail := geo.NewTrail(geo.SmoothOptions{}, keep)
		for i := range 1000 {
			trail.Add(geo.Fix{Point: onEarth(25*float64(i), 0), At: time.Unix(int64(5*i), 0), SpeedKmh: 18, Heading: 90})
		}
		nodes := trail.Route().Nodes
		require.LessOrEqual(t, len(nodes), max(0, keep)+24)
		require.GreaterOrEqual(t, len(nodes), max(0, keep)+12)
		require.Equal(t, time.Unix(5*999, 0), nodes[len(nodes)-1].At)
	}
}

func TestTrailOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		trail := geo.NewTrail(geo.SmoothOptions{}, rapid.IntRange(0, 50).Draw(t, "keep"))
		for _, f := range anyFixes(t) {
			trail.Add(f)
		}
		sound(t, trail.Route())
	})
}
