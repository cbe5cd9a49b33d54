package workflows_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/protocol"
	"rodada/workflows"
)

// change is what a command of staff did just now.
func (w *world) change(code protocol.Code) workflows.ScooterChanged {
	w.deeds++
	return workflows.ScooterChanged{
		CommandID: fmt.Sprint("c", w.deeds), Command: protocol.Command{Code: code}, By: staffID, Reason: "helmet check", At: w.env.Now().UTC(),
	}
}

func limitTo(c workflows.ScooterChanged, kmh int) workflows.ScooterChanged {
	c.Command.Args = protocol.Args{"kmh": kmh}
	return c
}

// tell signals a change, once it is so old.
func (w *world) tell(c workflows.ScooterChanged, late time.Duration) {
	w.after(late, func() { w.env.SignalWorkflow(workflows.SignalChanged, c) })
}

// sent are the codes of the frames since the counters were read.
func (w *world) sent() []protocol.Code {
	var codes []protocol.Code
	for _, f := range w.box.sent[min(4, len(w.box.sent)):] {
		codes = append(codes, f.code)
	}
	return codes
}

func TestLockByStaffPausesTheRide(t *testing.T) {
	for name, c := range map[string]struct {
		code protocol.Code
		ride command.Ride
		undo protocol.Code
	}{
		"a pause":                                  {protocol.Pause, "", protocol.Resume},
		"a locked motor":                           {protocol.LockMotor, "", protocol.UnlockMotor},
		"switched off, for a while":                {protocol.PowerOff, command.RidePauses, protocol.PowerOn},
		"a pause that says what it is":             {protocol.Pause, command.RidePauses, protocol.Resume},
		"an end that was meant for another's ride": {protocol.PowerOff, command.RideEnds, protocol.PowerOn},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var told workflows.ScooterChanged
			var resumed *reply
			w.on(rental.Riding, func() {
				w.after(10*time.Minute, func() {
					told = w.change(c.code)
					told.Ride = c.ride
					if c.ride == command.RideEnds {
						told.RentalID = "6b1f6d6e-0000-4000-8000-000000000002"
					}
					w.tell(told, 30*time.Second)
				})
			})
			w.on(rental.Paused, func() {
				require.Equal(t, []protocol.Code(nil), w.sent(), "nothing is sent for what is done")
				w.after(5*time.Minute, func() { resumed = w.resume() })
				w.after(6*time.Minute, func() { w.end() })
			})
			w.run(w.input())
			w.consistent()
			require.NoError(t, resumed.err)
			require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Locking, rental.Ended}, w.states())
			require.Equal(t, c.undo, w.sent()[0])
			paused := w.last(rental.Paused)
			require.Equal(t, told.At, paused.At, "since the scooter answered, not since the ride was told")
			require.Equal(t, rental.ByStaff, paused.Cause)
			require.Equal(t, staffID, paused.StaffID)
			require.Equal(t, c.code.String()+": helmet check", paused.Note)
			resumedAt := w.changes[2].At
			require.Equal(t, resumedAt.Sub(told.At), w.last(rental.Ended).Usage.Paused)
			require.Equal(t, 1, w.box.count(protocol.PowerOff), "the end's own")
		})
	}
}

func TestLockByStaffEndsTheRide(t *testing.T) {
	for name, c := range map[string]struct {
		code  protocol.Code
		ride  command.Ride
		off   bool
		locks int
	}{
		"switched off, and the scooter says so":   {protocol.PowerOff, "", true, 0},
		"as it was asked":                         {protocol.PowerOff, command.RideEnds, true, 0},
		"switched off, but the scooter denies":    {protocol.PowerOff, "", false, 1},
		"paused, which is not locked":             {protocol.Pause, command.RideEnds, false, 1},
		"a locked motor is not off, says the box": {protocol.LockMotor, command.RideEnds, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var told workflows.ScooterChanged
			w.on(rental.Riding, func() {
				w.after(10*time.Minute, func() {
					w.box.off = c.off
					told = w.change(c.code)
					told.Ride, told.RentalID = c.ride, rentalID
					w.tell(told, time.Minute)
				})
			})
			w.run(w.input())
			w.consistent()
			require.Equal(t, []rental.State{rental.Riding, rental.Locking, rental.Ended}, w.states())
			end := w.last(rental.Locking)
			require.Equal(t, told.At, end.StoppedAt)
			require.Equal(t, rental.ByStaff, end.Cause)
			require.Equal(t, staffID, end.StaffID)
			require.Contains(t, end.Note, "helmet check")
			require.Equal(t, told.At.Sub(w.changes[0].UnlockedAt), w.last(rental.Ended).Usage.Riding)
			require.Len(t, w.payments, 1)
			require.Equal(t, c.locks, w.box.count(protocol.PowerOff))
			require.Positive(t, w.box.count(protocol.QueryVehicle), "the scooter is asked whether it is locked")
		})
	}
}

