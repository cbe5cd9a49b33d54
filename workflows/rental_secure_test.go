package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/activities"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/protocol"
)

var overSecuring = []rental.State{rental.Riding, rental.Locking, rental.Securing, rental.Ended}

// A lock without an answer may wait in the broker. It is never sent again before the scooter was heard.
func TestUnansweredLockIsNotRepeated(t *testing.T) {
	w := newWorld(t)
	var ended *reply
	w.on(rental.Riding, func() { w.after(time.Minute, func() { w.box.away = true; ended = w.end() }) })
	w.on(rental.Securing, func() {
		w.after(3*time.Hour, func() {
			require.Equal(t, 1, w.box.count(protocol.PowerOff), "nothing was heard of the scooter")
			w.box.away = false
			w.box.say(protocol.HeartbeatReport, answer{})
		})
	})
	w.run(w.input())
	w.consistent()
	require.NoError(t, ended.err)
	require.Equal(t, rental.Securing, ended.got.State)
	require.Equal(t, rental.Ridden, ended.got.Outcome, "the rider is out")
	require.LessOrEqual(t, ended.at, 15*time.Second)
	require.Equal(t, overSecuring, w.states())
	require.Equal(t, 2, w.box.count(protocol.PowerOff))
	require.Len(t, w.payments, 1)
	require.Equal(t, staff.NotSecured, w.alerts[0].Kind)
	require.Equal(t, []staff.AlertKind{staff.NotSecured}, w.cleared)
}

// Back again, the scooter gets the lock that the broker kept, and answers it: no second one is sent.
func TestHeardThenAcknowledged(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOff, answer{after: time.Hour + 2*time.Second})
	w.on(rental.Securing, func() {
		w.after(time.Hour-10*time.Second, func() { w.box.say(protocol.HeartbeatReport, answer{}) })
	})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, overSecuring, w.states())
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
}

// The signal of the answer got lost: it is found where the bridge left it, once the scooter was heard.
func TestLockFoundAfterALostSignal(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOff, answer{after: time.Second, lost: true})
	w.speak(time.Minute)
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, 1, w.box.count(protocol.PowerOff))
}

func TestRefusedLockIsRepeated(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOff, answer{status: 1}, answer{status: 1}, answer{status: 1}, answer{status: 1})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, overSecuring, w.states())
	locks := w.box.times(protocol.PowerOff)
	require.Len(t, locks, 5)
	require.Less(t, locks[1].Sub(locks[0]), 2*time.Second, "the second try comes at once")
	for i := 2; i < len(locks); i++ {
		require.GreaterOrEqual(t, locks[i].Sub(locks[i-1]), 5*time.Second<<(i-2), "each wait is twice the one before")
	}
	require.Len(t, w.alerts, 1, "one alert, however often it fails")
	require.Contains(t, w.kinds(), "alerted")
	require.Len(t, w.cleared, 1)
}

func TestNoAlertBeforeItsTime(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOff, answer{status: 1}, answer{status: 1})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, overSecuring, w.states())
	require.Empty(t, w.alerts)
	require.Empty(t, w.cleared)
}

// Nobody is stopped at speed: the scooter is slowed down first, and locked when it stands.
func TestMovingScooterIsNotLocked(t *testing.T) {
	for name, mute := range map[string]bool{"by its answer": false, "by its last report": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var stood time.Time
			w.on(rental.Riding, func() {
				w.after(time.Minute, func() {
					w.box.drive(12)
					w.box.mute[protocol.QueryVehicle] = mute
					w.end()
				})
				w.after(2*time.Minute, func() {
					require.Zero(t, w.box.count(protocol.PowerOff))
					stood = w.env.Now()
					w.box.drive(2)
					w.box.mute[protocol.QueryVehicle] = false
				})
			})
			w.run(w.input())
			w.consistent()
			require.Equal(t, overSecuring, w.states())
			for _, at := range w.box.times(protocol.PowerOff) {
				require.False(t, at.Before(stood))
			}
			if !mute {
				require.Equal(t, []int{3, 20}, w.box.limits())
			}
			require.Equal(t, time.Minute, w.last(rental.Securing).Usage.Riding.Round(time.Second))
		})
	}
}

