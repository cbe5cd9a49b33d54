package geo_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

// drawn is an area with the edges it was drawn by, in a plane.
type drawn struct {
	area  geo.Area
	edges [][2]vector
}

func draw(t require.TestingT, rings ...[]geo.Point) drawn {
	area, err := geo.NewArea([][][]geo.Point{rings})
	require.NoError(t, err)
	d := drawn{area: area}
	for _, ring := range rings {
		for i := range ring {
			d.edges = append(d.edges, [2]vector{flat(ring[i]), flat(ring[(i+1)%len(ring)])})
		}
	}
	return d
}

// The oracle: in the gnomonic projection great circles are straight lines, so that the plane's geometry tells the truth.
type vector struct{ x, y float64 }

var tangent = geo.Point{Lat: 40, Lng: -4}

func flat(p geo.Point) vector {
	const degree = math.Pi / 180
	sin, cos := math.Sincos(p.Lat * degree)
	sin0, cos0 := math.Sincos(tangent.Lat * degree)
	sinL, cosL := math.Sincos((p.Lng - tangent.Lng) * degree)
	up := sin0*sin + cos0*cos*cosL
	return vector{cos * sinL / up, (cos0*sin - sin0*cos*cosL) / up}
}

func (d drawn) contains(at vector) (inside bool) {
	for _, e := range d.edges {
		a, b := e[0], e[1]
		if (a.y > at.y) != (b.y > at.y) && at.x < a.x+(at.y-a.y)/(b.y-a.y)*(b.x-a.x) {
			inside = !inside
		}
	}
	return inside
}

func (d drawn) crossed(p, q vector) bool {
	left := func(a, b, c vector) bool { return (b.x-a.x)*(c.y-a.y) > (b.y-a.y)*(c.x-a.x) }
	for _, e := range d.edges {
		if left(p, q, e[0]) != left(p, q, e[1]) && left(e[0], e[1], p) != left(e[0], e[1], q) {
			return true
		}
	}
	return d.contains(p) || d.contains(q)
}

// star draws a ring of so many corners around a place, between one and two thirds of the radius (degrees) from its edge.
func star(at geo.Point, radius float64, corners int, far func() float64) []geo.Point {
	ring := make([]geo.Point, corners)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(corners))
		r := radius * (1 + far()) / 2
		ring[i] = geo.Point{Lat: at.Lat + r*sin, Lng: at.Lng + r*cos/math.Cos(at.Lat*math.Pi/180)}
	}
	return ring
}

func town(t testing.TB, zones, corners int) ([]drawn, []geo.Area) {
	t.Helper()
	dice := rand.New(rand.NewPCG(1, 2))
	all, areas := make([]drawn, zones), make([]geo.Area, zones)
	for i := range all {
		at := geo.Point{Lat: 40 + dice.Float64()*0.4 - 0.2, Lng: -4 + dice.Float64()*0.4 - 0.2}
		radius := 0.002 + 0.02*dice.Float64()*dice.Float64()
		rings := [][]geo.Point{star(at, radius, corners, dice.Float64)}
		if i%3 == 0 {
			rings = append(rings, star(at, radius/3, 12, dice.Float64))
		}
		all[i] = draw(t, rings...)
		areas[i] = all[i].area
	}
	return all, areas
}

func TestLayerOfATown(t *testing.T) {
	zones, areas := town(t, 2000, 200)
	began := time.Now()
	layer := geo.NewLayer(areas)
	t.Logf("2,000 zones of 200 vertices are indexed in %s", time.Since(began).Round(time.Millisecond))

	dice := rand.New(rand.NewPCG(3, 4))
	place := func() geo.Point {
		return geo.Point{Lat: 40 + dice.Float64()*0.5 - 0.25, Lng: -4 + dice.Float64()*0.5 - 0.25}
	}
	found := 0
	for range 300 {
		from, step := place(), math.Pow(10, -1-5*dice.Float64())
		to := geo.Point{Lat: from.Lat + step*(dice.Float64()-0.5), Lng: from.Lng + step*(dice.Float64()-0.5)}
		var at, touched []int
		for i, z := range zones {
			if z.contains(flat(from)) {
				at = append(at, i)
			}
			if z.crossed(flat(from), flat(to)) {
				touched = append(touched, i)
			}
		}
		require.Equal(t, at, layer.At(from), from)
		require.Equal(t, touched, crossed(layer, from, to), "%v to %v", from, to)
		found += len(touched)
	}
	require.Greater(t, found, 300)
}

