package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/zone"
)

// square is a GeoJSON polygon around a place, so many degrees to each side.
func square(lat, lng, by float64) map[string]any {
	w, e, s, n := lng-by, lng+by, lat-by, lat+by
	return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{w, s}, {e, s}, {e, n}, {w, n}, {w, s}}}}
}

// A rider's end outside of the allowed zones is refused with the nearest allowed place; the meter runs on. Staff may end it.
func TestEndOutsideOfEveryZone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	eva := w.staff(t)
	draw := func(name string, lat, lng float64) {
		require.NoError(t, eva.Call(t.Context(), http.MethodPost, "/admin/v1/zones", map[string]any{
			"name": name, "order": 10, "rules": []zone.Rule{zone.Open}, "geometry": square(lat, lng, 0.01),
		}, nil))
	}
	b, p := w.box(t), w.rider(t)
	outside := w.box(t)
	q := w.rider(t)
	draw("the old town", home.Lat, home.Lng)
	draw("the harbour", home.Lat+1, home.Lng)

	r := p.ride(t, b)
	b.SetPosition(home.Lat+0.02, home.Lng)
	b.ReportNow()
	var refusal error
	require.Eventually(t, func() bool {
		_, refusal = p.app.Act(t.Context(), r.ID, "end")
		return refusal != nil
	}, patience, tick)
	nearest := fact[zone.Place](t, refused(t, refusal, http.StatusConflict, "outside_zone"), "nearest")
	require.Equal(t, "the old town", nearest.Zone)
	require.InDelta(t, home.Lat+0.01, nearest.Point.Lat, 1e-4)
	require.InDelta(t, 1112, nearest.Meters, 20)
	require.Equal(t, "riding", p.see(t, r.ID).State)
	require.False(t, b.Locked())

	// No report has told of the way back yet: the scooter is asked.
	b.SetPosition(home.Lat, home.Lng)
	p.end(t, r.ID)
	w.free(t, b)

	other := q.ride(t, outside)
	outside.SetPosition(home.Lat+0.02, home.Lng)
	require.NoError(t, eva.Call(t.Context(), http.MethodPost, "/admin/v1/rentals/"+other.ID+"/end", map[string]string{"reason": "it rains"}, nil))
	w.free(t, outside)
}
