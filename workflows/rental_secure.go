package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/protocol"
)

// lock sends the lock once and waits for its answer. A lock that stays unanswered is outstanding: it may wait in the broker
// for a scooter that is away, so no other is sent before the scooter was heard. (Design, decision 4)
func (r *ride) lock(ctx workflow.Context) bool {
	now := workflow.Now(ctx)
	window := r.in.Limits.AckWindow
	id, unsent := r.line.send(ctx, protocol.Command{Code: protocol.PowerOff}, now.Add(window), r.outstandingFor())
	if unsent == UnsentMoving || unsent == UnsentBusy || unsent == UnsentLate {
		r.line.forget(ctx, id, protocol.PowerOffAck)
		return false
	}
	// An unreachable broker may have it all the same, so it counts as sent.
	r.s.Outstanding, r.s.SentAt = id, workflow.Now(ctx)
	return r.confirmed(r.line.await(ctx, id, protocol.PowerOffAck, window, never))
}

// confirmed reads the answer to the outstanding lock, if there is one.
func (r *ride) confirmed(ack *command.Ack) bool {
	if ack == nil {
		r.line.unanswered(r.s.Outstanding)
		return false
	}
	spec, _ := protocol.Lookup(protocol.PowerOff)
	got := r.line.close(r.s.Outstanding, judge(spec, ack))
	r.s.Outstanding = ""
	return got.outcome == command.Done
}

// outstandingFor is how long the lease of a lock lives; each round of secure makes it live on.
func (r *ride) outstandingFor() time.Duration { return 2*r.in.Limits.LockMaximum + leaseGrace }

// secure holds the scooter until its lock is confirmed, or staff take it. The rider is out already.
func (r *ride) secure(ctx workflow.Context) error {
	r.answerAll()
	if r.s.Attempts == 0 || r.s.Backoff == 0 { // else it has grown in an earlier run
		r.s.Backoff = r.in.Limits.LockBackoff
	}
	r.alarm.off()
	if r.payment == nil && r.s.Attempts == 0 {
		checkpoint(ctx, "the rider is out; then the lock")
	}
	r.charged(ctx)
	for r.s.State == rental.Securing {
		r.line.flush(ctx)
		if r.asked() {
			r.serveSecuring(ctx, r.next())
			continue
		}
		if err := r.renew(ctx); err != nil {
			return err
		}
		r.s.Attempts++
		if r.s.Attempts >= r.in.Limits.AlertAfter && !r.s.Alerted {
			r.s.Alerted = true
			r.alert(ctx, staff.NotSecured, "The ride is over, but the scooter has not confirmed its lock.")
		}
		r.tell(ctx)
		var locked bool
		if r.s.Outstanding == "" {
			locked = r.brakeAndLock(ctx)
		} else {
			locked = r.awaitOutstanding(ctx, r.s.Backoff)
		}
		switch {
		case locked:
			r.secured(ctx)
		case r.s.Outstanding == "":
			wait(ctx, r.s.Backoff, "wait before the next lock", r.asked)
		}
		r.s.Backoff = r.grow(r.s.Backoff)
	}
	return nil
}

// brakeAndLock locks a scooter that stands; one that moves is slowed down first, and asked again.
func (r *ride) brakeAndLock(ctx workflow.Context) bool {
	v, heard := r.query(ctx)
	if heard && !v.standing() {
		r.slowDown(ctx)
		return false
	}
	return r.lock(ctx)
}

// awaitOutstanding waits for the answer to the lock that is under way, or for any word of the scooter, after which the lock
// that it did not answer counts as lost and the next one may be sent.
func (r *ride) awaitOutstanding(ctx workflow.Context, d time.Duration) bool {
	id, window := r.s.Outstanding, r.in.Limits.AckWindow
	in := activities.ListenInput{
		LeaseInput: activities.LeaseInput{
			WorkflowID: r.line.workflowID, SendID: id, Plate: r.in.Plate, Ack: protocol.PowerOffAck, For: r.outstandingFor(),
		},
		Since: r.s.SentAt.Add(window), // clocks of two machines may differ by less than that
	}
	var spoke bool
	if err := within(ctx, 10*time.Second, "listen for the scooter", scooters.Listen, in).Get(ctx, &spoke); err != nil {
		workflow.GetLogger(ctx).Warn("can't listen; trying again later", "error", err)
	}
	answered := func() bool { return r.line.waiting[id] != nil }
	if !spoke {
		wait(ctx, d, "wait for the scooter", func() bool { return answered() || r.line.heard == id || r.asked() })
	}
	if !answered() && (spoke || r.line.heard == id) {
		// It may be a slow one: the longer this goes on, the longer it may take.
		wait(ctx, max(window, d), "the scooter is back: wait for the lock", func() bool { return answered() || r.asked() })
		if !answered() && !r.asked() {
			late, sure := r.line.withdraw(ctx, id, protocol.PowerOffAck, lookback)
			switch {
			case late != nil:
				r.line.take(*late)
			case sure:
				delete(r.line.waiting, id)
				r.s.Outstanding = ""
				return r.brakeAndLock(ctx)
			default:
				wait(ctx, d, "wait to look for the lock again", func() bool { return answered() || r.asked() })
			}
		}
	}
	return r.confirmed(r.line.waiting[id])
}

// secured frees the scooter.
func (r *ride) secured(ctx workflow.Context) {
	r.restoreLimit(ctx)
	r.finish(ctx, &request{cause: rental.ByScooter})
}

// isLocked reports whether staff's lock is in force already: the scooter says that it is off, and stands.
func (r *ride) isLocked(v vehicle, heard bool) bool {
	return r.s.Locks.Power == protocol.PowerOff && heard && v.off && v.standing()
}

// serveSecuring: only staff can ask for anything now, or have done it.
func (r *ride) serveSecuring(ctx workflow.Context, q *request) {
	if q.kind == SignalChanged {
		r.changedSecuring(ctx, *q.change)
		return
	}
	if q.kind != UpdateRelease {
		q.answer(q.tooLate(r))
		return
	}
	r.forgetOutstanding(ctx)
	r.finish(ctx, q)
	q.answer(nil)
}

func (r *ride) forgetOutstanding(ctx workflow.Context) {
	if r.s.Outstanding != "" {
		r.line.forget(ctx, r.s.Outstanding, protocol.PowerOffAck)
		r.s.Outstanding = ""
	}
}

// finish ends the hold on the scooter; released by staff, it goes to maintenance with their reason.
func (r *ride) finish(ctx workflow.Context, q *request) {
	to := rental.Ended
	if r.s.Outcome == rental.Voided {
		to = rental.Void
	}
	r.advance(ctx, to, q.cause, func(c *rental.Change) {
		c.SecuredAt, c.Maintenance, c.Note, c.StaffID = workflow.Now(ctx), q.note, q.note, q.staffID
	})
	if r.s.Alerted { // locked, or taken by staff: a later one must be raised again
		clearAlert := activities.ClearInput{Plate: r.in.Plate, Kind: staff.NotSecured, By: string(q.cause)}
		persist(ctx, "the alert is settled", people.Clear, clearAlert)
	}
}
