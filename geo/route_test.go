package geo_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/geo"
)

func node(east, north, kmh, heading float64, second int) geo.Node {
	return geo.Node{Point: onEarth(east, north), At: time.Unix(int64(second), 0), SpeedKmh: kmh, Heading: heading}
}

func TestTheCurveGoesThroughPlaceSpeedAndHeading(t *testing.T) {
	// A quarter of a circle of 20 m: 31.4 m in 6.28 s at 18 km/h, as near as whole seconds come.
	r := geo.Route{Nodes: []geo.Node{node(0, 0, 18*6.283/6, 0, 0), node(20, 20, 18*6.283/6, 90, 6)}}
	require.InDelta(t, 10*math.Pi, r.Length(), 0.3)
	curve := r.Curve(1)
	require.Len(t, curve, 33)
	require.Equal(t, r.Nodes[0].Point, curve[0])
	require.Equal(t, r.Nodes[1].Point, curve[32])
	center := onEarth(20, 0)
	for i, p := range curve {
		require.InDelta(t, 20, geo.Distance(center, p), 0.4)
		if i > 0 {
			require.InDelta(t, 0.98, geo.Distance(curve[i-1], p), 0.1)
		}
	}
	require.InDelta(t, curve[0].Lng, curve[1].Lng, 1e-6, "off to the north")
	require.InDelta(t, curve[31].Lat, curve[32].Lat, 1e-6, "in from the west")
}

func TestCurve(t *testing.T) {
	r := geo.Route{Nodes: []geo.Node{node(0, 0, 18, 90, 0), node(50, 0, 18, 90, 10), node(5000, 0, 18, 90, 1000), node(5050, 0, 18, 90, 1010)}}
	r.Nodes[0].Break, r.Nodes[2].Break = true, true
	require.InDelta(t, 100, r.Length(), 0.1)
	require.Len(t, r.Curve(0), 4, "the nodes alone")
	require.Len(t, r.Curve(math.NaN()), 4)
	require.Len(t, r.Curve(math.Inf(1)), 4)
	require.Len(t, r.Curve(26), 6, "one in the middle of either part, none in the gap")
	require.Less(t, len(r.Curve(1e-9)), 3000, "not without end")
}

// A scooter that stood at a light between two fixes was not on a round trip.
func TestTheCurveMakesNoLoop(t *testing.T) {
	r := geo.Route{Nodes: []geo.Node{node(0, 0, 20, 90, 0), node(30, 0, 20, 90, 50)}}
	require.InDelta(t, 30, r.Length(), 6)
	r = geo.Route{Nodes: []geo.Node{node(0, 0, 20, 90, 0), node(0, 0, 20, 270, 50)}}
	require.Zero(t, r.Length())
}

func TestTheCurveIsAsLongAsItsPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, low, high float64) float64 { return rapid.Float64Range(low, high).Draw(t, name) }
		r := geo.Route{Nodes: []geo.Node{
			node(0, 0, draw("speed", 0, 30), draw("heading", 0, 360), 0),
			node(draw("east", -60, 60), draw("north", -60, 60), draw("speed", 0, 30), draw("heading", 0, 360), rapid.IntRange(1, 20).Draw(t, "seconds")),
		}}
		pieces := 0.0
		curve := r.Curve(r.Length() / 300)
		for i := 1; i < len(curve); i++ {
			pieces += geo.Distance(curve[i-1], curve[i])
		}
		require.InDelta(t, pieces, r.Length(), 0.03*pieces+0.001, "but for cusps it is far better")
		require.GreaterOrEqual(t, r.Length(), geo.Distance(r.Nodes[0].Point, r.Nodes[1].Point)-0.01)
	})
}