func TestRelease(t *testing.T) {
	for name, c := range map[string]struct {
		before func(w *world)
		state  rental.State
	}{
		"after a ride": {func(w *world) { w.endAfter(time.Minute) }, rental.Ended},
		"after a silent unlock": {func(w *world) {
			w.box.will(protocol.PowerOn, answer{silent: true})
		}, rental.Void},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.mute[protocol.PowerOff] = true
			c.before(w)
			var released *reply
			w.on(rental.Securing, func() {
				w.after(time.Hour, func() { released = w.release() })
			})
			w.run(w.input())
			w.consistent()
			require.NoError(t, released.err)
			require.Equal(t, c.state, released.got.State)
			final := w.last(c.state)
			require.Equal(t, rental.ByStaff, final.Cause)
			require.Equal(t, "towed", final.Maintenance)
			require.Equal(t, "eva", final.StaffID)
			require.NotContains(t, w.box.leases, protocol.PowerOffAck, "nobody waits for the lock any more")
		})
	}
}

// Staff who ask for the scooter while the first lock is on its way get it when that fails.
func TestReleaseAskedWhileLocking(t *testing.T) {
	w := newWorld(t)
	w.box.mute[protocol.PowerOff] = true
	var released *reply
	w.on(rental.Locking, func() { w.after(time.Second, func() { released = w.release() }) })
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.NoError(t, released.err)
	require.Equal(t, rental.Ended, released.got.State)
}

// Whatever the rider asks for while the scooter is being secured is answered at once and hurries nothing.
func TestRequestsWhileSecuring(t *testing.T) {
	w := newWorld(t)
	w.box.mute[protocol.PowerOff] = true
	replies := map[string]*reply{}
	var attempts int
	w.on(rental.Securing, func() {
		w.after(10*time.Minute, func() {
			attempts = w.view().Attempts
			replies["end"], replies["pause"], replies["unlock"] = w.end(), w.pause(), w.unlock()
			replies["begin"] = w.begin()
		})
		w.after(10*time.Minute+time.Second, func() {
			require.Equal(t, attempts, w.view().Attempts)
			w.box.mute[protocol.PowerOff] = false
			w.speak(time.Minute)
		})
	})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.NoError(t, replies["end"].err)
	require.Equal(t, rental.Ridden, replies["end"].got.Outcome)
	require.NoError(t, replies["begin"].err)
	requireFault(t, rental.ErrOver, replies["pause"].err)
	requireFault(t, rental.ErrOver, replies["unlock"].err)
	for name, r := range replies {
		require.Zero(t, r.at, name)
	}
}

// While the leases are away, nobody knows whether the lock was answered: no other is sent.
func TestLeasesAwayWhileSecuring(t *testing.T) {
	w := newWorld(t)
	w.box.mute[protocol.PowerOff] = true
	w.on(rental.Securing, func() {
		w.after(time.Minute, func() {
			w.box.say(protocol.HeartbeatReport, answer{})
			w.box.leaseErr = errors.New("connection refused")
		})
		w.after(30*time.Minute, func() {
			require.Equal(t, 1, w.box.count(protocol.PowerOff))
			w.box.leaseErr = nil
			w.box.mute[protocol.PowerOff] = false
			w.speak(time.Minute)
		})
	})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, 2, w.box.count(protocol.PowerOff))
}

func TestStoreOutage(t *testing.T) {
	for name, outage := range map[string]time.Duration{"short": 3 * time.Second, "longer than a local activity is tried": time.Minute} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var until time.Time
			w.storeErr = func() error {
				if w.env.Now().Before(until) {
					return errors.New("connection refused")
				}
				return nil
			}
			var ended *reply
			w.on(rental.Riding, func() {
				w.after(time.Minute, func() { until = w.env.Now().Add(outage); ended = w.end() })
			})
			w.run(w.input())
			w.consistent()
			require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
			require.NoError(t, ended.err)
			require.Equal(t, time.Minute, w.last(rental.Ended).Usage.Riding.Round(time.Second))
		})
	}
}

// What the store refuses is a bug of ours. The workflow task fails for all to see; the scooter is not freed.
func TestStoreRefuses(t *testing.T) {
	w := newWorld(t)
	w.storeErr = func() error {
		if len(w.changes) == 1 {
			return activities.Failure(rental.ErrState)
		}
		return nil
	}
	w.endAfter(time.Minute)
	w.env.ExecuteWorkflow("Rental", w.input())
	var panicked *temporal.PanicError
	require.ErrorAs(t, w.env.GetWorkflowError(), &panicked)
	require.Equal(t, []rental.State{rental.Riding}, w.states())
	require.Zero(t, w.box.count(protocol.PowerOff))
}
