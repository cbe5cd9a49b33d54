package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/client"
	"rodada/protocol"
)

// ask gives a command of staff over REST, which must be done.
func ask(t *testing.T, eva *client.Client, b *box, name string, body map[string]any) map[string]any {
	t.Helper()
	body["reason"] = "A complaint."
	var done struct {
		Outcome string
		Ack     struct{ Values map[string]any }
	}
	require.NoError(t, eva.Call(t.Context(), http.MethodPost, "/admin/v1/scooters/"+b.plate+"/commands/"+name, body, &done))
	require.Equal(t, "done", done.Outcome)
	return done.Ack.Values
}

// Staff lock somebody's scooter for a while, open it again, and end the ride: the ride follows, and nothing is sent twice.
func TestRideFollowsStaff(t *testing.T) {
	for name, settings := range map[string]set{"": {}, "while the scooter is asked": asking} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			followStaff(t, newWorld(t, settings))
		})
	}
}

func followStaff(t *testing.T, w *world) {
	t.Helper()
	b, p, eva := w.box(t), w.rider(t), w.staff(t)
	r := p.ride(t, b)
	if w.env["POLL_RATE"] != "0" {
		b.got(t, protocol.QuerySignal, 1)
	}

	ask(t, eva, b, "pause", map[string]any{})
	p.becomes(t, r.ID, "paused")
	require.Equal(t, "riding", p.act(t, r.ID, "resume").State)
	ask(t, eva, b, "power-off", map[string]any{"ride": "pause"})
	p.becomes(t, r.ID, "paused")
	require.Equal(t, "riding", p.act(t, r.ID, "resume").State, "what is off is switched on")
	require.False(t, b.Locked())
	ask(t, eva, b, "lock-motor", map[string]any{})
	p.becomes(t, r.ID, "paused")
	ask(t, eva, b, "unlock-motor", map[string]any{})
	p.becomes(t, r.ID, "riding")
	ask(t, eva, b, "power-off", map[string]any{"ride": "end"})
	p.becomes(t, r.ID, "ended")
	w.free(t, b)
	require.True(t, b.Locked())

	turns := []protocol.Code{
		protocol.PowerOn, protocol.PowerOff, protocol.Pause, protocol.Resume, protocol.LockMotor, protocol.UnlockMotor,
	}
	require.Equal(t, []protocol.Code{
		protocol.PowerOn, protocol.Pause, protocol.Resume, protocol.PowerOff, protocol.PowerOn,
		protocol.LockMotor, protocol.UnlockMotor, protocol.PowerOff,
	}, b.obeyed(turns...), "%s", b.diary())
	require.Eventually(t, func() bool { return w.charges(t, r.ID) == 1 }, patience, tick)
	require.Equal(t, []string{"paused staff", "riding rider", "paused staff", "riding rider", "paused staff", "riding staff", "locking staff"},
		w.rows(t, `SELECT kind || ' ' || cause FROM rental_events WHERE rental_id = $1 AND kind IN ('paused', 'riding', 'locking') AND seq > 1 ORDER BY seq`, r.ID))
}

// A limit of staff outlasts the ride in which it was set: what slows the next one down gives it back.
func TestLimitOfStaffOutlastsTheRide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p, eva := w.box(t), w.rider(t), w.staff(t)
	r := p.ride(t, b)
	ask(t, eva, b, "set-speed-limit", map[string]any{"params": map[string]any{"kmh": 12}})
	require.Eventually(t, func() bool {
		return len(w.rows(t, `SELECT note FROM rental_events WHERE rental_id = $1 AND kind = 'command'`, r.ID)) == 1
	}, patience, tick)
	p.end(t, r.ID)
	w.free(t, b)

	next := w.rider(t)
	r = next.ride(t, b)
	b.SetSpeed(9)
	next.end(t, r.ID)
	require.Eventually(t, func() bool { return b.Snapshot().LimitKmh == 3 }, patience, tick, "it is slowed down")
	b.SetSpeed(0)
	w.free(t, b)
	require.Equal(t, 12, b.Snapshot().LimitKmh)
}

// The log comes on the scooter's own topic, where else only commands go.
func TestStaffReadTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, eva := w.box(t), w.staff(t)
	for range 2 {
		require.Equal(t, "boot ok", ask(t, eva, b, "query-log", map[string]any{})["log_b"])
	}
}
