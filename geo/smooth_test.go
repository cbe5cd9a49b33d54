package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

// score is how well a route tells a ride.
type score struct {
	raw, smooth     float64 // mean distance from the truth, in m, of the fixes that are no outliers
	length          float64 // how far the length is off, of one
	rawLength       float64
	missed, mistook int // outliers that stayed, fixes that did not
	wild            int
}

func judge(c told, seed uint64, minutes float64) (s score) {
	dice := rand.New(rand.NewPCG(seed, 20261123))
	truth := ride(dice, minutes)
	fixes, is, wild := c.tell(dice, truth)
	r := geo.Smooth(fixes, geo.SmoothOptions{})
	nodes := make(map[time.Time]geo.Node, len(r.Nodes))
	for _, n := range r.Nodes {
		nodes[n.At] = n
	}
	good, last := 0, -1
	var straight float64
	for i, f := range fixes {
		node, kept := nodes[f.At]
		switch {
		case wild[i]:
			s.wild++
			if kept {
				s.missed++
			}
			continue
		case !kept:
			s.mistook++
		default:
			s.raw += geo.Distance(f.Point, is[i].place)
			s.smooth += geo.Distance(node.Point, is[i].place)
			good++
		}
		if last >= 0 {
			straight += geo.Distance(fixes[last].Point, f.Point)
		}
		last = i
	}
	s.raw, s.smooth = s.raw/float64(good), s.smooth/float64(good)
	length := lengthOf(truth)
	s.length, s.rawLength = r.Length()/length-1, straight/length-1
	return s
}

// Boxes tell places and, when asked, speeds in whole km/h; no heading. A fix is compared with itself smoothed, and outliers are
// not held against the raw fixes, which makes this harder.
func TestSmoothIsNearTheTruth(t *testing.T) {
	const rides, minutes = 20, 12
	every5s := func(c told) told { c.every, c.noise = 5*time.Second, 5; return c }
	for _, c := range []struct {
		name       string
		told       told
		mean, each float64 // how much of the error goes away at least
	}{
		{"places alone", every5s(told{}), 0.40, 0.30},
		{"with outliers", every5s(told{outliers: 0.02}), 0.40, 0.30},
		{"with a dead sensor of speed", every5s(told{speeds: true, dead: true}), 0.40, 0.30},
		{"with a dead sensor of speed and outliers", every5s(told{speeds: true, dead: true, outliers: 0.02}), 0.40, 0.30},
		{"with speeds", every5s(told{speeds: true}), 0.50, 0.45},
		{"with speeds and outliers", every5s(told{speeds: true, outliers: 0.02}), 0.50, 0.45},
		{"with speeds, headings and outliers", every5s(told{speeds: true, heading: true, outliers: 0.02}), 0.50, 0.45},
	} {
		t.Run(c.name, func(t *testing.T) {
			var sum score
			least, worstLength, length := 1.0, 0.0, 0.0
			for seed := range uint64(rides) {
				s := judge(c.told, seed, minutes)
				sum.raw, sum.smooth, sum.rawLength = sum.raw+s.raw, sum.smooth+s.smooth, sum.rawLength+s.rawLength
				sum.missed, sum.mistook, sum.wild = sum.missed+s.missed, sum.mistook+s.mistook, sum.wild+s.wild
				least, worstLength, length = min(least, 1-s.smooth/s.raw), max(worstLength, math.Abs(s.length)), length+s.length
			}
			t.Logf("%d rides: %.2f m of error instead of %.2f (-%.1f %%, at least -%.1f %%); length %+.2f %%, at most %.2f %% off (fixes joined by lines: %+.1f %%); %d of %d outliers stayed, %d good fixes dropped",
				rides, sum.smooth/rides, sum.raw/rides, 100*(1-sum.smooth/sum.raw), 100*least,
				100*length/rides, 100*worstLength, 100*sum.rawLength/rides, sum.missed, sum.wild, sum.mistook)
			require.GreaterOrEqual(t, 1-sum.smooth/sum.raw, c.mean)
			require.GreaterOrEqual(t, least, c.each)
			require.LessOrEqual(t, worstLength, 0.02)
			require.Zero(t, sum.missed)
			require.LessOrEqual(t, sum.mistook, 2)
		})
	}
}

