package geo_test

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/golang/geo/s2"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

// The figures are from the author's own port to JavaScript; testdata/distances.mjs says how to write them again.
func TestDistanceIsKarneys(t *testing.T) {
	file, err := os.Open("testdata/distances.csv.gz")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	text, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows, err := csv.NewReader(text).ReadAll()
	require.NoError(t, err)
	rows = rows[1:]
	require.Len(t, rows, 10_000)

	worst := map[string]float64{}
	for _, row := range rows {
		number := func(column int) float64 {
			n, err := strconv.ParseFloat(row[column], 64)
			require.NoError(t, err)
			return n
		}
		a, b := geo.Point{Lat: number(1), Lng: number(2)}, geo.Point{Lat: number(3), Lng: number(4)}
		there, back := geo.Distance(a, b), geo.Distance(b, a)
		require.InDelta(t, number(5), there, 0.0001, row)
		require.InDelta(t, there, back, 1e-6, row)
		worst[row[0]] = max(worst[row[0]], math.Abs(there-number(5)))
	}
	require.Len(t, worst, 11, "kinds of pairs")
	for kind, meters := range worst {
		t.Logf("%-10s at most %8.6f mm off", kind, 1000*meters)
	}
}

func TestDistanceOfNoPlace(t *testing.T) {
	here := geo.Point{Lat: 40, Lng: -4}
	for _, p := range []geo.Point{{Lat: 91}, {Lng: 181}, {Lat: math.NaN()}, {Lng: math.Inf(1)}} {
		require.True(t, math.IsNaN(geo.Distance(here, p)), p)
		require.True(t, math.IsNaN(geo.Distance(p, here)), p)
	}
}

// anywhere draws a place, often a special one.
func anywhere(t *rapid.T, name string) geo.Point {
	return geo.Point{
		Lat: rapid.OneOf(rapid.Float64Range(-90, 90), rapid.SampledFrom([]float64{-90, 0, 90})).Draw(t, name+" latitude"),
		Lng: rapid.OneOf(rapid.Float64Range(-180, 180), rapid.SampledFrom([]float64{-180, -90, 0, 90, 180})).Draw(t, name+" longitude"),
	}
}

func TestDistanceIsOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anywhere(t, "a"), anywhere(t, "b"), anywhere(t, "c")
		ab, bc, ac := geo.Distance(a, b), geo.Distance(b, c), geo.Distance(a, c)
		require.Zero(t, geo.Distance(a, a))
		require.GreaterOrEqual(t, ab, 0.0)
		require.InDelta(t, ab, geo.Distance(b, a), 1e-6)
		require.LessOrEqual(t, ac, ab+bc+1e-5, "a way around is no shorter")
		require.Less(t, ab, 20_003_932.0, "no way is longer than from pole to pole")
	})
}

func BenchmarkDistance(b *testing.B) {
	from := geo.Point{Lat: 40.4155, Lng: -3.7074}
	for name, to := range map[string]geo.Point{"in town": {Lat: 40.4255, Lng: -3.6974}, "far": {Lat: 41.4155, Lng: -2.7074}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				geo.Distance(from, to)
			}
		})
		b.Run(name+", on a sphere", func(b *testing.B) {
			for b.Loop() {
				_ = s2.LatLngFromDegrees(from.Lat, from.Lng).Distance(s2.LatLngFromDegrees(to.Lat, to.Lng))
			}
		})
	}
}
