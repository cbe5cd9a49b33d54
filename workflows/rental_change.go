package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/protocol"
)

// remembered is how many commands of staff a ride knows again when it is told of them twice.
const remembered = 20

// listen takes what staff's commands have changed and puts it in the queue of what the story comes to.
func (r *ride) listen(ctx workflow.Context) {
	workflow.GoNamed(ctx, "changes", func(ctx workflow.Context) {
		for {
			var c ScooterChanged
			workflow.GetSignalChannel(ctx, SignalChanged).Receive(ctx, &c)
			r.hear(c)
		}
	})
}

// hear puts a change in the queue, unless it is older than this rental, or known.
func (r *ride) hear(c ScooterChanged) {
	if c.At.Before(r.s.HeldSince) || slices.Contains(r.s.Heard, c.CommandID) {
		return
	}
	r.s.Heard = append(r.s.Heard, c.CommandID)
	if n := len(r.s.Heard) - remembered; n > 0 {
		r.s.Heard = slices.Clone(r.s.Heard[n:])
	}
	r.put(&request{kind: SignalChanged, at: c.At, cause: rental.ByStaff, change: &c})
}

// drain takes what was signalled and not read yet, before the rental continues as new.
func (r *ride) drain(ctx workflow.Context) {
	r.line.drain(ctx)
	var c ScooterChanged
	for workflow.GetSignalChannel(ctx, SignalChanged).ReceiveAsync(&c) {
		r.hear(c)
		c = ScooterChanged{}
	}
	var crossing ZoneCrossing
	for workflow.GetSignalChannel(ctx, SignalZone).ReceiveAsync(&crossing) {
		r.hearZone(crossing)
		crossing = ZoneCrossing{}
	}
}

// follow makes the ride what the scooter is: it has done what staff told it, and nothing is sent again.
func (r *ride) follow(ctx workflow.Context, c ScooterChanged) {
	switch code := c.Command.Code; code {
	case protocol.PowerOff, protocol.Pause, protocol.LockMotor:
		r.locked(ctx, c)
	case protocol.PowerOn, protocol.Resume, protocol.UnlockMotor:
		r.unlocked(ctx, c)
	case protocol.SetSpeedLimit:
		r.limited(ctx, c)
	default:
		r.record(ctx, c, "")
	}
}

// locked pauses the ride or ends it, as of the moment when the scooter locked.
func (r *ride) locked(ctx workflow.Context, c ScooterChanged) {
	if r.s.Acked.since(c.At, against(c.Command.Code)...) {
		r.record(ctx, c, "undone since")
		return
	}
	r.s.Locks.add(c.Command.Code)
	at := r.moment(ctx, c.At)
	switch {
	case c.rideEffect(r.in.RentalID) == command.RideEnds:
		r.end(ctx, ending{cause: rental.ByStaff, staffID: c.By, at: at, note: c.words(""), verdict: activities.Judgement{Allowed: true}})
		r.answerAll()
	case r.s.State == rental.Riding:
		r.s.Meter.Pause(at)
		r.advance(ctx, rental.Paused, rental.ByStaff, c.signed(at))
	default:
		r.record(ctx, c, "")
	}
}

// unlocked lets a paused ride go on, when nothing else keeps the scooter.
func (r *ride) unlocked(ctx workflow.Context, c ScooterChanged) {
	if r.s.Acked.since(c.At, against(c.Command.Code)...) {
		r.record(ctx, c, "locked again since")
		return
	}
	r.s.Locks.lift(c.Command.Code)
	if r.s.State != rental.Paused || r.s.Locks.any() {
		r.record(ctx, c, "")
		return
	}
	at := r.moment(ctx, c.At)
	r.s.Meter.Resume(at)
	r.advance(ctx, rental.Riding, rental.ByStaff, c.signed(at))
}

