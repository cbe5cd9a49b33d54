package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/protocol"
)

func TestRide(t *testing.T) {
	w := newWorld(t)
	w.box.trip = 40
	var begun, paused, resumed, ended *reply
	w.after(0, func() { begun = w.begin() })
	w.on(rental.Riding, func() {
		w.after(10*time.Minute, func() { w.box.trip = 43; paused = w.pause() })
		w.after(15*time.Minute, func() { resumed = w.resume() })
		w.after(20*time.Minute, func() { w.box.trip = 44; ended = w.end() })
	})
	w.run(w.input())
	w.consistent()

	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Locking, rental.Ended}, w.states())
	for state, r := range map[rental.State]*reply{rental.Riding: begun, rental.Paused: paused, rental.Ended: ended} {
		require.NoError(t, r.err)
		require.Equal(t, state, r.got.State)
	}
	require.NoError(t, resumed.err)
	require.Equal(t, rental.Ridden, ended.got.Outcome)

	end := w.last(rental.Ended)
	require.Equal(t, int64(4000), end.Usage.Meters)
	require.Equal(t, w.last(rental.Locking).StoppedAt.Sub(w.changes[0].UnlockedAt), end.Usage.Riding+end.Usage.Paused)
	require.Equal(t, 5*time.Minute, end.Usage.Paused.Round(time.Second))
	require.Equal(t, end.Bill.Total, w.payments[0].Price)
	require.False(t, end.SecuredAt.IsZero())
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
}