func TestSmoothStraightOn(t *testing.T) {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var fixes []geo.Fix
	for i := range 20 {
		fixes = append(fixes, geo.Fix{Point: onEarth(50*float64(i), 0), At: began.Add(time.Duration(i) * 10 * time.Second), SpeedKmh: 18, Heading: math.NaN()})
	}
	r := geo.Smooth(fixes, geo.SmoothOptions{})
	require.Len(t, r.Nodes, 20)
	require.InDelta(t, 950, r.Length(), 1)
	for i, n := range r.Nodes {
		require.Less(t, geo.Distance(n.Point, fixes[i].Point), 0.5)
		require.InDelta(t, 18, n.SpeedKmh, 0.5)
		require.InDelta(t, 90, n.Heading, 1)
		require.Equal(t, i == 0, n.Break)
	}
}

// A wheel sensor that is dead says 0 all the way: places that agree beat it. One that is right is believed.
func TestSmoothWithADeadSensor(t *testing.T) {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	noisy := func(meters float64) []geo.Fix {
		dice := rand.New(rand.NewPCG(14, 20261123))
		var fixes []geo.Fix
		for i := range 20 {
			fixes = append(fixes, geo.Fix{
				Point: onEarth(meters*float64(i)+3*dice.NormFloat64(), 3*dice.NormFloat64()), At: began.Add(time.Duration(i) * 5 * time.Second), Heading: math.NaN(),
			})
		}
		return fixes
	}
	for _, meters := range []float64{8, 20, 30} {
		r := geo.Smooth(noisy(meters), geo.SmoothOptions{})
		require.Zero(t, r.Dropped)
		require.InEpsilon(t, 19*meters, r.Length(), 0.1, "%g m in 5 s", meters)
	}
	require.Less(t, geo.Smooth(noisy(0), geo.SmoothOptions{}).Length(), 10.0, "it stands, and says so")
}

func TestSmoothCutsAtGaps(t *testing.T) {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var fixes []geo.Fix
	for i := range 30 {
		at := began.Add(time.Duration(i) * 5 * time.Second)
		if i >= 10 {
			at = at.Add(3 * time.Minute)
		}
		if i >= 20 {
			at = at.Add(time.Hour)
		}
		fixes = append(fixes, geo.Fix{Point: onEarth(0, 20*float64(i)), At: at, SpeedKmh: math.NaN(), Heading: math.NaN()})
	}
	r := geo.Smooth(fixes, geo.SmoothOptions{})
	require.Len(t, r.Parts(), 3)
	require.InDelta(t, 3*9*20, r.Length(), 2, "what lies in a gap is not counted")
	require.Len(t, geo.Smooth(fixes, geo.SmoothOptions{Gap: 5 * time.Minute}).Parts(), 2)
	for _, part := range r.Parts() {
		require.Len(t, part.Nodes, 10)
		require.True(t, part.Nodes[0].Break)
		require.InDelta(t, 180, part.Length(), 1)
	}
}

func TestSmoothDropsOutliers(t *testing.T) {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for _, wild := range [][]int{{0}, {1}, {15}, {29}, {0, 29}, {10, 11, 12}, {3, 9, 20}} {
		t.Run(fmt.Sprint(wild), func(t *testing.T) {
			var fixes []geo.Fix
			for i := range 30 {
				fixes = append(fixes, geo.Fix{Point: onEarth(25*float64(i), 3*float64(i%3)), At: began.Add(time.Duration(i) * 5 * time.Second), SpeedKmh: 18, Heading: math.NaN()})
			}
			for k, i := range wild {
				fixes[i].Point = onEarth(25*float64(i), 80+40*float64(k))
			}
			r := geo.Smooth(fixes, geo.SmoothOptions{})
			require.Equal(t, len(wild), r.Dropped)
			require.Len(t, r.Nodes, 30-len(wild))
			for _, n := range r.Nodes {
				require.Less(t, geo.Distance(n.Point, geo.Point{Lat: plaza.Lat, Lng: n.Point.Lng}), 10.0)
			}
		})
	}
}