// limited keeps staff's speed limit: what slows the scooter for a while gives it back.
func (r *ride) limited(ctx workflow.Context, c ScooterChanged) {
	kmh, ok := limitOf(c.Command)
	if !ok || !c.At.After(r.s.LimitAt) {
		r.record(ctx, c, "another limit was set since")
		return
	}
	r.s.LimitKmh, r.s.LimitAt = &kmh, c.At
	r.record(ctx, c, "")
	ours := r.s.Acked.since(c.At, protocol.SetSpeedLimit)
	switch {
	case !ours: // the scooter has theirs; if it must be slowed still, it is slowed again
		r.s.Slowed, r.s.Zone.Given = false, nil
	case !r.s.Slowed: // it has one that we gave back since, from before theirs
		r.s.Slowed = true
		r.restoreLimit(ctx)
	}
	if r.s.Zone.In != nil && !r.over() {
		r.obeyLimit(ctx) // what staff raise holds as far as the zone allows
	}
}

// limit is the scooter's own speed limit.
func (r *ride) limit() int {
	if r.s.LimitKmh != nil {
		return *r.s.LimitKmh
	}
	return r.in.LimitKmh
}

// moment is when something happened to a ride, by its own clock: not before it began, and not to come.
func (r *ride) moment(ctx workflow.Context, at time.Time) time.Time {
	if at.Before(r.s.UnlockedAt) {
		at = r.s.UnlockedAt
	}
	if now := workflow.Now(ctx); at.After(now) {
		at = now
	}
	return at
}

// record adds a command of staff to the rental's history.
func (r *ride) record(ctx workflow.Context, c ScooterChanged, remark string) {
	r.enter(ctx, rental.Event{Kind: "command", Cause: rental.ByStaff, StaffID: c.By, At: c.At, Note: c.words(remark)})
}

// signed writes into a change who made it, why and when.
func (c ScooterChanged) signed(at time.Time) func(*rental.Change) {
	return func(change *rental.Change) { change.At, change.StaffID, change.Note = at, c.By, c.words("") }
}

// words are what was done and why, for the history.
func (c ScooterChanged) words(remark string) string {
	words := c.Command.Code.String()
	spec, _ := protocol.Lookup(c.Command.Code)
	for _, p := range spec.Params {
		if v, is := c.Command.Args[p.Name]; is {
			words += fmt.Sprintf(" %s=%v", p.Name, v)
		}
	}
	if c.Reason != "" {
		words += ": " + c.Reason
	}
	if remark != "" {
		words += " (" + remark + ")"
	}
	return words
}

// changedReserved: nobody rides yet, so a lock changes nothing; only staff who say that it is to end take the reservation away.
func (r *ride) changedReserved(ctx workflow.Context, c ScooterChanged) {
	if _, limit := limitOf(c.Command); limit {
		r.limited(ctx, c)
		return
	}
	if c.Ride != command.RideEnds || c.rideEffect(r.in.RentalID) != command.RideEnds {
		r.record(ctx, c, "")
		return
	}
	r.advance(ctx, rental.Void, rental.ByStaff, func(change *rental.Change) {
		c.signed(workflow.Now(ctx))(change)
		change.Outcome, change.Reason = rental.Voided, rental.Released
	})
}

// changedSecuring: the lock that is tried for may be there.
func (r *ride) changedSecuring(ctx workflow.Context, c ScooterChanged) {
	switch c.Command.Code {
	case protocol.PowerOff:
		r.record(ctx, c, "")
		r.s.Locks.add(protocol.PowerOff)
		if v, heard := r.query(ctx); r.isLocked(v, heard) {
			r.forgetOutstanding(ctx)
			r.secured(ctx)
		}
	case protocol.PowerOn:
		r.record(ctx, c, "")
		r.s.Locks.lift(protocol.PowerOn)
	case protocol.SetSpeedLimit:
		r.limited(ctx, c)
	default:
		r.record(ctx, c, "")
	}
}
