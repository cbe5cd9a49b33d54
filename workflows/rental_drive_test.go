package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/protocol"
	"rodada/workflows"
)

func TestPauseAndResumeRefused(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*box)
		want   *fault.Error
		sent   int // pauses
	}{
		"refused":      {func(b *box) { b.will(protocol.Pause, answer{status: 1}) }, rental.ErrRefused, 1},
		"silent":       {func(b *box) { b.will(protocol.Pause, answer{silent: true}) }, rental.ErrSilent, 1},
		"moving":       {func(b *box) { b.drive(12) }, rental.ErrMoving, 0},
		"nobody knows": {func(b *box) { b.mute[protocol.QueryVehicle] = true }, rental.ErrSilent, 0},
		"broker away": {func(b *box) {
			b.will(protocol.QueryVehicle, answer{after: time.Second})
			b.env.RegisterDelayedCallback(func() { b.brokerErr = errors.New("not connected") }, 500*time.Millisecond)
		}, rental.ErrUnreachable, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var paused *reply
			w.on(rental.Riding, func() {
				w.after(time.Minute, func() { c.before(w.box); paused = w.pause() })
				w.after(2*time.Minute, func() { w.box.reset(); w.end() })
			})
			w.run(w.input())
			w.consistent()
			app := requireFault(t, c.want, paused.err)
			require.True(t, app.NonRetryable() || c.want.Kind == fault.Unavailable)
			require.Equal(t, c.sent, w.box.count(protocol.Pause))
			require.Zero(t, w.last(rental.Ended).Usage.Paused, "the meter is on the paused rate only when the scooter is paused")
			require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
		})
	}
	for name, c := range map[string]struct {
		how  answer
		want *fault.Error
	}{"refused": {answer{status: 1}, rental.ErrRefused}, "silent": {answer{silent: true}, rental.ErrSilent}} {
		t.Run("resume "+name, func(t *testing.T) {
			w := newWorld(t)
			w.box.will(protocol.Resume, c.how)
			var resumed *reply
			w.on(rental.Riding, func() { w.after(time.Minute, func() { w.pause() }) })
			w.on(rental.Paused, func() {
				w.after(time.Minute, func() { resumed = w.resume() })
				w.after(2*time.Minute, func() { w.end() })
			})
			w.run(w.input())
			w.consistent()
			requireFault(t, c.want, resumed.err)
			require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
		})
	}
}

func TestPauseTwice(t *testing.T) {
	w := newWorld(t)
	var paused, resumed [2]*reply
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { paused = [2]*reply{w.pause(), w.pause()} })
		w.after(2*time.Minute, func() { resumed = [2]*reply{w.resume(), w.resume()} })
		w.after(3*time.Minute, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	for _, r := range append(paused[:], resumed[:]...) {
		require.NoError(t, r.err)
	}
	require.Equal(t, 1, w.box.count(protocol.Pause))
	require.Equal(t, 1, w.box.count(protocol.Resume))
}

// A pause asks for the vehicle while the reading of the counters waits for the same answer: it waits its turn.
func TestPauseWaitsForTheCounters(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.QueryVehicle, answer{after: 2 * time.Second})
	var paused *reply
	w.on(rental.Riding, func() {
		w.after(500*time.Millisecond, func() { paused = w.pause() })
		w.after(time.Minute, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	require.NoError(t, paused.err)
	require.Equal(t, rental.Paused, paused.got.State)
	require.Greater(t, paused.at, time.Second)
	require.Equal(t, 3, w.box.count(protocol.QueryVehicle), "baseline, pause, end")
}

func forgotten(w *world) workflows.RentalInput {
	in := w.input()
	in.Limits.RemindAfter, in.Limits.PauseAfter, in.Limits.EndAfter = 2*time.Hour, 3*time.Hour, 6*time.Hour
	return in
}

func TestForgottenRide(t *testing.T) {
	w := newWorld(t)
	w.run(forgotten(w))
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
	require.Equal(t, []rider.NoticeKind{rider.RideForgotten, rider.RidePaused, rider.RideEnded}, w.notices)
	require.Equal(t, []string{"ride_forgotten", "ride_paused", "ride_ended"}, w.kinds())
	begun := w.changes[0].UnlockedAt
	require.Equal(t, 2*time.Hour, w.notes[0].At.Sub(begun))
	require.Equal(t, rental.ByLimit, w.last(rental.Paused).Cause)
	require.Equal(t, rental.ByLimit, w.last(rental.Locking).Cause)
	require.Equal(t, begun.Add(6*time.Hour), w.last(rental.Locking).StoppedAt)
}

// Somebody who still rides after the limit is slowed down, paused when the scooter stands, and gets the speed back.
func TestForgottenRideIsMoving(t *testing.T) {
	w := newWorld(t)
	w.box.drive(18)
	w.on(rental.Riding, func() { w.after(3*time.Hour+20*time.Second, func() { w.box.drive(2) }) })
	w.run(forgotten(w))
	w.consistent()
	require.Equal(t, []int{3, 20}, w.box.limits())
	require.Equal(t, 1, w.box.count(protocol.Pause))
	require.NotContains(t, w.kinds(), "limit_not_restored")
	paused := w.last(rental.Paused).At.Sub(w.changes[0].UnlockedAt)
	require.Greater(t, paused, 3*time.Hour+20*time.Second)
}

// Slowed down, but ended by its rider before the pause: the next rider must not find the limit.
func TestSlowedThenEnded(t *testing.T) {
	w := newWorld(t)
	w.box.drive(18)
	w.on(rental.Riding, func() { w.after(3*time.Hour+2*time.Second, func() { w.box.drive(0); w.end() }) })
	w.run(forgotten(w))
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
	require.Equal(t, []int{3, 20}, w.box.limits())
}

func TestLimitRestoredAtLast(t *testing.T) {
	for name, c := range map[string]struct {
		answers []answer
		limits  []int
		noted   bool
	}{
		"the third time": {[]answer{{}, {status: 1}, {silent: true}, {}}, []int{3, 20, 20, 20}, false},
		"never":          {[]answer{{}, {status: 1}, {silent: true}, {silent: true}}, []int{3, 20, 20, 20}, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.drive(18)
			w.box.will(protocol.SetSpeedLimit, c.answers...)
			w.on(rental.Riding, func() {
				w.after(3*time.Hour+2*time.Second, func() { w.box.drive(0); w.end() })
			})
			w.run(forgotten(w))
			w.consistent()
			require.Equal(t, c.limits, w.box.limits())
			require.Equal(t, c.noted, len(w.notes) > 1 && w.notes[1].Kind == "limit_not_restored")
		})
	}
}

// A scooter that is away can't be paused; its ride ends at the limit all the same.
func TestForgottenRideOfASilentScooter(t *testing.T) {
	w := newWorld(t)
	in := forgotten(w)
	in.Limits.EndAfter = in.Limits.PauseAfter + 2*time.Minute
	w.on(rental.Riding, func() {
		w.after(2*time.Hour, func() { w.box.away = true })
		w.after(4*time.Hour, func() { w.box.away = false; w.speak(time.Minute) })
	})
	w.run(in)
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Securing, rental.Ended}, w.states())
	require.Equal(t, []rider.NoticeKind{rider.RideForgotten, rider.RideEnded}, w.notices)
	require.Len(t, w.payments, 1)
	require.LessOrEqual(t, w.box.count(protocol.PowerOff), 2, "a lock is repeated only when the scooter was heard")
}

