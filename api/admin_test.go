package api_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

func TestAlerts(t *testing.T) {
	s := newStage(t)
	s.store.alerts = []staff.Alert{
		{ID: 1, Plate: plate, Kind: staff.NotSecured, Text: "three tries", OpenedAt: noon.Add(-time.Hour)},
		{ID: 2, Plate: plate, Kind: staff.FaultAtStart, OpenedAt: noon, ClosedAt: noon, ClosedBy: "system"},
	}
	list := func(path string) []any { return body(t, s.asStaff(t, "GET", path, nil), 200)["alerts"].([]any) }
	require.Len(t, list("/admin/v1/alerts"), 1)
	for query, want := range map[string]int{
		"?all=true": 2, "?state=all": 2, "?state=closed": 1, "?kind=not_secured": 1, "?kind=offline,moved": 0,
		"?state=all&kind=fault_at_start,not_secured": 2, "?plate=" + plate: 1, "?plate=other": 0,
	} {
		require.Len(t, list("/admin/v1/alerts"+query), want, query)
	}
	problem(t, s.asStaff(t, "GET", "/admin/v1/alerts?state=lost", nil), 422, "request_invalid")

	for range 2 {
		require.Equal(t, 204, s.asStaff(t, "POST", "/admin/v1/alerts/1/close", nil).Code)
	}
	require.Equal(t, "support@example.com", s.store.alerts[0].ClosedBy)
	require.Equal(t, 204, s.asStaff(t, "POST", "/admin/v1/alerts/2/close", nil).Code)
	require.Equal(t, "system", s.store.alerts[1].ClosedBy)
	require.Empty(t, list("/admin/v1/alerts"))
	problem(t, s.asStaff(t, "POST", "/admin/v1/alerts/3/close", nil), 404, "alert_unknown")
}

func TestStaffSeeARentalWithItsHistory(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.store.events[id] = []rental.Event{{Kind: "unlocking", Cause: rental.ByRider, At: noon}, {Seq: 1, Kind: "riding", Cause: rental.ByScooter, At: noon},
		{Seq: 2, Kind: "locking", Cause: rental.ByStaff, At: noon, Note: "towed", StaffID: support, StaffEmail: "support@example.com"}}
	b := body(t, s.asStaff(t, "GET", "/admin/v1/rentals/"+id, nil), 200)
	require.Equal(t, plate, b["plate"])
	require.Equal(t, ana, b["rider_id"])
	require.Equal(t, "riding", b["holding"])
	require.Equal(t, "scooter/12AB", b["workflow_id"])
	require.Equal(t, map[string]any{"seq": 1., "kind": "riding", "cause": "scooter", "at": "2026-11-23T12:00:00Z"}, b["events"].([]any)[1])
	require.Equal(t, map[string]any{"id": support, "email": "support@example.com"}, b["events"].([]any)[2].(map[string]any)["staff"])
	for _, theirs := range []string{"/v1/rentals/" + id, "/v1/rentals"} {
		require.NotContains(t, s.asRider(t, "GET", theirs, nil).Body.String(), "support", "riders do not see who")
	}
	problem(t, s.asStaff(t, "GET", "/admin/v1/rentals/"+uuid.NewString(), nil), 404, "rental_unknown")
}

func TestStaffEndARide(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error {
		s.finish(id)
		return nil
	}
	path, why := "/admin/v1/rentals/"+id+"/end", map[string]any{"reason": "The rider called."}
	problem(t, s.asStaff(t, "POST", path, map[string]any{}), 422, "request_invalid")
	for range 2 {
		require.Equal(t, "ended", body(t, s.asStaff(t, "POST", path, why), 200)["state"])
	}
	asked := s.temporal.asked(workflows.UpdateEnd)
	require.Len(t, asked, 1)
	require.Equal(t, []any{workflows.EndRequest{RentalID: id, Cause: rental.ByStaff, By: support, Note: "The rider called."}}, asked[0].Args)
}

func TestStaffEndTellsWhatIsInTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		answer error
		status int
		code   string
	}{
		"moving": {rental.ErrMoving, 409, "scooter_moving"},
		"no run": {notRunning(), 503, "scooter_unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			id := s.ride(t)
			s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return c.answer }
			problem(t, s.asStaff(t, "POST", "/admin/v1/rentals/"+id+"/end", map[string]any{"reason": "why not"}), c.status, c.code)
		})
	}
	t.Run("too slow", func(t *testing.T) {
		s := newStage(t, shortDeadline)
		id := s.ride(t)
		s.temporal.onUpdate = func(ctx context.Context, _ client.UpdateWorkflowOptions) error {
			<-ctx.Done()
			return ctx.Err()
		}
		body(t, s.asStaff(t, "POST", "/admin/v1/rentals/"+id+"/end", map[string]any{"reason": "why not"}), 202)
	})
	t.Run("void", func(t *testing.T) {
		s := newStage(t)
		id := s.ride(t)
		s.store.move(id, func(r *rental.Rental) { r.State, r.Outcome = rental.Void, rental.Voided })
		problem(t, s.asStaff(t, "POST", "/admin/v1/rentals/"+id+"/end", map[string]any{"reason": "why not"}), 409, "rental_over")
	})
}

func TestReleaseAsksTheHolder(t *testing.T) {
	s := newStage(t)
	path, why := "/admin/v1/scooters/"+plate+"/release", map[string]any{"reason": "Found in the river."}
	problem(t, s.asStaff(t, "POST", path, why), 409, "scooter_not_held")
	problem(t, s.asStaff(t, "POST", "/admin/v1/scooters/NONE/release", why), 404, "scooter_unknown")

	id := s.ride(t)
	for name, c := range map[string]struct {
		answer error
		status int
		closed int // rows closed without a workflow
	}{
		"the workflow does it": {nil, 200, 0},
		"no workflow":          {notRunning(), 200, 1},
		"another's workflow":   {rental.ErrOver, 200, 1},
		"not now":              {rental.ErrState, 409, 0},
		"temporal is away":     {away(), 503, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s.store.released = nil
			s.temporal.onUpdate = func(context.Context, client.UpdateWorkflowOptions) error { return c.answer }
			require.Equal(t, c.status, s.asStaff(t, "POST", path, why).Code)
			require.Len(t, s.store.released, c.closed)
		})
	}
	require.Equal(t, []any{workflows.ReleaseRequest{RentalID: id, By: support, Reason: "Found in the river."}},
		s.temporal.asked(workflows.UpdateRelease)[0].Args)
}
