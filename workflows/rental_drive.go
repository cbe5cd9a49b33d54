package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/protocol"
)

// crawl is the speed limit in km/h that brings a scooter down to where it may be locked.
const crawl = activities.WalkingPace

// drive is the ride: it serves the rider's and staff's requests and the limits of a forgotten ride, until it has ended.
func (r *ride) drive(ctx workflow.Context) error {
	for !r.over() {
		r.line.flush(ctx)
		if err := r.renew(ctx); err != nil {
			return err
		}
		at, limit := r.nextLimit()
		if zoneAt, zone := r.nextZone(ctx); zone != nil && (limit == nil || zoneAt.Before(at)) {
			at, limit = zoneAt, zone
		}
		r.alarm.set(ctx, at)
		if err := workflow.Await(ctx, func() bool { return r.asked() || r.alarm.rings() }); err != nil {
			return err
		}
		if r.asked() {
			r.serve(ctx, r.next())
			continue
		}
		r.alarm.off()
		limit(ctx)
	}
	return nil
}

// serve does what one request asks for.
func (r *ride) serve(ctx workflow.Context, q *request) {
	switch q.kind {
	case SignalChanged:
		r.follow(ctx, *q.change)
	case SignalZone:
		r.crossed(ctx, *q.crossing)
	case UpdatePause:
		q.answer(r.pause(ctx, q.cause))
	case UpdateResume:
		q.answer(r.resume(ctx, q.cause))
	case UpdateEnd:
		verdict := activities.Judgement{Allowed: true}
		if q.cause == rental.ByRider {
			verdict = r.judgeEnd(ctx)
		}
		if !verdict.Allowed {
			q.answer(rental.ErrOutsideZone.With("nearest", verdict.Nearest))
			return
		}
		r.end(ctx, ending{cause: q.cause, staffID: q.staffID, at: q.at, note: q.note, verdict: verdict})
		q.answer(nil)
		r.answerAll()
	default:
		q.answer(rental.ErrState)
	}
}

// nextLimit is what happens next to a ride that nobody ends, and when; nil when nothing does.
func (r *ride) nextLimit() (time.Time, func(workflow.Context)) {
	limits, since := r.in.Limits, r.s.UnlockedAt
	switch {
	case limits.RemindAfter > 0 && !r.s.Reminded:
		return since.Add(limits.RemindAfter), r.remind
	case limits.PauseAfter > 0 && !r.s.LimitPaused:
		at := since.Add(limits.PauseAfter)
		if r.s.RetryAt.After(at) {
			at = r.s.RetryAt
		}
		return at, r.pauseByLimit
	case limits.EndAfter > 0:
		return since.Add(limits.EndAfter), r.endByLimit
	}
	return time.Time{}, nil
}

func (r *ride) remind(ctx workflow.Context) {
	r.s.Reminded = true
	r.notify(ctx, rider.RideForgotten)
}

func (r *ride) pauseByLimit(ctx workflow.Context) {
	now, endAfter := workflow.Now(ctx), r.in.Limits.EndAfter
	if endAfter > 0 && !now.Before(r.s.UnlockedAt.Add(endAfter)) {
		r.s.LimitPaused = true // it could not be paused; now it ends
		return
	}
	already := r.s.State == rental.Paused
	if err := r.pause(ctx, rental.ByLimit); err != nil {
		r.s.Backoff = r.grow(r.s.Backoff)
		r.s.RetryAt = workflow.Now(ctx).Add(r.s.Backoff)
		if err == rental.ErrMoving { //nolint:errorlint // our own sentinel, never wrapped
			r.slowDown(ctx)
		}
		return
	}
	r.s.LimitPaused, r.s.Backoff = true, 0
	r.restoreLimit(ctx)
	if !already {
		r.notify(ctx, rider.RidePaused)
	}
}

