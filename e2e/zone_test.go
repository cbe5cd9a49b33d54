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
			"name": name, "order": 10, "rules": []zone.Rule{zone.Open}, "geometry": square(lat, lng, 0.0002),
		}, nil))
	}
	b, p := w.box(t), w.rider(t)
	outside := w.box(t)
	q := w.rider(t)
	draw("the old town", home.Lat, home.Lng)
	draw("the harbour", home.Lat+1, home.Lng)

	r := p.ride(t, b)
	b.SetPosition(home.Lat+0.0005, home.Lng)
	var refusal error
	require.Eventually(t, func() bool {
		b.ReportNow()
		_, refusal = p.app.Act(t.Context(), r.ID, "end")
		return refusal != nil
	}, patience, tick)
	nearest := fact[zone.Place](t, refused(t, refusal, http.StatusConflict, "outside_zone"), "nearest")
	require.Equal(t, "the old town", nearest.Zone)
	require.InDelta(t, home.Lat+0.0002, nearest.Point.Lat, 2e-5)
	require.InDelta(t, 33, nearest.Meters, 3)
	require.Equal(t, "riding", p.see(t, r.ID).State)
	require.False(t, b.Locked())

	// No report has told of the way back yet: the scooter is asked.
	b.SetPosition(home.Lat, home.Lng)
	p.end(t, r.ID)
	w.free(t, b)

	other := q.ride(t, outside)
	outside.SetPosition(home.Lat+0.0005, home.Lng)
	require.NoError(t, eva.Call(t.Context(), http.MethodPost, "/admin/v1/rentals/"+other.ID+"/end", map[string]string{"reason": "it rains"}, nil))
	w.free(t, outside)
}

// A scooter is driven through a slow zone and out of the service area: it goes slower and faster again, buzzes, is slowed down and
// paused, and goes on when its rider has ridden back.
func TestARideThroughZones(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"RENTAL_ZONE_GRACE": "1s"})
	eva := w.staff(t)
	const step = 0.0004 // degrees of latitude, 44 m
	draw := func(body map[string]any) {
		require.NoError(t, eva.Call(t.Context(), http.MethodPost, "/admin/v1/zones", body, nil))
	}
	slow := zone.Open
	slow.MaxKmh = 10
	b, p := w.box(t), w.rider(t)
	draw(map[string]any{"name": "market", "order": 1, "rules": []zone.Rule{slow}, "geometry": square(home.Lat+2*step, home.Lng, step/2)})
	draw(map[string]any{"name": "city", "order": 2, "rules": []zone.Rule{zone.Open}, "geometry": square(home.Lat, home.Lng, 4*step)})
	draw(map[string]any{"name": "elsewhere", "order": 0, "everywhere": true, "rules": []zone.Rule{{}}})

	r := p.ride(t, b)
	own := b.Snapshot().LimitKmh
	// drive brings the scooter on, a step at a time, and waits there until something is so.
	drive := func(to int, so func() bool) {
		t.Helper()
		b.SetPosition(home.Lat+float64(to)*step, home.Lng)
		require.Eventually(t, func() bool { b.ReportNow(); return so() }, patience, tick)
	}
	at := func(to int) func() bool {
		return func() bool {
			return p.see(t, r.ID).State == "riding" && b.Snapshot().Lat >= home.Lat+float64(to)*step-1e-9
		}
	}
	drive(0, at(0))
	drive(1, at(1))
	drive(2, func() bool { return b.Snapshot().LimitKmh == 10 })
	drive(3, func() bool { return b.Snapshot().LimitKmh == own })
	drive(5, func() bool { return p.see(t, r.ID).State == "paused" })
	require.Eventually(t, func() bool { return b.Snapshot().LimitKmh == own }, patience, tick, "once it is locked")
	_, err := p.app.Act(t.Context(), r.ID, "resume")
	require.NoError(t, err)
	drive(3, func() bool { return p.see(t, r.ID).State == "riding" })
	p.end(t, r.ID)
	w.free(t, b)
}
