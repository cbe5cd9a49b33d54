package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/protocol"
)

// A command of staff works on a scooter that a ride holds, and its answer does not disturb the ride.
func TestStaffCommandDuringARide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p := w.box(t), w.rider(t)
	r := p.ride(t, b)

	lamp := result(t, w.order(t, b, w.queue, protocol.Command{Code: protocol.SetLamp, Args: protocol.Args{"lamp": 1}}, patience))
	require.Equal(t, command.Done, lamp.Outcome)
	require.True(t, b.Snapshot().LampOn)

	// The same code as the ride's own next question: each waits its turn and gets its own answer.
	questions := []func() command.Outcome{}
	for range 3 {
		run := w.order(t, b, w.queue, protocol.Command{Code: protocol.QueryVehicle}, patience)
		questions = append(questions, func() command.Outcome { return result(t, run).Outcome })
	}
	require.Equal(t, "paused", p.act(t, r.ID, "pause").State)
	for _, q := range questions {
		require.Equal(t, command.Done, q())
	}
	// An unlock by staff gives no second ride: this one goes on.
	unlock := result(t, w.order(t, b, w.queue, protocol.Command{Code: protocol.PowerOn}, patience))
	require.Equal(t, command.Done, unlock.Outcome)
	p.becomes(t, r.ID, "riding")
	p.end(t, r.ID)
	w.free(t, b)

	// And on one that nobody has.
	bell := result(t, w.order(t, b, w.queue, protocol.Command{Code: protocol.Buzz}, patience))
	require.Equal(t, command.Sent, bell.Outcome)
	b.got(t, protocol.Buzz, 1)
	require.Equal(t, fleet.Free, w.hold(t, b))
}

// Staff release a scooter that can't be secured: it goes to maintenance, and nobody rents it.
func TestStaffReleaseFromSecuring(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p, eva := w.box(t), w.rider(t), w.staff(t)
	r := p.ride(t, b)
	b.Offline()
	p.end(t, r.ID)
	w.held(t, b, fleet.Securing)
	type alerts struct {
		Alerts []struct {
			Plate, Kind string
		}
	}
	require.Eventually(t, func() bool {
		var a alerts
		return eva.Call(t.Context(), http.MethodGet, "/admin/v1/alerts", nil, &a) == nil && len(a.Alerts) == 1 &&
			a.Alerts[0].Plate == b.plate && a.Alerts[0].Kind == "not_secured"
	}, patience, tick, "staff are not alerted")

	release := func() error {
		return eva.Call(t.Context(), http.MethodPost, "/admin/v1/scooters/"+b.plate+"/release",
			map[string]string{"reason": "in the river"}, nil)
	}
	require.NoError(t, release())
	s, err := w.store.ScooterByPlate(t.Context(), b.plate)
	require.NoError(t, err)
	require.Equal(t, fleet.Free, s.Hold)
	require.Equal(t, fleet.Maintenance, s.Service)
	require.Contains(t, s.Reason, "in the river")
	refused(t, release(), http.StatusConflict, "scooter_not_held")
	_, err = p.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusConflict, "scooter_unavailable")
	require.Equal(t, 1, w.charges(t, r.ID))

	// Back on its wheels: what the broker kept may lock it, and nothing else happens.
	require.NoError(t, b.Online(t.Context()))
	look := result(t, w.order(t, b, w.queue, protocol.Command{Code: protocol.PowerOff}, patience))
	require.Equal(t, command.Done, look.Outcome)
	require.True(t, b.Locked())
	require.LessOrEqual(t, b.Count(protocol.PowerOff), 2)
}

// Staff end somebody's ride, wherever it is.
func TestStaffEndARide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p, eva := w.box(t), w.rider(t), w.staff(t)
	r := p.ride(t, b)
	path := "/admin/v1/rentals/" + r.ID + "/end"
	reason := map[string]string{"reason": "The rider called."}
	_, err := p.app.Do(t.Context(), http.MethodPost, path, reason)
	require.NoError(t, err)
	refused(t, p.app.Call(t.Context(), http.MethodPost, path, reason, nil), http.StatusUnauthorized, "token_invalid")
	require.Equal(t, "riding", p.see(t, r.ID).State)
	require.NoError(t, eva.Call(t.Context(), http.MethodPost, path, reason, nil))
	require.Equal(t, "ended", p.see(t, r.ID).State)
	w.free(t, b)
	require.Equal(t, []string{"staff"}, w.rows(t, `SELECT cause FROM rental_events WHERE kind = 'locking' AND rental_id = $1`, r.ID))
}
