package api_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/api"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/workflows"
)

func (s *stage) reserve(t *testing.T, key string) *httptest.ResponseRecorder {
	t.Helper()
	return s.asRider(t, "POST", "/v1/reservations", map[string]any{"qr": code}, "Idempotency-Key", key)
}

func TestReserveHoldsTheScooterForTheTariffsTime(t *testing.T) {
	s := newStage(t)
	b := body(t, s.reserve(t, "key-1"), 201)
	require.Equal(t, "reserved", b["state"])
	require.Equal(t, "2026-11-23T12:10:00Z", b["reserved_until"])
	require.EqualValues(t, 0, b["price"].(map[string]any)["total"].(map[string]any)["amount"])
	in := s.temporal.started()[0]
	require.Equal(t, noon.Add(10*time.Minute), in.ReservedUntil)
	require.True(t, in.Deadline.IsZero())
	require.Equal(t, b, body(t, s.reserve(t, "key-1"), 201))
}

// Nobody keeps scooters from others by reserving them again and again. Who stands at one may ride.
func TestReservationsGivenBackAreCounted(t *testing.T) {
	s := newStage(t, func(o *api.Options) { o.Config.Rental.ReservationsADay = 2 })
	for i := range 2 {
		id := body(t, s.reserve(t, fmt.Sprintf("key-%d", i)), 201)["id"].(string)
		s.store.move(id, func(r *rental.Rental) {
			r.State, r.Outcome, r.Reason = rental.Void, rental.Voided, []rental.Reason{rental.Cancelled, rental.Expired}[i]
		})
		free := s.store.scooters[plate]
		free.Hold = fleet.Free
		s.store.scooters[plate] = free
	}
	p := problem(t, s.reserve(t, "key-3"), 429, "reservations_spent")
	require.EqualValues(t, 2, p["limit"])
	body(t, s.rent(t, ana, "key-4"), 201)
}

func TestReserveIsAcceptedWhileNobodyConfirmsIt(t *testing.T) {
	s := newStage(t, shortDeadline)
	s.temporal.onStart = func(context.Context, workflows.RentalInput) error { return away() }
	require.Equal(t, "reserved", body(t, s.reserve(t, "key-1"), 202)["state"])
}

func TestScanningOnesReservationUnlocksIt(t *testing.T) {
	s := newStage(t)
	id := body(t, s.reserve(t, "key-1"), 201)["id"].(string)
	s.now = noon.Add(time.Minute)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		s.store.move(id, func(r *rental.Rental) { r.State, r.UnlockedAt = rental.Riding, s.now })
		return nil
	}
	b := body(t, s.rent(t, ana, "key-2"), 201)
	require.Equal(t, id, b["id"])
	require.Equal(t, "riding", b["state"])
	asked := s.temporal.asked(workflows.UpdateUnlock)
	require.Len(t, asked, 1)
	require.Equal(t, []any{workflows.UnlockRequest{RentalID: id, Deadline: s.now.Add(10 * time.Second)}}, asked[0].Args)

	require.Equal(t, b, body(t, s.rent(t, ana, "key-2"), 201), "the key of the unlock is a key of the rental")
	require.Len(t, s.temporal.asked(workflows.UpdateUnlock), 1)
	problem(t, s.rent(t, ana, "key-1"), 422, "idempotency_key_reused")
}

func TestUnlockingAReservationTellsWhatTheScooterSaid(t *testing.T) {
	s := newStage(t)
	id := body(t, s.reserve(t, "key-1"), 201)["id"].(string)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		s.store.move(id, func(r *rental.Rental) {
			r.State, r.Outcome, r.Reason = rental.Securing, rental.Voided, rental.ScooterSilent
		})
		return nil
	}
	problem(t, s.rent(t, ana, "key-2"), 504, "scooter_silent")
	problem(t, s.rent(t, ana, "key-2"), 504, "scooter_silent")
	require.Len(t, s.temporal.asked(workflows.UpdateUnlock), 1)
}

func TestUnlockingAReservationAgainAsksTheSameUpdate(t *testing.T) {
	s := newStage(t, shortDeadline)
	id := body(t, s.reserve(t, "key-1"), 201)["id"].(string)
	s.temporal.onUpdate = func(ctx context.Context, _ client.UpdateWorkflowOptions) error {
		<-ctx.Done()
		return ctx.Err()
	}
	require.Equal(t, id, body(t, s.rent(t, ana, "key-2"), 202)["id"])
	body(t, s.rent(t, ana, "key-2"), 202)
	asked := s.temporal.asked(workflows.UpdateUnlock)
	require.Len(t, asked, 2)
	require.Equal(t, asked[0].UpdateID, asked[1].UpdateID)
}

func TestCancelGivesTheReservationBack(t *testing.T) {
	s := newStage(t)
	id := body(t, s.reserve(t, "key-1"), 201)["id"].(string)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		s.store.move(id, func(r *rental.Rental) {
			r.State, r.Outcome, r.Reason = rental.Void, rental.Voided, rental.Cancelled
		})
		return nil
	}
	for range 2 {
		b := body(t, s.asRider(t, "DELETE", "/v1/reservations/"+id, nil), 200)
		require.Equal(t, "void", b["state"])
		require.Equal(t, "cancelled", b["reason"])
	}
	require.Len(t, s.temporal.asked(workflows.UpdateCancel), 1)
	problem(t, s.asRider(t, "GET", "/v1/rentals/current", nil), 404, "rental_unknown")
}

func TestCancelOfARideIsRefused(t *testing.T) {
	s := newStage(t)
	id := body(t, s.rent(t, ana, "key-1"), 201)["id"].(string)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return rental.ErrState }
	problem(t, s.asRider(t, "DELETE", "/v1/reservations/"+id, nil), 409, "rental_state")
}
