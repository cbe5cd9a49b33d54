package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/protocol"
	"rodada/workflows"
)

// What the scooter did before this rental had it is none of its business, however late it is told.
func TestChangesOfAnEarlierTime(t *testing.T) {
	for name, c := range map[string]struct {
		before func(w *world) workflows.RentalInput
		state  rental.State
	}{
		"a ride":        {func(w *world) workflows.RentalInput { w.endAfter(10 * time.Minute); return w.input() }, rental.Riding},
		"a reservation": {func(w *world) workflows.RentalInput { return w.reserved(10 * time.Minute) }, rental.Reserved},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			for _, code := range []protocol.Code{protocol.PowerOff, protocol.Pause, protocol.SetSpeedLimit, protocol.SetLamp} {
				old := limitTo(w.change(code), 5)
				old.At, old.Ride = old.At.Add(-time.Second), command.RideEnds
				w.tell(old, time.Minute)
			}
			w.after(2*time.Minute, func() { require.Equal(t, c.state, w.view().State) })
			w.run(c.before(w))
			w.consistent()
			require.Empty(t, w.notes)
			require.NotContains(t, w.states(), rental.Paused)
			require.NotEqual(t, rental.ByStaff, w.changes[len(w.changes)-1].Cause)
		})
	}
}

// The scooter took staff's command and then the ride's own, which undid it, before the ride was told of staff's.
func TestChangesThatTheRideHasUndone(t *testing.T) {
	t.Run("a lock before the unlock", func(t *testing.T) {
		w := newWorld(t)
		w.box.will(protocol.PowerOn, answer{after: 2 * time.Second})
		w.after(time.Second, func() { w.tell(w.change(protocol.PowerOff), 4*time.Second) })
		w.endAfter(time.Minute)
		w.run(w.input())
		w.consistent()
		require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
		require.Equal(t, rental.ByRider, w.last(rental.Locking).Cause)
		require.Equal(t, "power-off: helmet check (undone since)", w.notes[0].Note)
	})
	t.Run("a lock while the unlock is on its way", func(t *testing.T) {
		w := newWorld(t)
		w.box.will(protocol.PowerOn, answer{after: 2 * time.Second})
		w.after(time.Second, func() { w.tell(w.change(protocol.PowerOff), 0) })
		w.endAfter(time.Minute)
		w.run(w.input())
		w.consistent()
		require.Equal(t, rental.ByRider, w.last(rental.Locking).Cause)
	})
	t.Run("a resume before the pause", func(t *testing.T) {
		w := newWorld(t)
		w.on(rental.Riding, func() {
			w.after(time.Minute, func() { w.tell(w.change(protocol.Resume), 10*time.Second); w.pause() })
			w.after(2*time.Minute, func() { w.end() })
		})
		w.run(w.input())
		w.consistent()
		require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
		require.Equal(t, "resume: helmet check (locked again since)", w.notes[0].Note)
	})
}

func TestChangeTwice(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() {
			pause := w.change(protocol.Pause)
			w.tell(pause, 0)
			w.tell(pause, time.Second)
			w.tell(pause, 3*time.Minute) // when the rider rides again
		})
		w.after(2*time.Minute, func() { w.resume() })
		w.after(5*time.Minute, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Locking, rental.Ended}, w.states())
	require.Empty(t, w.notes)
}

func TestStaffLockWhileTheRiderEnds(t *testing.T) {
	for name, after := range map[string]time.Duration{
		"at once": 0, "while the scooter is asked": 50 * time.Millisecond, "while it locks": 150 * time.Millisecond, "just after": 250 * time.Millisecond,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var ended *reply
			w.on(rental.Riding, func() {
				w.after(time.Minute, func() { ended = w.end() })
				w.after(time.Minute+after, func() { w.box.off = true; w.tell(w.change(protocol.PowerOff), 0) })
			})
			w.run(w.input())
			w.consistent()
			require.NoError(t, ended.err)
			require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
			require.Len(t, w.payments, 1)
			require.Equal(t, time.Minute, w.last(rental.Ended).Usage.Riding.Round(time.Second))
		})
	}
}

