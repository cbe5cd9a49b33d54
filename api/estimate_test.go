package api_test

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/zone"
)

func (c *counter) estimate(t *testing.T, in map[string]any) *httptest.ResponseRecorder {
	t.Helper()
	return c.asRider(t, "POST", "/v1/estimates", in)
}

// cost is the total of an estimate.
func (c *counter) cost(t *testing.T, in map[string]any) int64 {
	t.Helper()
	return int64(body(t, c.estimate(t, in), 200)["price"].(map[string]any)["total"].(map[string]any)["amount"].(float64))
}

func TestEstimates(t *testing.T) {
	c := newCounter(t)
	c.priced(t, "standard", 20)
	c.priced(t, "city", 30)
	c.stand(madrid)
	scooter, err := c.books.ScooterByPlate(t.Context(), plate)
	require.NoError(t, err)
	byScooter := map[string]any{"scooter_id": scooter.PublicID, "riding_seconds": 601, "paused_seconds": 60, "meters": 3999}
	answer := body(t, c.estimate(t, byScooter), 200)
	require.Equal(t, "standard", answer["tariff"].(map[string]any)["id"])
	require.EqualValues(t, 3000, answer["usage"].(map[string]any)["meters"], "whole kilometres")
	require.EqualValues(t, 100+11*20, answer["price"].(map[string]any)["total"].(map[string]any)["amount"])

	byModel := map[string]any{"model": "M1", "riding_seconds": 60}
	require.EqualValues(t, 120, c.cost(t, byModel))
	city := map[string]any{"name": "Madrid", "time_zone": "Europe/Madrid", "geometry": box(madrid.Lat, madrid.Lng)}
	body(t, c.rules(t, 0, map[string]any{"cities": []any{city}, "rules": []any{map[string]any{"tariff_id": "city", "city": "Madrid"}}}), 200)
	require.EqualValues(t, 100+11*30, c.cost(t, byScooter), "where it stands")
	require.EqualValues(t, 120, c.cost(t, byModel), "nobody knows where")
	require.EqualValues(t, 130, c.cost(t, with(byModel, "start", madrid)))

	// The zone of the end counts, at the moment of the end.
	_, err = c.books.CreateZones(t.Context(), zone.Draft{
		Name: "Harbour", Geometry: geometry(t, box(vigo.Lat, vigo.Lng)), Rules: []zone.Rule{zone.Open}, Ends: c.clock().Add(time.Hour), Price: fare.Adjustment{Amount: 500},
	})
	require.NoError(t, err)
	there := with(with(byModel, "start", madrid), "end", vigo)
	require.EqualValues(t, 630, c.cost(t, there))
	require.EqualValues(t, 100+120*30, c.cost(t, with(there, "riding_seconds", 7200)))

	// What comes, comes.
	next := priceList(map[string]any{"version": 1, "starts_at": c.clock().Add(24 * time.Hour)}, 50)
	body(t, c.asStaff(t, "POST", "/admin/v1/tariffs/city/versions", next), 201)
	require.EqualValues(t, 130, c.cost(t, with(byModel, "start", madrid)))
	require.EqualValues(t, 150, c.cost(t, with(with(byModel, "start", madrid), "starts_at", c.clock().Add(25*time.Hour))))
	require.EqualValues(t, 130, c.cost(t, with(with(byModel, "start", madrid), "starts_at", c.clock().Add(-time.Minute))))
}

func TestEstimatesThatCanNotBe(t *testing.T) {
	c := newCounter(t)
	byModel := map[string]any{"model": "M1", "riding_seconds": 60}
	problem(t, c.estimate(t, byModel), 503, "price_missing")
	c.priced(t, "standard", 20)
	problem(t, c.estimate(t, with(byModel, "starts_at", c.clock().Add(-time.Hour))), 422, "estimate_past")
	problem(t, c.estimate(t, with(byModel, "scooter_id", uuid.NewString())), 422, "estimate_of_nothing")
	problem(t, c.estimate(t, map[string]any{"riding_seconds": 1}), 422, "estimate_of_nothing")
	problem(t, c.estimate(t, map[string]any{"riding_seconds": 1, "scooter_id": uuid.NewString()}), 404, "scooter_unknown")
	problem(t, c.estimate(t, with(byModel, "model", "M2")), 422, "model_unknown")
	problem(t, c.estimate(t, with(byModel, "end", map[string]any{"lat": 91, "lng": 0})), 422, "place_invalid")
	problem(t, c.estimate(t, with(byModel, "riding_seconds", -1)), 422, "request_invalid")
	problem(t, c.do(t, "POST", "/v1/estimates", "", byModel), 401, "token_invalid")
}
