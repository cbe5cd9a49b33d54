package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/protocol"
)

// A ride that nobody ends: its rider is reminded, it is paused, and it ends, each visible in its history.
func TestForgottenRide(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"RENTAL_REMIND_AFTER": "1s", "RENTAL_PAUSE_AFTER": "2s", "RENTAL_END_AFTER": "8s"})
	b, p := w.box(t), w.rider(t)
	r := p.ride(t, b)
	p.becomes(t, r.ID, "paused")
	require.Equal(t, 1, b.Count(protocol.Pause))
	out := p.becomes(t, r.ID, "ended")
	w.free(t, b)
	require.Equal(t, int64(unlockPrice+minutePrice+pausedPrice), out.Price.Total.Amount)
	w.historyHas(t, r.ID, "ride_forgotten system", "paused limit", "ride_paused system", "locking limit", "ended scooter", "ride_ended system")
}

// A forgotten ride on a scooter that rolls: it is slowed down, and neither paused nor locked before it stands.
func TestForgottenRideOnAMovingScooter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"RENTAL_REMIND_AFTER": "1s", "RENTAL_PAUSE_AFTER": "1s", "RENTAL_END_AFTER": "4s"})
	b, p := w.box(t), w.rider(t)
	r := p.ride(t, b)
	b.SetSpeed(12)
	p.becomes(t, r.ID, "ended")
	require.Equal(t, 0, b.Count(protocol.Pause)+b.Count(protocol.PowerOff), b.diary())
	require.Equal(t, 3, b.Snapshot().LimitKmh)
	b.SetSpeed(0)
	w.free(t, b)
	require.Equal(t, 25, b.Snapshot().LimitKmh)
}

// historyHas fails the test unless these events, kind and cause, come to stand in the rental's history in this order.
func (w *world) historyHas(t *testing.T, rentalID string, events ...string) {
	t.Helper()
	var have []string
	in := func() bool {
		have = w.rows(t, `SELECT kind || ' ' || cause FROM rental_events WHERE rental_id = $1 ORDER BY seq`, rentalID)
		left := events
		for _, e := range have {
			if len(left) > 0 && e == left[0] {
				left = left[1:]
			}
		}
		return len(left) == 0
	}
	require.Eventually(t, in, patience, tick, "%v are not in the history", events)
}