func TestRiderEndsWhatStaffHaveLocked(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() {
			w.box.off = true
			off := w.change(protocol.PowerOff)
			off.Ride = command.RidePauses
			w.tell(off, 0)
		})
		w.after(2*time.Minute, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
	require.Zero(t, w.box.count(protocol.PowerOff), "it is locked, and says so")
}

func TestStaffLockSecures(t *testing.T) {
	for name, c := range map[string]struct {
		off  bool
		more int // locks after staff's
	}{
		"the scooter says that it is off":            {true, 0},
		"the scooter denies: it is locked as always": {false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.will(protocol.PowerOff, answer{status: 1}, answer{status: 1}, answer{status: 1}, answer{status: 1})
			var at time.Time
			var before int
			w.on(rental.Securing, func() {
				w.after(30*time.Second, func() {
					w.box.off, at, before = c.off, w.env.Now(), w.box.count(protocol.PowerOff)
					w.tell(w.change(protocol.SetLamp), 0)
					w.tell(w.change(protocol.PowerOff), 0)
				})
			})
			w.endAfter(time.Minute)
			w.run(w.input())
			w.consistent()
			require.Equal(t, overSecuring, w.states())
			require.Contains(t, w.kinds(), "command")
			require.Equal(t, c.more, min(w.box.count(protocol.PowerOff)-before, 1))
			if c.off {
				require.Less(t, w.last(rental.Ended).SecuredAt.Sub(at), 2*time.Second)
			}
		})
	}
}

// Staff lock it while the ride's own lock is under way without an answer: nobody waits for that one any more.
func TestStaffLockSecuresAnOutstandingLock(t *testing.T) {
	w := newWorld(t)
	w.box.mute[protocol.PowerOff] = true
	w.on(rental.Securing, func() {
		w.after(time.Hour, func() { w.box.off = true; w.tell(w.change(protocol.PowerOff), 0) })
	})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
	require.Empty(t, w.box.leases)
}

func TestChangesOfAReservation(t *testing.T) {
	for name, c := range map[string]struct {
		code protocol.Code
		ride command.Ride
		void rental.Reason
	}{
		"a lock that is to end it": {protocol.PowerOff, command.RideEnds, rental.Released},
		"a lock to be sure":        {protocol.PowerOff, "", rental.Expired},
		"a pause of nothing":       {protocol.Pause, command.RidePauses, rental.Expired},
		"a lamp":                   {protocol.SetLamp, "", rental.Expired},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.after(time.Minute, func() {
				told := w.change(c.code)
				told.Ride = c.ride
				w.tell(told, 0)
			})
			w.run(w.reserved(10 * time.Minute))
			w.consistent()
			void := w.last(rental.Void)
			require.Equal(t, c.void, void.Reason)
			require.Equal(t, c.void == rental.Released, void.StaffID == staffID)
			require.Equal(t, c.void != rental.Released, len(w.notes) == 1)
		})
	}
}

// Told in the very task in which the rental continues as new: the new run, or this one, knows of it.
func TestChangesSurviveANewRun(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() {
		w.after(5*time.Minute, func() { w.tell(limitTo(w.change(protocol.SetSpeedLimit), 10), 0) })
		w.after(6*time.Minute, func() {
			lock := w.change(protocol.LockMotor)
			w.grow()
			w.tell(lock, 0)
			w.tell(lock, 0)
		})
	})
	w.second = func() {
		w.after(time.Minute, func() {
			require.Equal(t, rental.Paused, w.view().State)
			w.resume()
		})
		w.after(2*time.Minute, func() { w.end() })
	}
	w.run(w.input())
	w.consistent()
	require.Equal(t, 2, w.runs)
	require.Equal(t, 1, w.box.count(protocol.UnlockMotor))
	require.Equal(t, []string{"command"}, w.kinds())
}