func TestLayerAgainstBruteForce(t *testing.T) {
	near := func(t *rapid.T, name string) geo.Point {
		return geo.Point{Lat: 40 + rapid.Float64Range(-0.05, 0.05).Draw(t, name+" lat"), Lng: -4 + rapid.Float64Range(-0.05, 0.05).Draw(t, name+" lng")}
	}
	rapid.Check(t, func(t *rapid.T) {
		zones := make([]drawn, rapid.IntRange(1, 6).Draw(t, "zones"))
		areas := make([]geo.Area, len(zones))
		for i := range zones {
			at, radius := near(t, "zone"), rapid.Float64Range(0.0001, 0.05).Draw(t, "radius")
			far := func() float64 { return rapid.Float64Range(0, 1).Draw(t, "far") }
			rings := [][]geo.Point{star(at, radius, rapid.IntRange(3, 12).Draw(t, "corners"), far)}
			if len(rings[0]) > 6 && rapid.Bool().Draw(t, "hole") {
				rings = append(rings, star(at, radius/3, 6, far))
			}
			zones[i] = draw(t, rings...)
			areas[i] = zones[i].area
		}
		layer := geo.NewLayer(areas)
		from, to := near(t, "from"), near(t, "to")
		at, touched := layer.At(from), crossed(layer, from, to)
		for i, z := range zones {
			require.Equal(t, z.contains(flat(from)), contains(at, i))
			require.Equal(t, z.area.Contains(from), contains(at, i))
			require.Equal(t, z.crossed(flat(from), flat(to)), contains(touched, i))
		}
		require.Equal(t, touched, crossed(layer, to, from))
	})
}

// crossed is the areas that the straight way between two places touches, as whoever rides it finds them: where it lies between the
// cuts, and at its ends.
func crossed(layer *geo.Layer, from, to geo.Point) []int {
	if !from.Valid() || !to.Valid() {
		return nil
	}
	touched, begin := append(layer.At(from), layer.At(to)...), 0.0
	for _, end := range append(layer.Cuts(from, to), 1) {
		touched = append(touched, layer.At(geo.Along(from, to, (begin+end)/2))...)
		begin = end
	}
	slices.Sort(touched)
	return slices.Compact(touched)
}

func contains(list []int, want int) bool {
	for _, i := range list {
		if i == want {
			return true
		}
	}
	return false
}

