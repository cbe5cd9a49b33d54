package live_test

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/internal/testkit"
	"rodada/telemetry/live"
)

// However thick they stand, and whatever was asked for before, the nearest are found: as many as there are, and none farther away
// than need be, but for what the map's Earth is rounder than ours.
func TestOfferedAnywhere(t *testing.T) {
	addr, prefix := testkit.Redis(t)
	town := 0
	rapid.Check(t, func(rt *rapid.T) {
		town++
		s := open(t, addr, prefix+strconv.Itoa(town)+":")
		middle := geo.Point{Lat: rapid.SampledFrom([]float64{0, 40.4, -33.4, 64.1}).Draw(rt, "lat"), Lng: rapid.SampledFrom([]float64{-3.7, 179.99}).Draw(rt, "lng")}
		place := func(name string) geo.Point {
			spread := rapid.SampledFrom([]float64{0, 0.0005, 0.005, 0.05}).Draw(rt, name+"'s spread")
			lng := middle.Lng + spread*rapid.Float64Range(-1, 1).Draw(rt, name+"'s lng")
			return geo.Point{Lat: middle.Lat + spread*rapid.Float64Range(-1, 1).Draw(rt, name+"'s lat"), Lng: math.Remainder(lng, 360)}
		}
		var reports []live.Report
		var plates []string
		for i := range rapid.IntRange(0, 300).Draw(rt, "scooters") {
			r := ready(strconv.Itoa(i), place("scooter"))
			if rapid.IntRange(0, 4).Draw(rt, "battery") == 0 {
				r.Battery = value(5, 0)
			}
			reports, plates = append(reports, r), append(plates, r.Plate)
		}
		update(t, s, reports...)
		stand(t, s, 1, fleet.InService, fleet.Free, plates...)
		for range rapid.IntRange(1, 8).Draw(rt, "questions") {
			q := live.Query{
				Center: place("rider"), Radius: rapid.SampledFrom([]float64{30, 500, 5000, 50_000}).Draw(rt, "radius"),
				Limit: rapid.SampledFrom([]int{1, 7, 100, 250}).Draw(rt, "limit"), Battery: 15, SeenAfter: at(-60), FixedAfter: at(-600),
			}
			var all []float64
			for _, r := range reports {
				if away := geo.Distance(q.Center, r.Fix.Is); away <= q.Radius && r.Battery.Is >= q.Battery {
					all = append(all, away)
				}
			}
			slices.Sort(all)
			found, err := s.Offered(t.Context(), q)
			require.NoError(rt, err)
			require.Len(rt, found, min(q.Limit, len(all)))
			for i, state := range found {
				away := geo.Distance(q.Center, state.Fix.Is)
				require.LessOrEqual(rt, away, q.Radius)
				require.LessOrEqual(rt, away, all[i]*1.02+20, "the %d. of %d", i+1, len(all))
				require.GreaterOrEqual(rt, away, all[i])
			}
		}
	})
}
