package geo_test

import (
	"encoding/json"
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
	type ring = []geo.Point
	found := map[geo.Flaw]bool{}
	for name, c := range map[string]struct {
		polygons [][][]geo.Point
		want     string
	}{
		"nothing":               {nil, "the shape has no ring"},
		"no ring":               {[][][]geo.Point{{square(0, 0, 1)}, {}}, "polygon 2 has no ring"},
		"an empty ring":         {[][][]geo.Point{{{}}}, "polygon 1, ring 1 needs at least three corners and has 0"},
		"two corners":           {[][][]geo.Point{{ring{{Lat: 1, Lng: 1}, {Lat: 2, Lng: 2}}}}, "polygon 1, ring 1 needs at least three corners and has 2"},
		"two corners, closed":   {[][][]geo.Point{{ring{{Lat: 1, Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 1}}}}, "polygon 1, ring 1 needs at least three corners and has 2"},
		"beyond the pole":       {[][][]geo.Point{{ring{{Lat: 91, Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}}, "polygon 1, ring 1, vertex 1 is not on the Earth: longitude 1, latitude 91"},
		"beyond the meridian":   {[][][]geo.Point{{square(0, 0, 1), ring{{Lat: 1, Lng: 1}, {Lat: 2, Lng: 181}, {Lat: 1, Lng: 3}}}}, "polygon 1, ring 2, vertex 2 is not on the Earth: longitude 181, latitude 2"},
		"not a number":          {[][][]geo.Point{{ring{{Lat: math.NaN(), Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}}, "polygon 1, ring 1, vertex 1 is not on the Earth: longitude 1, latitude NaN"},
		"a corner twice":        {[][][]geo.Point{{ring{{Lat: 1, Lng: 1}, {Lat: 1, Lng: 1}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 3}}}}, "polygon 1, ring 1, vertex 2 is the same place as vertex 1"},
		"back on itself":        {[][][]geo.Point{{ring{{Lat: 1, Lng: 1}, {Lat: 1, Lng: 2}, {Lat: 2, Lng: 2}, {Lat: 1, Lng: 2}}}}, "polygon 1, ring 1, vertex 4 is the same place as vertex 2"},
		"a bow tie":             {[][][]geo.Point{{ring{{Lat: 0, Lng: 0}, {Lat: 1, Lng: 1}, {Lat: 1, Lng: 0}, {Lat: 0, Lng: 1}}}}, "polygon 1, ring 1, vertex 1 begins an edge that crosses the one from vertex 3 of polygon 1, ring 1"},
		"a hole over the edge":  {[][][]geo.Point{{square(0, 0, 1), square(1, 1, 0.5)}}, "polygon 1, ring 1, vertex 2 begins an edge that crosses the one from vertex 1 of polygon 1, ring 2"},
		"polygons that overlap": {[][][]geo.Point{{square(0, 0, 1)}, {square(0.5, 0.5, 1)}}, "polygon 1, ring 1, vertex 2 begins an edge that crosses the one from vertex 1 of polygon 2, ring 1"},
		"a hole outside":        {[][][]geo.Point{{square(0, 0, 1), square(5, 5, 1)}}, "polygon 1, ring 2 is a hole that does not lie within ring 1"},
		"a hole around":         {[][][]geo.Point{{square(0, 0, 1), square(0, 0, 2)}}, "polygon 1, ring 2 is a hole that does not lie within ring 1"},
		"a hole in a hole":      {[][][]geo.Point{{square(0, 0, 4), square(0, 0, 2), square(0, 0, 1)}}, "polygon 1, ring 3 is a hole over the one of ring 2"},
		"a hole around a hole":  {[][][]geo.Point{{square(0, 0, 4), square(0, 0, 1), square(0, 0, 2)}}, "polygon 1, ring 3 is a hole over the one of ring 2"},
		"a hole twice":          {[][][]geo.Point{{square(0, 0, 4), square(0, 0, 1), square(0, 0, 1)}}, "polygon 1, ring 3 is a hole over the one of ring 2"},
		"a polygon in another":  {[][][]geo.Point{{square(0, 0, 2)}, {square(0, 0, 1)}}, "polygon 2, ring 1 lies over polygon 1, outside of its holes"},
		"a polygon around one":  {[][][]geo.Point{{square(0, 0, 1)}, {square(0, 0, 2)}}, "polygon 2, ring 1 lies over polygon 1, outside of its holes"},
		"a polygon twice":       {[][][]geo.Point{{square(0, 0, 1)}, {square(0, 0, 1)}}, "polygon 2, ring 1 lies over polygon 1, outside of its holes"},
		"a polygon over a hole": {[][][]geo.Point{{square(0, 0, 2), square(0, 0, 1)}, {square(0, 0, 1.5)}}, "polygon 2, ring 1 lies over polygon 1, outside of its holes"},
		"flat, on a meridian":   {[][][]geo.Point{{ring{{Lat: 40, Lng: -4}, {Lat: 40.1, Lng: -4}, {Lat: 40.2, Lng: -4}}}}, "polygon 1, ring 1 is flat: it lies on a line and surrounds no area"},
		"flat, on the equator":  {[][][]geo.Point{{ring{{Lng: 1}, {Lng: 3}, {Lng: 2}, {Lng: 4}}}}, "polygon 1, ring 1 is flat: it lies on a line and surrounds no area"},
		"a hole that is flat":   {[][][]geo.Point{{square(0, 0, 1), ring{{Lng: 0.1}, {Lng: 0.2}, {Lng: 0.3}}}}, "polygon 1, ring 2 is flat: it lies on a line and surrounds no area"},
		"a point, nearly":       {[][][]geo.Point{{square(40, -4, 1e-7)}}, "polygon 1, ring 1 is flat: it lies on a line and surrounds no area"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := geo.NewArea(c.polygons)
			var shape *geo.ShapeError
			require.ErrorAs(t, err, &shape)
			require.EqualError(t, err, c.want)
			require.Contains(t, geo.Flaws(), shape.Flaw)
			found[shape.Flaw] = true
		})
	}
	require.Len(t, found, len(geo.Flaws())-2, "unreadable is the parser's, inconsistent the last resort")
}

// A rack for scooters is a few metres wide, and a street may be a long and narrow zone.
func TestSmallAreasAreAreas(t *testing.T) {
	_, err := geo.NewArea([][][]geo.Point{{square(40, -4, 1e-5)}})
	require.NoError(t, err)
	_, err = geo.NewArea([][][]geo.Point{{{{Lat: 40, Lng: -4}, {Lat: 40, Lng: -3}, {Lat: 40.00001, Lng: -3.5}}}})
	require.NoError(t, err)
}

func TestPointsHaveSixDecimals(t *testing.T) {
	for want, p := range map[string]geo.Point{
		`{"lat":40.416775,"lng":-3.70379}`:  {Lat: 40.41677512345, Lng: -3.7037899999},
		`{"lat":-90,"lng":180}`:             {Lat: -90, Lng: 180},
		`{"lat":0,"lng":0.000001}`:          {Lat: 1e-9, Lng: 0.9e-6},
		`{"lat":-33.868821,"lng":151.2093}`: {Lat: -33.8688205001, Lng: 151.2093},
	} {
		text, err := json.Marshal(p)
		require.NoError(t, err)
		require.Equal(t, want, string(text))
		var back geo.Point
		require.NoError(t, json.Unmarshal(text, &back))
		require.InDelta(t, 0, geo.Distance(p, back), 0.12)
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

func TestPoint(t *testing.T) {
	require.True(t, geo.Point{}.IsZero())
	require.False(t, geo.Point{Lat: 0.0001}.IsZero())
	require.True(t, geo.Point{Lat: -90, Lng: 180}.Valid())
	require.False(t, geo.Point{Lat: 90.01}.Valid())
	require.False(t, geo.Point{Lng: -180.01}.Valid())
	require.False(t, geo.Point{Lat: math.Inf(1)}.Valid())
}