// Somebody who will not stop is asked less and less often.
func TestForcedPauseIsTriedLessAndLess(t *testing.T) {
	w := newWorld(t)
	w.box.drive(18)
	w.on(rental.Securing, func() { w.after(time.Minute, func() { w.box.drive(0) }) })
	w.run(forgotten(w))
	w.consistent()
	var asked []time.Time
	for _, at := range w.box.times(protocol.QueryVehicle)[1:] { // the first is the baseline
		if at.Before(w.last(rental.Locking).StoppedAt) {
			asked = append(asked, at)
		}
	}
	require.Less(t, len(asked), 30, "in three hours")
	for i := 1; i < len(asked); i++ {
		require.GreaterOrEqual(t, asked[i].Sub(asked[i-1]), min(5*time.Second<<(i-1), 10*time.Minute), "the wait grows")
	}
	require.NotContains(t, w.notices, rider.RidePaused)
}

// A rider who has paused already is not told that the ride is paused, least of all by us.
func TestLimitOfAPausedRide(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() { w.after(time.Hour, func() { w.pause() }) })
	w.run(forgotten(w))
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Locking, rental.Ended}, w.states())
	require.Equal(t, []rider.NoticeKind{rider.RideForgotten, rider.RideEnded}, w.notices)
	require.Equal(t, 1, w.box.count(protocol.Pause))
}

// Somebody answers in the scooter's name, and says too little: the scooter's own word, which came as well, counts.
func TestSpoiltReportsAreNoSilence(t *testing.T) {
	for name, c := range map[string]struct {
		fresh bool
		want  *fault.Error
	}{"it was heard": {true, nil}, "it was not": {false, rental.ErrSilent}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var paused *reply
			w.on(rental.Riding, func() {
				w.after(time.Minute, func() {
					spoilt := answer{lacks: []string{"speed_kmh"}, unheard: !c.fresh}
					w.box.will(protocol.QueryVehicle, spoilt, spoilt)
					paused = w.pause()
				})
				w.after(2*time.Minute, func() { w.end() })
			})
			w.run(w.input())
			w.consistent()
			if c.want == nil {
				require.NoError(t, paused.err)
				require.Equal(t, 1, w.box.count(protocol.Pause))
			} else {
				requireFault(t, c.want, paused.err)
			}
			require.Equal(t, 4, w.box.count(protocol.QueryVehicle), "baseline, twice for the pause, end")
		})
	}
}

// A ride that ends within seconds leaves no question behind that somebody might answer to the next ride.
func TestShortRideLeavesNoLease(t *testing.T) {
	for _, code := range []protocol.Code{protocol.ClearTripMileage, protocol.ClearTripTime, protocol.QueryVehicle} {
		t.Run(code.String(), func(t *testing.T) {
			w := newWorld(t)
			w.box.will(code, answer{silent: true})
			var over time.Time
			w.endAfter(time.Second)
			w.on(rental.Ended, func() { over = w.env.Now() })
			w.run(w.input())
			w.consistent()
			require.Empty(t, w.box.leases)
			require.Less(t, w.env.Now().Sub(over), time.Second, "the scooter is free at once")
			require.Less(t, over.Sub(w.changes[0].At), 3*time.Second, "nobody waits for the counters")
		})
	}
}