func TestUnlockByStaffResumesTheRide(t *testing.T) {
	for name, c := range map[string]struct {
		locks   []protocol.Code
		unlock  protocol.Code
		resumes bool
	}{
		"of the rider's pause":              {nil, protocol.Resume, true},
		"of the rider's pause, switched on": {nil, protocol.PowerOn, true},
		"switched off since":                {[]protocol.Code{protocol.PowerOff}, protocol.PowerOn, true},
		"the motor is locked still":         {[]protocol.Code{protocol.LockMotor}, protocol.Resume, false},
		"the pause stands":                  {[]protocol.Code{protocol.LockMotor}, protocol.UnlockMotor, false},
		"a pause's end that is none":        {[]protocol.Code{protocol.PowerOff}, protocol.Resume, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			var at time.Time
			w.on(rental.Riding, func() { w.after(10*time.Minute, func() { w.pause() }) })
			w.on(rental.Paused, func() {
				for i, code := range c.locks {
					lock := w.change(code)
					lock.Ride = command.RidePauses
					w.tell(lock, time.Duration(i)*time.Second)
				}
				w.after(5*time.Minute, func() {
					at = w.env.Now().UTC()
					w.tell(w.change(c.unlock), 0)
				})
				w.after(10*time.Minute, func() {
					require.Equal(t, c.resumes, w.view().State == rental.Riding)
					w.resume()
				})
				w.after(11*time.Minute, func() { w.end() })
			})
			w.run(w.input())
			w.consistent()
			require.Equal(t, []rental.State{rental.Riding, rental.Paused, rental.Riding, rental.Locking, rental.Ended}, w.states())
			resumed := w.changes[2]
			require.Equal(t, c.resumes, resumed.Cause == rental.ByStaff)
			if c.resumes {
				require.Equal(t, at, resumed.At)
				require.Zero(t, w.box.count(protocol.Resume)+w.box.count(protocol.UnlockMotor), "nothing is sent for what is done")
			}
			want := resumed.At.Sub(w.changes[1].At)
			require.Equal(t, want, w.last(rental.Ended).Usage.Paused)
		})
	}
}

func TestEverythingThatKeepsTheScooterIsUndone(t *testing.T) {
	w := newWorld(t)
	w.box.will(protocol.UnlockMotor, answer{status: 1})
	var first, second *reply
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() { w.tell(w.change(protocol.LockMotor), 0) })
		w.after(2*time.Minute, func() {
			off := w.change(protocol.PowerOff)
			off.Ride = command.RidePauses
			w.tell(off, 0)
			w.tell(w.change(protocol.Pause), 0) // which a scooter that is off can't have taken for long
		})
		w.after(3*time.Minute, func() { first = w.resume() })
		w.after(4*time.Minute, func() { second = w.resume() })
		w.after(5*time.Minute, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	requireFault(t, rental.ErrRefused, first.err)
	require.NoError(t, second.err)
	require.Equal(t, []protocol.Code{protocol.PowerOn, protocol.UnlockMotor, protocol.UnlockMotor}, w.sent()[:3])
	require.Equal(t, []string{"command", "command"}, w.kinds(), "what changed nothing about the ride is told too")
}

func TestLampsAreRecorded(t *testing.T) {
	w := newWorld(t)
	w.on(rental.Riding, func() {
		w.after(time.Minute, func() {
			lamp := w.change(protocol.SetLamp)
			lamp.Command.Args = protocol.Args{"lamp": 1}
			w.tell(lamp, 0)
		})
		w.after(2*time.Minute, func() { w.end() })
	})
	w.run(w.input())
	w.consistent()
	require.Len(t, w.notes, 1)
	note := w.notes[0]
	require.Equal(t, "set-lamp lamp=1: helmet check", note.Note)
	require.Equal(t, []any{"command", rental.ByStaff, staffID}, []any{note.Kind, note.Cause, note.StaffID})
}
