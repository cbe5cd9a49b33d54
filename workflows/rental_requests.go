package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/rental"
)

// request is an update that waits for the story to come to it: the handlers only wait, the story acts.
type request struct {
	kind     string
	at       time.Time
	cause    rental.Cause
	staffID  string // when cause is staff
	note     string
	deadline time.Time // of an unlock
	change   *ScooterChanged
	crossing *ZoneCrossing
	answered bool
	err      error
}

func (q *request) answer(err error) { q.answered, q.err = true, err }

// put queues a request, or answers it when nobody will come to it any more: once the rider is out, only staff can ask for
// something or have changed something, and nobody can when the story is over.
func (r *ride) put(q *request) {
	late := r.s.Outcome != rental.Open && q.kind != UpdateRelease && q.kind != SignalChanged
	if r.closed || late {
		q.answer(q.tooLate(r))
		return
	}
	r.queue = append(r.queue, q)
}

// handle registers every update and the query, before anything blocks.
func (r *ride) handle(ctx workflow.Context) error {
	ref := func(kind string) any {
		return func(ctx workflow.Context, _ RentalRef) (RentalOutcome, error) {
			return r.submit(ctx, &request{kind: kind, cause: rental.ByRider})
		}
	}
	meant := func(ref RentalRef) error { return r.meant(ref.RentalID) }
	return errors.Join(
		workflow.SetQueryHandler(ctx, QueryRental, r.view),
		update(ctx, UpdateBegin, r.waitBegun, meant),
		update(ctx, UpdateCancel, ref(UpdateCancel), meant),
		update(ctx, UpdatePause, ref(UpdatePause), meant),
		update(ctx, UpdateResume, ref(UpdateResume), meant),
		update(ctx, UpdateUnlock, func(ctx workflow.Context, q UnlockRequest) (RentalOutcome, error) {
			return r.submit(ctx, &request{kind: UpdateUnlock, cause: rental.ByRider, deadline: q.Deadline})
		}, func(q UnlockRequest) error { return r.meant(q.RentalID) }),
		update(ctx, UpdateEnd, func(ctx workflow.Context, q EndRequest) (RentalOutcome, error) {
			return r.submit(ctx, &request{kind: UpdateEnd, cause: q.Cause, staffID: q.By, note: q.Note})
		}, func(q EndRequest) error { return r.meant(q.RentalID) }),
		update(ctx, UpdateRelease, func(ctx workflow.Context, q ReleaseRequest) (RentalOutcome, error) {
			return r.submit(ctx, &request{kind: UpdateRelease, cause: rental.ByStaff, staffID: q.By, note: q.Reason})
		}, func(q ReleaseRequest) error { return r.meant(q.RentalID) }),
	)
}

func update(ctx workflow.Context, name string, handler, validator any) error {
	return workflow.SetUpdateHandlerWithOptions(ctx, name, handler, workflow.UpdateHandlerOptions{
		Validator: validator, Description: name,
	})
}

// turnRidersAway rejects what is meant for a rental, in a holder that is none.
func turnRidersAway(ctx workflow.Context) error {
	over := func(RentalRef) error { return activities.Failure(rental.ErrOver) }
	never := func(workflow.Context, RentalRef) (RentalOutcome, error) {
		return RentalOutcome{}, activities.Failure(rental.ErrOver)
	}
	var errs []error
	for _, name := range []string{UpdateBegin, UpdateUnlock, UpdateCancel, UpdatePause, UpdateResume, UpdateEnd, UpdateRelease} {
		errs = append(errs, update(ctx, name, never, over))
	}
	return errors.Join(errs...)
}

// meant rejects what is for another rental of this scooter, before it enters the history.
func (r *ride) meant(rentalID string) error {
	if rentalID != r.in.RentalID {
		return activities.Failure(rental.ErrOver)
	}
	return nil
}

// waitBegun answers when the unlock or the reservation is decided.
func (r *ride) waitBegun(ctx workflow.Context, _ RentalRef) (RentalOutcome, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx) // as the story
	err := workflow.Await(ctx, func() bool { return r.begun && (!r.mine || r.s.State != rental.Unlocking) })
	if err == nil && !r.mine {
		err = activities.Failure(rental.ErrOver)
	}
	return r.s.RentalOutcome, err
}

// submit puts a request in the queue and waits for its answer.
func (r *ride) submit(ctx workflow.Context, q *request) (RentalOutcome, error) {
	q.at = workflow.Now(ctx)
	r.requests++
	r.askedAt = workflow.GetInfo(ctx).GetCurrentHistoryLength()
	r.put(q)
	ctx, _ = workflow.NewDisconnectedContext(ctx) // as the story
	if err := workflow.Await(ctx, func() bool { return q.answered }); err != nil {
		return RentalOutcome{}, err
	}
	return r.s.RentalOutcome, activities.Failure(q.err)
}

// next takes the oldest request.
func (r *ride) next() *request {
	q := r.queue[0]
	r.queue = r.queue[1:]
	return q
}

// asked reports whether somebody waits.
func (r *ride) asked() bool { return len(r.queue) > 0 }

// answerAll answers what is left when the rider is out: an end has what it asked for, anything else comes too late, but for
// staff who want the scooter.
func (r *ride) answerAll() {
	left := r.queue
	r.queue = nil
	for _, q := range left {
		r.put(q)
	}
}

func (q *request) tooLate(r *ride) error {
	if q.kind == UpdateEnd && r.s.Outcome == rental.Ridden || q.kind == UpdateCancel && r.s.Reason == rental.Cancelled {
		return nil
	}
	return rental.ErrOver
}

// view is the answer to the query.
func (r *ride) view() (RentalView, error) {
	return RentalView{RentalOutcome: r.s.RentalOutcome, Meter: r.s.Meter, Attempts: r.s.Attempts, Outstanding: r.s.Outstanding}, nil
}
