package e2e_test

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/zone"
)

// circle is a GeoJSON polygon of so many corners, in degrees.
func circle(lat, lng, by float64, corners int) map[string]any {
	ring := make([][2]float64, corners+1)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i%corners) / float64(corners))
		ring[i] = [2]float64{lng + by*cos, lat + by*sin}
	}
	return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}}
}

// Two thousand zones of 200 corners are imported over HTTP, once however often the file is sent, and rule over rides from then on:
// just after a change no less than before.
func TestThousandsOfZones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	eva := w.staff(t)
	const zones, corners = 2000, 200
	features := []any{map[string]any{
		"type": "Feature", "geometry": circle(home.Lat, home.Lng, 0.002, corners),
		"properties": map[string]any{"name": "market", "order": 1, "rules": []zone.Rule{{RideThrough: true}}},
	}}
	for i := 1; i < zones; i++ {
		features = append(features, map[string]any{
			"type": "Feature", "geometry": circle(home.Lat+1+float64(i/50)*0.01, home.Lng+float64(i%50)*0.01, 0.004, corners),
			"properties": map[string]any{"name": fmt.Sprint("zone ", i), "order": 10 + i, "rules": []zone.Rule{zone.Open}},
		})
	}
	file := map[string]any{"type": "FeatureCollection", "features": features}
	type imported struct {
		Version int64
		Count   int
		Zones   []zone.Named
	}
	key, answers := uuid.NewString(), make([]imported, 2)
	var both sync.WaitGroup
	for i := range answers {
		both.Go(func() {
			began := time.Now()
			if err := eva.Call(t.Context(), http.MethodPost, "/admin/v1/zones/import", file, &answers[i], "Idempotency-Key", key); err != nil {
				t.Error(err)
			}
			t.Log("imported in", time.Since(began))
		})
	}
	both.Wait()
	require.Equal(t, zones, answers[0].Count)
	require.Equal(t, answers[0], answers[1])
	var listed struct {
		Version int64
		Zones   []zone.Named
	}
	require.NoError(t, eva.Call(t.Context(), http.MethodGet, "/admin/v1/zones", nil, &listed))
	require.Len(t, listed.Zones, zones)

	b, p := w.box(t), w.rider(t)
	w.free(t, b)
	for i, z := range listed.Zones[:5] {
		began := time.Now()
		require.NoError(t, eva.Call(t.Context(), http.MethodPut, fmt.Sprint("/admin/v1/zones/", z.ID), map[string]any{
			"version": z.Version, "name": z.Name + "!", "order": 1 + i, "rules": []zone.Rule{{RideThrough: true}},
		}, nil))
		changed := time.Now()
		_, err := p.app.Rent(t.Context(), uuid.NewString(), b.qr)
		refused(t, err, http.StatusConflict, "zone_start_forbidden")
		t.Log("changed in", changed.Sub(began), "then refused in", time.Since(changed))
	}
	for range 3 {
		began := time.Now()
		answer, err := p.app.Do(t.Context(), http.MethodGet, "/v1/zones", nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, answer.Status)
		t.Log("all zones in", time.Since(began), len(answer.Body), "bytes")
	}
	require.NoError(t, eva.Call(t.Context(), http.MethodGet, "/admin/v1/zones", nil, &listed))
	order := make([]int64, zones)
	for i, z := range listed.Zones {
		order[zones-1-i] = z.ID
	}
	began := time.Now()
	require.NoError(t, eva.Call(t.Context(), http.MethodPut, "/admin/v1/zones/order", map[string]any{"version": listed.Version, "zones": order}, &listed))
	t.Log("turned around in", time.Since(began))
	require.Equal(t, order, ids(listed.Zones))
}

func ids(zones []zone.Named) []int64 {
	all := make([]int64, len(zones))
	for i, z := range zones {
		all[i] = z.ID
	}
	return all
}
