package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/protocol"
	"rodada/simulator"
)

// A scooter that is offline, with a session that the broker keeps, through the end of its ride: when it comes back at most
// one lock arrives, and none after the next rider's unlock.
func TestScooterOfflineThroughTheEndOfARide(t *testing.T) {
	testkit.RequireProgram(t, "mosquitto")
	t.Parallel()
	w := newWorld(t)
	b, p, next := w.box(t), w.rider(t), w.rider(t)
	r := p.ride(t, b)
	b.got(t, protocol.QueryVehicle, 1) // the counters are read
	b.Offline()

	out := p.end(t, r.ID) // though nobody knows when it will lock
	require.Positive(t, out.Price.Total.Amount)
	w.held(t, b, fleet.Securing)
	require.Eventually(t, func() bool { return w.charges(t, r.ID) == 1 }, patience, tick, "money does not wait for the lock")
	_, err := next.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusConflict, "scooter_securing")

	// Long enough for many a lock to pile up, if they did.
	require.Eventually(t, func() bool { return w.view(t, b).Attempts >= 5 }, patience, tick)
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM alerts WHERE closed_at IS NULL AND kind = 'not_secured'`))
	require.False(t, b.Locked())

	require.NoError(t, b.Online(t.Context()))
	w.free(t, b)
	require.LessOrEqual(t, b.Count(protocol.PowerOff), 1, "locks piled up: %s", b.diary())
	require.Eventually(t, func() bool {
		return w.number(t, `SELECT count(*) FROM alerts WHERE closed_at IS NULL`) == 0
	}, patience, tick, "the alert is settled")

	ride := next.ride(t, b)
	next.act(t, ride.ID, "pause") // whatever was sent before this arrives before it
	next.act(t, ride.ID, "resume")
	require.False(t, b.Locked())
	order := b.obeyed(protocol.PowerOn, protocol.PowerOff, protocol.Pause)
	require.Equal(t, []protocol.Code{protocol.PowerOn, protocol.PowerOff, protocol.PowerOn, protocol.Pause}, order)
	next.end(t, ride.ID)
	w.free(t, b)
}

// The same when the broker forgot the lock, as one without persistence does: the scooter's first word makes it come again.
func TestScooterOfflineWithoutASession(t *testing.T) {
	t.Parallel()
	w := newWorldOn(t, devstack.Mochi)
	b, p := w.box(t, func(o *simulator.Options) { o.CleanSession = true }), w.rider(t)
	r := p.ride(t, b)
	b.Offline()
	p.end(t, r.ID)
	w.held(t, b, fleet.Securing)
	require.Eventually(t, func() bool { return w.view(t, b).Attempts >= 2 }, patience, tick)
	require.NoError(t, b.Online(t.Context()))
	w.free(t, b)
	require.Equal(t, 1, b.Count(protocol.PowerOff))
	require.Equal(t, []protocol.Code{protocol.PowerOn, protocol.PowerOff}, b.obeyed(protocol.PowerOn, protocol.PowerOff))
}
