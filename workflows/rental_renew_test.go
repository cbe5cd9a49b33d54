package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/protocol"
)

// grow makes the history too long from now on, for this run.
func (w *world) grow() { w.env.SetContinueAsNewSuggested(true) }

func TestContinueAsNewWhileRiding(t *testing.T) {
	for name, pauseFirst := range map[string]bool{"riding": false, "paused": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.trip = 10
			in := w.input()
			in.Limits.RemindAfter = 10 * time.Minute
			w.on(rental.Riding, func() {
				w.after(5*time.Minute, func() {
					if pauseFirst {
						w.pause()
					}
				})
				w.after(6*time.Minute, w.grow)
			})
			w.second = func() {
				w.after(10*time.Minute, func() { w.box.trip = 12; w.end() }) // about 20 minutes after the unlock
			}
			w.run(in)
			w.consistent()
			require.Equal(t, 2, w.runs)
			end := w.last(rental.Ended)
			require.Equal(t, w.last(rental.Locking).StoppedAt.Sub(w.changes[0].UnlockedAt), end.Usage.Riding+end.Usage.Paused)
			require.Equal(t, int64(2000), end.Usage.Meters, "the baseline goes along")
			require.Equal(t, pauseFirst, end.Usage.Paused > 0)
			require.Equal(t, []string{"ride_forgotten"}, w.kinds(), "reminded once")
			require.Equal(t, 2, w.box.count(protocol.QueryVehicle)-w.box.count(protocol.Pause), "no second baseline")
		})
	}
}

// Renewed while a lock is outstanding: its answer is still known for what it is, and no other lock is sent.
func TestContinueAsNewWhileSecuring(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOff, answer{silent: true})
	w.on(rental.Securing, func() { w.after(time.Minute, w.grow) })
	w.second = func() {
		require.NotEmpty(t, w.box.leases[protocol.PowerOffAck].SendID)
		w.after(time.Minute, func() { w.box.say(protocol.PowerOffAck, answer{}) })
	}
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, 2, w.runs)
	require.Equal(t, overSecuring, w.states())
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
	require.Len(t, w.payments, 1)
}

// Who waits for an answer gets it from the run that was asked.
func TestNoNewRunWhileSomebodyWaits(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.Pause, answer{after: 4 * time.Second})
	var paused *reply
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { paused = w.pause() })
		w.after(time.Minute+time.Second, w.grow)
	})
	w.second = func() { w.after(time.Minute, func() { w.end() }) }
	w.run(w.input())
	w.consistent()
	require.NoError(t, paused.err)
	require.Equal(t, rental.Paused, paused.got.State)
}

// Temporal takes 2,000 updates a run: a rider who taps without end is carried into the next one, and can still end.
func TestContinueAsNewAfterManyRequests(t *testing.T) {
	w := newWorld(t)
	w.box.speed = 12 // each pause is refused
	w.on(rental.Riding, func() {
		for i := range 201 {
			w.after(time.Minute+time.Duration(i)*time.Second, func() { w.pause() })
		}
	})
	w.second = func() {
		w.after(time.Minute, func() { w.box.speed = 0; w.end() })
	}
	w.run(w.input())
	w.consistent()
	require.Equal(t, 2, w.runs)
	require.Len(t, w.payments, 1)
}

// The waits between two tries to secure go on growing in the next run.
func TestBackoffSurvivesANewRun(t *testing.T) {
	w := newWorld(t)
	refused := make([]answer, 12)
	for i := range refused {
		refused[i].status = 1
	}
	w.box.will(protocol.PowerOff, refused...)
	w.on(rental.Securing, func() { w.after(4*time.Minute, w.grow) })
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, 2, w.runs)
	locks := w.box.times(protocol.PowerOff)
	require.Len(t, locks, 13)
	for i := 3; i < len(locks); i++ {
		require.GreaterOrEqual(t, locks[i].Sub(locks[i-1])+time.Second, min(5*time.Second<<(i-2), 10*time.Minute), "lock %d", i)
	}
}

// Cancelled in the very task in which it would continue as new: it ends.
func TestCancelledAsItContinuesAsNew(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() {
		w.after(6*time.Minute, func() {
			w.grow()
			w.tell(w.change(protocol.SetLamp), 0)
			w.env.CancelWorkflow()
		})
	})
	w.second = func() { w.after(time.Minute, func() { w.end() }) }
	w.run(w.input())
	w.consistent()
	require.Equal(t, 1, w.runs)
	require.Equal(t, rental.ByStaff, w.last(rental.Locking).Cause)
	require.Equal(t, "cancelled in Temporal", w.last(rental.Locking).Note)
}
