package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/protocol"
)

func TestUnlockInTime(t *testing.T) {
	w := newWorld(t)
	var begun *reply
	w.after(0, func() { begun = w.begin() })
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.NoError(t, begun.err)
	require.Equal(t, rental.Riding, begun.got.State)
	require.Equal(t, 100*time.Millisecond, begun.at, "nothing but the unlock is waited for")
}

// The answer to the rider waits for the unlock alone: clearing the counters and reading them go on behind its back.
func TestBeginDoesNotWaitForTheCounters(t *testing.T) {
	w := newWorld(t)
	for _, code := range []protocol.Code{protocol.ClearTripMileage, protocol.ClearTripTime, protocol.QueryVehicle} {
		w.box.will(code, answer{silent: true})
	}
	var begun *reply
	w.after(0, func() { begun = w.begin() })
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, 100*time.Millisecond, begun.at)
	require.Zero(t, w.last(rental.Ended).Usage.Meters, "without a baseline no distance is charged")
}

func TestUnlockRefused(t *testing.T) {
	for status, want := range map[int]rental.Reason{1: rental.HardwareFault, 2: rental.Upgrading, 7: rental.OtherRefusal} {
		t.Run(string(want), func(t *testing.T) {
			w := newWorld(t)
			w.box.will(protocol.PowerOn, answer{after: time.Second, status: status})
			var begun *reply
			w.after(0, func() { begun = w.begin() })
			w.run(w.input())
			w.consistent()
			require.Equal(t, []rental.State{rental.Void}, w.states())
			require.NoError(t, begun.err)
			require.Equal(t, rental.Voided, begun.got.Outcome)
			require.Equal(t, want, begun.got.Reason)
			require.Equal(t, status, *begun.got.DeviceStatus)
			require.Equal(t, status, *w.last(rental.Void).DeviceStatus)
			require.Zero(t, w.box.count(protocol.PowerOff), "a scooter that refused is locked")
			if want == rental.HardwareFault {
				require.Equal(t, staff.FaultAtStart, w.alerts[0].Kind)
			} else {
				require.Empty(t, w.alerts)
			}
		})
	}
}

// An unlock without an ack in time ends the rider's part at once; the scooter is held until it is locked.
func TestUnlockSilentOrLate(t *testing.T) {
	for name, how := range map[string]answer{
		"silent":                    {silent: true},
		"late":                      {after: 12 * time.Second},
		"late, found by the search": {after: 12 * time.Second, lost: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.will(protocol.PowerOn, how)
			w.box.will(protocol.PowerOff, answer{silent: true}, answer{after: time.Second})
			w.speak(30 * time.Second)
			var begun, paused *reply
			w.after(0, func() { begun = w.begin() })
			w.after(time.Second, func() { paused = w.pause() })
			w.run(w.input())
			w.consistent()
			require.Equal(t, []rental.State{rental.Securing, rental.Void}, w.states())
			require.NoError(t, begun.err)
			require.Equal(t, 10*time.Second, begun.at, "the rider is free at the deadline")
			require.Equal(t, rental.Voided, begun.got.Outcome)
			require.Equal(t, rental.ScooterSilent, begun.got.Reason)
			require.Equal(t, rental.ScooterSilent, w.changes[0].Reason)
			requireFault(t, rental.ErrOver, paused.err)
			require.Equal(t, 9*time.Second, paused.at, "who asked meanwhile is answered with the rider's outcome")
			require.NotZero(t, w.box.count(protocol.PowerOff))
			require.Empty(t, w.payments)
		})
	}
}

// The ack reached the bridge in time, but Temporal never heard of it: the workflow finds it at its deadline.
func TestUnlockFoundInTime(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOn, answer{after: time.Second, lost: true})
	w.endAfter(time.Minute)
	w.run(w.input())
	w.consistent()
	require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
}

// What counts is when the ack reached the bridge, not when the workflow heard of it.
func TestUnlockJudgedByTheTimeOfItsArrival(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOn, answer{after: time.Second, skew: 9*time.Second + time.Millisecond})
	w.run(w.input())
	w.consistent()
	require.Equal(t, []rental.State{rental.Securing, rental.Void}, w.states())
}

func TestNothingSent(t *testing.T) {
	t.Run("another send has the turn all the time", func(t *testing.T) {
		w := newWorld(t)
		w.box.leases[protocol.PowerOnAck] = held{until: w.env.Now().Add(time.Hour)}
		w.run(w.input())
		w.consistent()
		require.Equal(t, []rental.State{rental.Void}, w.states())
		require.Equal(t, rental.NotStarted, w.last(rental.Void).Reason)
		require.Zero(t, w.box.count(protocol.PowerOn))
	})
	t.Run("it is another's turn for a while", func(t *testing.T) {
		w := newWorld(t)
		w.box.leases[protocol.PowerOnAck] = held{until: w.env.Now().Add(3 * time.Second)}
		w.endAfter(time.Minute)
		w.run(w.input())
		w.consistent()
		require.Equal(t, rental.Riding, w.changes[0].State)
		require.Equal(t, 1, w.box.count(protocol.PowerOn))
	})
	t.Run("the broker is away", func(t *testing.T) {
		w := newWorld(t)
		w.box.brokerErr = errors.New("not connected")
		w.on(rental.Securing, func() { w.box.brokerErr = nil })
		w.run(w.input())
		w.consistent()
		require.Equal(t, []rental.State{rental.Securing, rental.Void}, w.states(), "it may have been sent after all")
	})
	t.Run("the broker comes back in time", func(t *testing.T) {
		w := newWorld(t)
		w.box.brokerErr = errors.New("not connected")
		w.after(2*time.Second, func() { w.box.brokerErr = nil })
		w.endAfter(time.Minute)
		w.run(w.input())
		w.consistent()
		require.Equal(t, rental.Riding, w.changes[0].State)
	})
}

// The workflow may come to its unlock late because a worker died after it had sent it. What an earlier attempt may have
// opened is locked, never set free.
func TestLateUnlockMayHaveBeenSent(t *testing.T) {
	w := newWorld(t)
	in := w.input()
	in.Deadline = w.env.Now().Add(-time.Second)
	w.run(in)
	w.consistent()
	require.Zero(t, w.box.count(protocol.PowerOn), "no late unlock")
	require.Equal(t, []rental.State{rental.Securing, rental.Void}, w.states())
	require.Equal(t, rental.NotStarted, w.changes[0].Reason)
}

func TestClaim(t *testing.T) {
	t.Run("another run had it", func(t *testing.T) {
		w := newWorld(t)
		w.claimed = false
		var begun, ended *reply
		w.after(0, func() { begun, ended = w.begin(), w.end() })
		w.run(w.input())
		require.Empty(t, w.box.sent)
		require.Empty(t, w.changes)
		requireFault(t, rental.ErrOver, begun.err)
		requireFault(t, rental.ErrOver, ended.err)
	})
	t.Run("the store is away", func(t *testing.T) {
		w := newWorld(t)
		away := 3
		w.storeErr = func() error {
			if away--; away >= 0 {
				return errors.New("connection refused")
			}
			return nil
		}
		w.endAfter(time.Minute)
		w.run(w.input())
		w.consistent()
	})
}
