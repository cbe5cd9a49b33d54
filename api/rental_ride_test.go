package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"rodada/api"
	"rodada/domain/fare"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/zone"
	"rodada/geo"
	"rodada/workflows"
)

func shortDeadline(o *api.Options) { o.Config.HTTP.Deadline = 60 * time.Millisecond }

// ride is a rental of Ana's under way since noon.
func (s *stage) ride(t *testing.T) (id string) {
	t.Helper()
	return body(t, s.rent(t, ana, "key-ride"), 201)["id"].(string)
}

// finish is what the workflow stores at the end.
func (s *stage) finish(id string) {
	s.store.move(id, func(r *rental.Rental) {
		used := fare.Usage{Riding: 90 * time.Second, Paused: 30 * time.Second, Meters: 2000}
		bill := fare.Quote(r.Tariff, used)
		r.State, r.Outcome, r.StoppedAt, r.Usage, r.Bill, r.Charged = rental.Ended, rental.Ridden, s.now, used, &bill, true
	})
}

func TestPauseResumeEnd(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.temporal.onUpdate = func(_ context.Context, o client.UpdateWorkflowOptions) error {
		switch o.UpdateName {
		case workflows.UpdatePause:
			s.store.move(id, func(r *rental.Rental) { r.State, r.PausedAt = rental.Paused, s.now })
		case workflows.UpdateResume:
			s.store.move(id, func(r *rental.Rental) { r.State, r.PausedAt = rental.Riding, time.Time{} })
		case workflows.UpdateEnd:
			s.finish(id)
		}
		return nil
	}
	path := "/v1/rentals/" + id
	b := body(t, s.asRider(t, "POST", path+"/pause", nil), 200)
	require.Equal(t, "paused", b["state"])
	require.Equal(t, "2026-11-23T12:00:00Z", b["paused_at"])
	require.Equal(t, "riding", body(t, s.asRider(t, "POST", path+"/resume", nil), 200)["state"])
	ended := body(t, s.asRider(t, "POST", path+"/end", nil), 200)
	require.Equal(t, "ended", ended["state"])
	require.Equal(t, true, ended["charged"])
	require.Equal(t, map[string]any{"riding_seconds": 90., "paused_seconds": 30., "meters": 2000.}, ended["usage"])
	require.EqualValues(t, 100+2*20+5, ended["price"].(map[string]any)["total"].(map[string]any)["amount"])

	require.Equal(t, ended, body(t, s.asRider(t, "POST", path+"/end", nil), 200), "ending an ended ride is its receipt")
	require.Len(t, s.temporal.asked(workflows.UpdateEnd), 1)
	require.Equal(t, []any{workflows.EndRequest{RentalID: id, Cause: rental.ByRider}}, s.temporal.asked(workflows.UpdateEnd)[0].Args)
	problem(t, s.asRider(t, "POST", path+"/pause", nil), 409, "rental_over")
	problem(t, s.asRider(t, "POST", path+"/resume", nil), 409, "rental_over")
}

// Temporal gives an update up that the workflow has acted on, as the store shows: it is sent again, or the workflow would never
// know, and hold the scooter.
func TestUpdateThatTemporalGivesUpIsAskedAgain(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		s.finish(id)
		if len(s.temporal.asked(workflows.UpdateEnd)) < 3 {
			return serviceerror.NewWorkflowNotReady("unexpected workflow task failure")
		}
		return nil
	}
	body(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), 200)
	require.Len(t, s.temporal.asked(workflows.UpdateEnd), 3)
}

func TestEndOfAVoidRentalIsTooLate(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.store.move(id, func(r *rental.Rental) { r.State, r.Outcome, r.Reason = rental.Void, rental.Voided, rental.Released })
	problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), 409, "rental_over")
}

func TestEndThatLostTheRaceAgainstAnotherIsTheReceipt(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		s.finish(id)
		return rental.ErrOver
	}
	require.Equal(t, "ended", body(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), 200)["state"])
}

// TestRideRefusals brings the workflow's faults to the rider with their facts.
func TestRideRefusals(t *testing.T) {
	place := &zone.Place{Zone: "Centro", Point: geo.Point{Lat: 40.4, Lng: -3.7}, Meters: 120}
	for _, c := range []struct {
		name   string
		fault  error
		status int
		code   string
	}{
		{"outside", rental.ErrOutsideZone.With("nearest", place), 409, "outside_zone"},
		{"moving", rental.ErrMoving.With("speed", 12), 409, "scooter_moving"},
		{"state", rental.ErrState, 409, "rental_state"},
		{"silent", rental.ErrSilent, 504, "scooter_silent"},
		{"fault", rental.ErrHardwareFault, 422, "scooter_fault"},
		{"unreachable", rental.ErrUnreachable, 503, "scooter_unreachable"},
		{"meant for another", rental.ErrOver, 409, "rental_over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t)
			id := s.ride(t)
			s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return c.fault }
			p := problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), c.status, c.code)
			if c.name == "outside" {
				require.Equal(t, map[string]any{
					"zone": "Centro", "meters": 120., "point": map[string]any{"lat": 40.4, "lng": -3.7},
				}, p["nearest"])
			}
			if c.name == "moving" {
				require.EqualValues(t, 12, p["speed"])
			}
		})
	}
}