// grow is the wait after a wait.
func (r *ride) grow(backoff time.Duration) time.Duration {
	return min(max(2*backoff, r.in.Limits.LockBackoff), r.in.Limits.LockMaximum)
}

func (r *ride) endByLimit(ctx workflow.Context) {
	verdict := activities.Judgement{Allowed: true}
	if workflow.GetVersion(ctx, "zones of a forgotten ride", workflow.DefaultVersion, 1) == 1 {
		verdict = r.judge(ctx, "") // it ends wherever it is; the zone has its price all the same
	}
	r.end(ctx, ending{cause: rental.ByLimit, at: workflow.Now(ctx), verdict: verdict})
	r.notify(ctx, rider.RideEnded)
	r.answerAll()
}

// pause locks the scooter for a while and puts the meter on the paused rate, never at speed. (Design, decision 6)
func (r *ride) pause(ctx workflow.Context, by rental.Cause) error {
	if r.s.State == rental.Paused {
		return nil
	}
	v, ok := r.query(ctx)
	if !ok {
		return rental.ErrSilent
	}
	if !v.standing() {
		return rental.ErrMoving
	}
	if err := r.order(ctx, protocol.Pause); err != nil {
		return err
	}
	r.s.Locks.add(protocol.Pause)
	r.s.Meter.Pause(workflow.Now(ctx))
	r.advance(ctx, rental.Paused, by, nil)
	return nil
}

// resume undoes what keeps a paused scooter, the rider's pause or a lock of staff, and puts the meter back on the riding rate.
func (r *ride) resume(ctx workflow.Context, by rental.Cause) error {
	if r.s.State == rental.Riding {
		return nil
	}
	if !r.s.Locks.any() {
		r.s.Locks.add(protocol.Pause) // paused before locks were kept
	}
	for _, code := range r.s.Locks.undo() {
		if err := r.order(ctx, code); err != nil {
			return err
		}
		r.s.Locks.lift(code)
	}
	r.s.Meter.Resume(workflow.Now(ctx))
	r.advance(ctx, rental.Riding, by, nil)
	return nil
}

// order sends a pause or its end; nil when the scooter has done it.
func (r *ride) order(ctx workflow.Context, code protocol.Code) error {
	got := r.line.ask(ctx, protocol.Command{Code: code}, r.in.Limits.AckWindow)
	switch {
	case got.unsent == UnsentMoving:
		return rental.ErrMoving
	case got.unsent != "":
		return rental.ErrUnreachable
	case got.outcome == command.Refused:
		return rental.ErrRefused.With("device_status", *got.ack.Status)
	case got.outcome != command.Done:
		return rental.ErrSilent
	}
	r.done(code, got.ack)
	return nil
}

// done takes note of when the scooter carried out a command of the ride.
func (r *ride) done(code protocol.Code, ack *command.Ack) {
	if r.s.Acked == nil {
		r.s.Acked = acked{}
	}
	r.s.Acked[code] = ack.ReceivedAt
}

// slowDown takes the speed limit down once, so that the scooter comes to where it may be locked.
func (r *ride) slowDown(ctx workflow.Context) {
	slow := rental.LimitInForce(r.limit(), crawl)
	if r.s.Slowed || slow == r.limit() {
		return
	}
	got := r.line.ask(ctx, limitCommand(slow), r.in.Limits.AckWindow)
	r.s.Slowed = got.unsent == ""
	if got.outcome == command.Done {
		r.done(protocol.SetSpeedLimit, got.ack)
	}
}

// restoreLimit puts the speed limit back that slowDown, or a zone that the ride has left, took away.
func (r *ride) restoreLimit(ctx workflow.Context) {
	for range 3 {
		if r.setLimit(ctx) {
			return
		}
	}
	r.note(ctx, "limit_not_restored", rental.BySystem, "The scooter still has the speed limit that stopped it.")
}

func limitCommand(kmh int) protocol.Command {
	return protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": kmh}}
}
