package zones_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/zone"
	"rodada/geo"
	"rodada/telemetry/zones"
)

// turned is a place so far along a direction and to the right of it, in metres.
func turned(direction, along, right float64) geo.Point {
	sin, cos := math.Sincos(direction)
	return at(along*cos-right*sin, along*sin+right*cos)
}

// street is a zone across a direction, from so far along it on, 4 km long.
func street(t require.TestingT, direction, from, wide float64, rule zone.Rule) zone.Set {
	var ring []geo.Point
	for _, c := range [][2]float64{{from, -2000}, {from, 2000}, {from + wide, 2000}, {from + wide, -2000}} {
		ring = append(ring, turned(direction, c[0], c[1]))
	}
	shape, err := geo.NewArea([][][]geo.Point{{ring}})
	require.NoError(t, err)
	return zone.NewSet(1, []zone.Zone{{ID: 1, Version: 1, Draft: zone.Draft{Name: "street", Rules: []zone.Rule{rule}}, Area: shape}})
}

// off is a satellite fix of a place, at most 5 m off.
func off(t *rapid.T, p geo.Point) geo.Point {
	return zones.Offset(p, rapid.Float64Range(0, 4.9).Draw(t, "off"), rapid.Float64Range(0, 2*math.Pi).Draw(t, "to"))
}

// However narrow a street is where nobody may ride, and wherever the fixes of a ride fall: who crosses it is told of it.
func TestAStreetThatIsCrossedIsNoticed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		direction := rapid.Float64Range(0, 2*math.Pi).Draw(t, "street")
		wide := rapid.Float64Range(0.5, 30).Draw(t, "wide")
		set := street(t, direction, 0, wide, shut)
		slant := rapid.Float64Range(-2, 2).Draw(t, "slant") // metres aside for each one on
		var fixes []geo.Point
		for on := -60 - rapid.Float64Range(0, 40).Draw(t, "begin"); len(fixes) < 2 || on < wide+60; {
			fixes = append(fixes, off(t, turned(direction, on, slant*on)))
			on += rapid.Float64Range(0, 50).Draw(t, "step")
			if len(fixes) > 200 {
				on += 50 // it has waited for long enough
			}
		}
		fixes = append(fixes, off(t, turned(direction, wide+80, slant*(wide+80))))
		told := zones.Ride(set, 10*time.Second, fixes...)
		require.NotEmpty(t, told)
		require.Equal(t, "street", told[0].Zone)
		require.False(t, told[0].Through)
	})
}

// Whoever rides along a border is told nothing, on whichever side, however narrow the zone is and however the fixes are off.
func TestABorderThatIsFollowedIsNotCrossed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		direction := rapid.Float64Range(0, 2*math.Pi).Draw(t, "border")
		wide := rapid.SampledFrom([]float64{1, 3, 6, 9, 12, 500}).Draw(t, "wide")
		set := street(t, direction, 0, wide, shut)
		from := -rapid.Float64Range(0, 12).Draw(t, "from the border")
		var fixes []geo.Point
		for aside := -1500.0; aside < 1500 && len(fixes) < 150; aside += rapid.Float64Range(0, 60).Draw(t, "step") {
			fixes = append(fixes, off(t, turned(direction, from, aside)))
		}
		begin := turned(direction, -40, -1500)
		require.Empty(t, zones.Ride(set, 10*time.Second, append([]geo.Point{begin}, fixes...)...))
	})
}

func TestPasses(t *testing.T) {
	set := street(t, 0, 0, 12, shut)
	for name, c := range map[string]struct {
		fixes [][2]float64 // along, right
		want  int
	}{
		"right through, between two fixes":       {[][2]float64{{-20, 0}, {32, 0}}, 1},
		"with a fix in its middle":               {[][2]float64{{-20, 0}, {6, 0}, {32, 0}}, 1},
		"with fixes at its borders":              {[][2]float64{{-20, 0}, {-2, 0}, {1, 0}, {10, 0}, {13, 0}, {32, 0}}, 1},
		"to and fro":                             {[][2]float64{{-20, 0}, {32, 0}, {-20, 0}}, 2},
		"in and out on the same side":            {[][2]float64{{-20, 0}, {6, 0}, {-20, 10}}, 0},
		"to its other border, and not clearly":   {[][2]float64{{-20, 0}, {16, 0}}, 0},
		"around its end":                         {[][2]float64{{-20, 2000}, {-20, 2050}, {32, 2050}, {32, 2000}}, 0},
		"just over its end, which a fix may be":  {[][2]float64{{-20, 1998}, {32, 1998}}, 0},
		"a while at its border, and then across": {[][2]float64{{-20, 0}, {-3, 0}, {-2, 1}, {-3, 0}, {-2, 1}, {-3, 0}, {-2, 1}, {-3, 0}, {32, 0}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			var fixes []geo.Point
			for _, f := range c.fixes {
				fixes = append(fixes, turned(0, f[0], f[1]))
			}
			told := zones.Ride(set, 20*time.Second, fixes...)
			require.Len(t, told, c.want)
			for _, each := range told {
				require.True(t, each.Passed)
				require.Equal(t, "r1", each.RentalID)
			}
		})
	}
	require.Empty(t, zones.Ride(set, 61*time.Second, at(-20, 0), at(32, 0)), "nobody knows the way of a minute")
	told := zones.Ride(set, 52*time.Second, at(-20, 0), at(32, 0))
	require.WithinDuration(t, noon.Add(52*time.Second+26*time.Second), told[0].At, time.Second, "in the middle of the street")
}