func TestRideRequestsRepeatUnderTheirKey(t *testing.T) {
	s := newStage(t, shortDeadline)
	id := s.ride(t)
	s.temporal.onUpdate = func(ctx context.Context, _ client.UpdateWorkflowOptions) error {
		<-ctx.Done()
		return ctx.Err()
	}
	for range 2 {
		problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil, "Idempotency-Key", "end-1"), 503, "scooter_unreachable")
	}
	problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), 503, "scooter_unreachable")
	problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/pause", nil, "Idempotency-Key", "end-1"), 503, "scooter_unreachable")
	ends := s.temporal.asked(workflows.UpdateEnd)
	require.Len(t, ends, 3)
	require.Equal(t, ends[0].UpdateID, ends[1].UpdateID)
	require.NotEqual(t, ends[0].UpdateID, ends[2].UpdateID)
	require.NotEqual(t, ends[0].UpdateID, s.temporal.asked(workflows.UpdatePause)[0].UpdateID)
	problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil, "Idempotency-Key", "two words"), 422, "idempotency_key_invalid")
}

func TestRideWhileTemporalIsAway(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	tries := 0
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		if tries++; tries < 3 {
			return away()
		}
		s.finish(id)
		return nil
	}
	require.Equal(t, "ended", body(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), 200)["state"])
	ends := s.temporal.asked(workflows.UpdateEnd)
	require.Equal(t, ends[0].UpdateID, ends[2].UpdateID, "one request is one update, however often it is sent")
}

func TestRideThatTemporalRejectsIsOurMistake(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return badRequest() }
	problem(t, s.asRider(t, "POST", "/v1/rentals/"+id+"/end", nil), 500, "internal")
	require.Equal(t, rental.Riding, s.store.rentals[id].State)
}

func TestForeignRentalsAreUnknown(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	bearer := s.token(t, eva, rider.ForRiders)
	for _, each := range []struct{ method, path string }{
		{"GET", "/v1/rentals/" + id}, {"POST", "/v1/rentals/" + id + "/pause"}, {"POST", "/v1/rentals/" + id + "/resume"},
		{"POST", "/v1/rentals/" + id + "/end"}, {"DELETE", "/v1/reservations/" + id}, {"GET", "/v1/rentals/" + uuid.NewString()},
	} {
		problem(t, s.do(t, each.method, each.path, bearer, nil), 404, "rental_unknown")
	}
	require.Empty(t, s.temporal.asked(workflows.UpdateEnd))
}

func TestTheMeterRunsInTheAnswer(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.store.events[id] = []rental.Event{
		{Kind: "unlocking", At: noon}, {Seq: 1, Kind: "riding", At: noon},
		{Seq: 2, Kind: "paused", At: noon.Add(2 * time.Minute)},
		{Seq: 3, Kind: "reminded", At: noon.Add(3 * time.Minute)},
		{Seq: 4, Kind: "riding", At: noon.Add(5 * time.Minute)},
	}
	s.now = noon.Add(6 * time.Minute)
	for _, path := range []string{"/v1/rentals/" + id, "/v1/rentals/current"} {
		b := body(t, s.asRider(t, "GET", path, nil), 200)
		require.Equal(t, map[string]any{"riding_seconds": 180., "paused_seconds": 180., "meters": 0.}, b["usage"])
		require.Equal(t, map[string]any{"amount": 100. + 3*20 + 3*5, "currency": "EUR"}, b["price"].(map[string]any)["total"])
	}
}

func TestListPagesThroughOnesOwn(t *testing.T) {
	s := newStage(t)
	var want []string
	for i := range 5 {
		r := rental.Rental{
			ID: uuid.NewString(), RiderID: ana, State: rental.Ended, Outcome: rental.Ridden,
			CreatedAt: noon.Add(-time.Duration(i) * time.Hour).Add(123456 * time.Microsecond),
			Bill:      &fare.Bill{Lines: []fare.Line{}, Total: money.Of(100, "EUR")},
		}
		s.store.rentals[r.ID] = r
		want = append(want, r.ID)
	}
	s.store.rentals["eva"] = rental.Rental{ID: "eva", RiderID: eva, State: rental.Ended, Outcome: rental.Ridden}
	var got []string
	path := "/v1/rentals?limit=2"
	for range 3 {
		b := body(t, s.asRider(t, "GET", path, nil), 200)
		for _, each := range b["rentals"].([]any) {
			got = append(got, each.(map[string]any)["id"].(string))
		}
		next, more := b["next"].(string)
		if !more {
			break
		}
		path = "/v1/rentals?limit=2&before=" + next
	}
	require.Equal(t, want, got)
}