// A scooter that is carried away in a van has two parts, and neither is eaten up.
func TestSmoothOfALeap(t *testing.T) {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var fixes []geo.Fix
	for i := range 100 {
		east := 25 * float64(i)
		if i >= 50 {
			east += 5000
		}
		fixes = append(fixes, geo.Fix{Point: onEarth(east, 0), At: began.Add(time.Duration(i) * 5 * time.Second), SpeedKmh: math.NaN(), Heading: math.NaN()})
	}
	r := geo.Smooth(fixes, geo.SmoothOptions{})
	require.Len(t, r.Parts(), 2)
	require.Less(t, r.Dropped, 20)
	for _, n := range r.Nodes {
		require.InDelta(t, 18, n.SpeedKmh, 3)
	}
}

func TestSmoothOfLittle(t *testing.T) {
	require.Empty(t, geo.Smooth(nil, geo.SmoothOptions{}).Nodes)
	require.Nil(t, geo.Route{}.Curve(1))
	require.Empty(t, geo.Route{}.Parts())
	one := geo.Smooth([]geo.Fix{{Point: plaza}}, geo.SmoothOptions{})
	require.Len(t, one.Nodes, 1)
	require.Less(t, geo.Distance(plaza, one.Nodes[0].Point), 0.001)
	require.Zero(t, one.Length())
	require.Len(t, one.Curve(1), 1)
}

// anyFixes draws fixes as bad as they may come: no places, no numbers, any time, any order.
func anyFixes(t *rapid.T) []geo.Fix {
	began := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	number := func(name string, low, high float64) float64 {
		return rapid.OneOf(rapid.Float64Range(low, high), rapid.Float64Range(low, high), rapid.Float64Range(low, high), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), 0, -1, 1e300})).Draw(t, name)
	}
	center := anywhere(t, "center")
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) geo.Fix {
		return geo.Fix{
			Point: geo.Point{
				Lat: center.Lat + number("lat", -0.01, 0.01), Lng: center.Lng + number("lng", -0.01, 0.01),
			},
			At:       began.Add(time.Duration(rapid.OneOf(rapid.Int64Range(0, 300e9), rapid.Int64Range(0, 300e9), rapid.Int64Range(0, 3), rapid.Int64()).Draw(t, "at"))),
			SpeedKmh: number("speed", 0, 40), Heading: number("heading", -10, 400), Sigma: number("sigma", 0, 50),
		}
	}), 0, 60).Draw(t, "fixes")
}

func TestSmoothOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fixes := anyFixes(t)
		o := geo.SmoothOptions{
			Gap:  time.Duration(rapid.SampledFrom([]int64{0, -1, 1, 10e9, math.MaxInt64}).Draw(t, "gap")),
			Gate: rapid.SampledFrom([]float64{0, -1, math.NaN(), 0.5, 5, math.Inf(1)}).Draw(t, "gate"),
		}
		r := geo.Smooth(fixes, o)
		require.LessOrEqual(t, len(r.Nodes)+r.Dropped, len(fixes))
		sound(t, r)

		// Neither the order nor what comes twice changes anything.
		shuffled := rapid.Permutation(append(fixes, fixes...)).Draw(t, "shuffled")
		require.Equal(t, r, geo.Smooth(shuffled, o))
	})
}

// sound checks that a route has a time, a place and a way everywhere.
func sound(t require.TestingT, r geo.Route) {
	for i, n := range r.Nodes {
		require.True(t, n.Point.Valid(), n)
		require.False(t, math.IsNaN(n.SpeedKmh) || math.IsInf(n.SpeedKmh, 0) || math.IsNaN(n.Heading), n)
		require.GreaterOrEqual(t, n.Heading, 0.0)
		require.Less(t, n.Heading, 360.0)
		if i > 0 {
			require.True(t, n.At.After(r.Nodes[i-1].At), "time goes on")
		}
	}
	length := r.Length()
	require.False(t, math.IsNaN(length) || math.IsInf(length, 0) || length < 0, length)
	for _, p := range r.Curve(50) {
		require.True(t, p.Valid(), p)
	}
}

func BenchmarkSmooth(b *testing.B) {
	dice := rand.New(rand.NewPCG(1, 1))
	fixes, _, _ := told{every: 5 * time.Second, noise: 5, outliers: 0.02, speeds: true}.tell(dice, ride(dice, 30))
	b.Logf("%d fixes", len(fixes))
	for b.Loop() {
		geo.Smooth(fixes, geo.SmoothOptions{})
	}
}