func TestCrossed(t *testing.T) {
	thin := []geo.Point{{Lat: 39, Lng: -4}, {Lat: 41, Lng: -4}, {Lat: 41, Lng: -3.99999}, {Lat: 39, Lng: -3.99999}} // 85 cm wide
	block := square(40, -3.9, 0.01)
	ell := []geo.Point{{Lat: 40, Lng: -3.7}, {Lat: 40, Lng: -3.6}, {Lat: 40.01, Lng: -3.6}, {Lat: 40.01, Lng: -3.69}, {Lat: 40.1, Lng: -3.69}, {Lat: 40.1, Lng: -3.7}}
	var areas []geo.Area
	for _, rings := range [][][]geo.Point{{thin}, {block, square(40, -3.9, 0.005)}, {ell}} {
		a, err := geo.NewArea([][][]geo.Point{rings})
		require.NoError(t, err)
		areas = append(areas, a)
	}
	layer := geo.NewLayer(append(areas, geo.Area{}, areas[0]))
	at := func(lat, lng float64) geo.Point { return geo.Point{Lat: lat, Lng: lng} }
	for name, c := range map[string]struct {
		from, to geo.Point
		want     []int
	}{
		"a fast pass through a thin zone":   {at(40, -4.001), at(40, -3.999), []int{0, 4}},
		"beside it":                         {at(40, -4.002), at(40, -4.001), nil},
		"along it, inside":                  {at(40, -3.999995), at(40.1, -3.999995), []int{0, 4}},
		"from hole to hole":                 {at(40, -3.903), at(40, -3.897), nil},
		"out of the hole":                   {at(40, -3.9), at(40.02, -3.9), []int{1}},
		"out of the hole into the zone":     {at(40, -3.9), at(40.007, -3.9), []int{1}},
		"over zone and hole":                {at(40, -3.92), at(40, -3.88), []int{1}},
		"through both":                      {at(40, -4.1), at(40, -3.88), []int{0, 1, 4}},
		"inside":                            {at(40.007, -3.9), at(40.0071, -3.9), []int{1}},
		"standing inside":                   {at(40.007, -3.9), at(40.007, -3.9), []int{1}},
		"from corner to corner, through it": {block[0], block[2], []int{1}},
		"from corner to corner, beside it":  {ell[2], ell[4], nil},
		"from corner to corner, in it":      {ell[0], ell[3], []int{2}},
		"half around the world":             {at(-40, 176), at(40.03, -3.95), nil},
		"no place":                          {at(91, 0), at(40.007, -3.9), nil},
		"not a number":                      {at(40.007, -3.9), at(math.NaN(), 0), nil},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, crossed(layer, c.from, c.to)) })
	}
	require.Nil(t, layer.At(at(0, 0)))
	require.Nil(t, layer.At(at(91, 0)))
	require.Nil(t, geo.NewLayer(nil).At(at(0, 0)))
	require.Nil(t, crossed(geo.NewLayer([]geo.Area{{}}), at(0, 0), at(1, 1)))
}

// Wherever the places are, antipodes and poles among them, an answer comes and holds what is at the ends.
func TestCrossedAnywhere(t *testing.T) {
	_, areas := town(t, 20, 30)
	layer := geo.NewLayer(areas)
	rapid.Check(t, func(t *rapid.T) {
		from, to := anywhere(t, "from"), anywhere(t, "to")
		if rapid.Bool().Draw(t, "antipode") {
			to = geo.Point{Lat: -from.Lat, Lng: math.Mod(from.Lng+360, 360) - 180}
		}
		require.Subset(t, crossed(layer, from, to), layer.At(from))
		require.Subset(t, crossed(layer, from, to), layer.At(to))
	})
}

func TestLayerIsReadByManyAtOnce(t *testing.T) {
	_, areas := town(t, 50, 40)
	layer := geo.NewLayer(areas)
	from, to := geo.Point{Lat: 39.8, Lng: -4.2}, geo.Point{Lat: 40.2, Lng: -3.8}
	want := crossed(layer, from, to)
	require.NotEmpty(t, want)
	answers := make([][]int, 8)
	var readers sync.WaitGroup
	for i := range answers {
		readers.Go(func() {
			for range 200 {
				answers[i] = crossed(layer, from, to)
				layer.At(from)
			}
		})
	}
	readers.Wait()
	for _, got := range answers {
		require.Equal(t, want, got)
	}
}

func BenchmarkLayer(b *testing.B) {
	_, areas := town(b, 2000, 200)
	layer := geo.NewLayer(areas)
	from := geo.Point{Lat: 40, Lng: -4}
	to := geo.Point{Lat: 40.0002, Lng: -4.0002}
	b.Run("At", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			layer.At(from)
		}
	})
	b.Run("Cuts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			layer.Cuts(from, to)
		}
	})
}
