package zone_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/zone"
	"rodada/geo"
)

// ring is a square around a place; the half side is in degrees.
func ring(lat, lng, half float64) []geo.Point {
	return []geo.Point{
		{Lat: lat - half, Lng: lng - half}, {Lat: lat - half, Lng: lng + half},
		{Lat: lat + half, Lng: lng + half}, {Lat: lat + half, Lng: lng - half},
	}
}

func area(t require.TestingT, rings ...[]geo.Point) geo.Area {
	a, err := geo.NewArea([][][]geo.Point{rings})
	require.NoError(t, err)
	return a
}

func set(zones ...zone.Zone) zone.Set {
	for i := range zones {
		zones[i].Order = i
	}
	return zone.NewSet(1, zones)
}

// drawn is a zone for every model, for good.
func drawn(name string, a geo.Area, end bool) zone.Zone {
	rule := zone.Open
	rule.RideEnd = end
	return zone.Zone{Draft: zone.Draft{Name: name, Rules: []zone.Rule{rule}}, Area: a}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func mayEnd(s zone.Set, p geo.Point) (bool, *zone.Place) {
	_, nearest, allowed := s.MayEnd(p, zone.Case{At: noon})
	return allowed, nearest
}

func TestMayEnd(t *testing.T) {
	city := drawn("city", area(t, ring(40, -4, 0.1)), true)
	park := drawn("park", area(t, ring(40, -4, 0.01)), false)
	rack := drawn("rack", area(t, ring(40, -4, 0.001)), true)
	ringRoad := drawn("ring", area(t, ring(40, -4, 0.1), ring(40, -4, 0.05)), true)
	for name, c := range map[string]struct {
		zones   zone.Set
		lat     float64
		allowed bool
		nearest string
		meters  float64
	}{
		"no zones":                                     {set(), 40, true, "", 0},
		"inside":                                       {set(city), 40, true, "", 0},
		"outside":                                      {set(city), 40.2, false, "city", 11_119},
		"the first zone decides: no":                   {set(park, city), 40, false, "city", 851},
		"the first zone decides: yes":                  {set(city, park), 40, true, "", 0},
		"a rack in the park":                           {set(rack, park, city), 40, true, "", 0},
		"near the rack in the park":                    {set(rack, park, city), 40.002, false, "rack", 111},
		"in the park, nearer to its edge":              {set(rack, park, city), 40.009, false, "city", 111},
		"only forbidden zones: outside is allowed":     {set(park), 40.2, true, "", 0},
		"only forbidden zones: the way out":            {set(park), 40.009, false, "", 111},
		"in the hole":                                  {set(ringRoad), 40.04, false, "ring", 1112},
		"in the ring":                                  {set(ringRoad), 40.07, true, "", 0},
		"an allowed zone that is forbidden as a whole": {set(drawn("all", area(t, ring(40, -4, 0.1)), false), rack), 40, false, "", -1},
	} {
		t.Run(name, func(t *testing.T) {
			allowed, nearest := mayEnd(c.zones, geo.Point{Lat: c.lat, Lng: -4})
			require.Equal(t, c.allowed, allowed)
			if c.allowed || c.meters < 0 {
				require.Nil(t, nearest)
				return
			}
			require.NotNil(t, nearest)
			require.Equal(t, c.nearest, nearest.Zone)
			require.InDelta(t, c.meters, nearest.Meters, 0.005*c.meters+3)
			allowed, _ = mayEnd(c.zones, nearest.Point)
			require.True(t, allowed, "the nearest place is not allowed")
		})
	}
}

// Two zones that overlap leave an inner corner where their borders cross.
func TestNearestAtACrossing(t *testing.T) {
	zones := set(
		drawn("north", area(t, ring(40.05, -4, 0.06)), false),
		drawn("east", area(t, ring(40, -3.95, 0.06)), false),
		drawn("city", area(t, ring(40, -4, 0.2)), true),
	)
	from := geo.Point{Lat: 40.0, Lng: -4.0} // in both, nearest to the corner between them
	allowed, nearest := mayEnd(zones, from)
	require.False(t, allowed)
	require.InDelta(t, bruteForce(zones, from, 0.012), nearest.Meters, 30)
}

func TestAcrossTheAntimeridian(t *testing.T) {
	across := []geo.Point{{Lat: -17, Lng: 179.9}, {Lat: -17, Lng: -179.9}, {Lat: -16.8, Lng: -179.9}, {Lat: -16.8, Lng: 179.9}}
	zones := set(drawn("Taveuni", area(t, across), true))
	for _, lng := range []float64{179.95, 180, -180, -179.95} {
		allowed, _ := mayEnd(zones, geo.Point{Lat: -16.9, Lng: lng})
		require.True(t, allowed, lng)
	}
	allowed, nearest := mayEnd(zones, geo.Point{Lat: -16.9, Lng: -179.8})
	require.False(t, allowed)
	require.InDelta(t, -179.9, nearest.Point.Lng, 0.001)
	require.InDelta(t, 10_640, nearest.Meters, 20)
}

// Whatever the zones: the nearest place is really allowed, and no place of a fine grid is nearer.
func TestNearestAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var zones []zone.Zone
		for i := range rapid.IntRange(1, 4).Draw(t, "zones") {
			lat := 40 + rapid.Float64Range(-0.02, 0.02).Draw(t, "lat")
			lng := -4 + rapid.Float64Range(-0.02, 0.02).Draw(t, "lng")
			half := rapid.Float64Range(0.003, 0.02).Draw(t, "half")
			rings := [][]geo.Point{ring(lat, lng, half)}
			if rapid.Bool().Draw(t, "hole") {
				rings = append(rings, ring(lat, lng, half/2))
			}
			zones = append(zones, drawn(string(rune('a'+i)), area(t, rings...), rapid.Bool().Draw(t, "allowed")))
		}
		s := set(zones...)
		from := geo.Point{Lat: 40 + rapid.Float64Range(-0.03, 0.03).Draw(t, "from lat"), Lng: -4 + rapid.Float64Range(-0.03, 0.03).Draw(t, "from lng")}
		allowed, nearest := mayEnd(s, from)
		if allowed {
			require.Nil(t, nearest)
			return
		}
		best := bruteForce(s, from, 0.05)
		if nearest == nil {
			require.True(t, math.IsInf(best, 1), "there is a place %f m away", best)
			return
		}
		there, _ := mayEnd(s, nearest.Point)
		require.True(t, there, "the nearest place is not allowed")
		require.InDelta(t, geo.Distance(from, nearest.Point), nearest.Meters, 0.01)
		require.LessOrEqual(t, nearest.Meters, best+2, "a place %f m away was missed", best)
	})
}

// bruteForce looks at the places of a grid around from.
func bruteForce(s zone.Set, from geo.Point, reach float64) float64 {
	const steps = 60
	best := math.Inf(1)
	for i := -steps; i <= steps; i++ {
		for j := -steps; j <= steps; j++ {
			at := geo.Point{Lat: from.Lat + reach*float64(i)/steps, Lng: from.Lng + reach*float64(j)/steps}
			if meters := geo.Distance(from, at); meters < best {
				if allowed := judge(s, at); allowed {
					best = meters
				}
			}
		}
	}
	return best
}

// judge is the rule once more, written down from its text.
func judge(s zone.Set, p geo.Point) bool {
	none := true
	for _, z := range s.Zones {
		if z.Rules[0].RideEnd {
			none = false
		}
	}
	for _, z := range s.Zones {
		if z.Area.Contains(p) {
			return z.Rules[0].RideEnd
		}
	}
	return none
}
