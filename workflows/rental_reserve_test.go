package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"

	"rodada/domain/rental"
	"rodada/protocol"
)

func TestReservation(t *testing.T) {
	minute := time.Minute
	for name, c := range map[string]struct {
		do     func(w *world) *reply // a minute after the reservation
		states []rental.State
		why    rental.Reason
		by     rental.Cause
	}{
		"nobody comes":      {func(*world) *reply { return &reply{} }, []rental.State{rental.Void}, rental.Expired, rental.ByLimit},
		"given back":        {(*world).cancel, []rental.State{rental.Void}, rental.Cancelled, rental.ByRider},
		"staff take it":     {(*world).staffEnd, []rental.State{rental.Void}, rental.Released, rental.ByStaff},
		"cancelled by hand": {func(w *world) *reply { w.env.CancelWorkflow(); return &reply{} }, []rental.State{rental.Void}, rental.Released, rental.ByStaff},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var begun, done *reply
			w.after(0, func() { begun = w.begin() })
			w.after(minute, func() { done = c.do(w) })
			w.run(w.reserved(10 * minute))
			w.consistent()
			require.NoError(t, begun.err)
			require.Equal(t, rental.Reserved, begun.got.State)
			require.NoError(t, done.err)
			require.Equal(t, c.states, w.states())
			require.Equal(t, c.why, w.last(rental.Void).Reason)
			require.Equal(t, c.by, w.last(rental.Void).Cause)
			require.Equal(t, name == "staff take it", w.last(rental.Void).StaffID == "eva" && w.last(rental.Void).Note == "closing time")
			require.Empty(t, w.box.sent, "a reserved scooter is locked already")
			require.Empty(t, w.payments)
		})
	}
}

func TestReservationUnlocked(t *testing.T) {
	w := newWorld(t)
	var unlocked *reply
	w.after(time.Minute, func() { unlocked = w.unlock() })
	w.endAfter(time.Minute)
	w.run(w.reserved(10 * time.Minute))
	w.consistent()
	require.Equal(t, []rental.State{rental.Unlocking, rental.Riding, rental.Locking, rental.Ended}, w.states())
	require.NoError(t, unlocked.err)
	require.Equal(t, rental.Riding, unlocked.got.State)
	require.Equal(t, 100*time.Millisecond, unlocked.at)
}

// What does not belong to a reservation is refused and changes nothing; a second unlock finds the ride begun.
func TestReservationRefuses(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.PowerOn, answer{after: 2 * time.Second})
	var pause, resume, end, release, again, cancel *reply
	w.after(time.Second, func() { pause, resume, end, release = w.pause(), w.resume(), w.end(), w.release() })
	w.after(time.Minute, func() { w.unlock() })
	w.after(61*time.Second, func() { again, cancel = w.unlock(), w.cancel() })
	w.endAfter(time.Minute)
	w.run(w.reserved(10 * time.Minute))
	w.consistent()
	for _, r := range []*reply{pause, resume, end, release, again, cancel} {
		requireFault(t, rental.ErrState, r.err)
	}
	require.Equal(t, 1, w.box.count(protocol.PowerOn))
}

func TestReservationUnlockFails(t *testing.T) {
	for name, c := range map[string]struct {
		how    answer
		states []rental.State
	}{
		"silent":  {answer{silent: true}, []rental.State{rental.Unlocking, rental.Securing, rental.Void}},
		"refused": {answer{status: 2}, []rental.State{rental.Unlocking, rental.Void}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.box.will(protocol.PowerOn, c.how)
			var unlocked *reply
			w.after(time.Minute, func() { unlocked = w.unlock() })
			w.run(w.reserved(10 * time.Minute))
			w.consistent()
			require.Equal(t, c.states, w.states())
			require.NoError(t, unlocked.err)
			require.Equal(t, rental.Voided, unlocked.got.Outcome)
		})
	}
}

// What a request did is in the history before the workflow closes, or Temporal might give both up; where nobody asked, nothing
// waits.
func TestARequestIsKeptBeforeTheWorkflowCloses(t *testing.T) {
	for name, asked := range map[string]bool{"cancelled": true, "over": false} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var run []string
			w.env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
				run = append(run, info.ActivityType.Name)
			})
			if asked {
				w.after(time.Minute, func() { w.cancel() })
			}
			w.run(w.reserved(10 * time.Minute))
			w.consistent()
			require.Equal(t, asked, slices.Contains(run, "Checkpoint"), "%v", run)
		})
	}
}
