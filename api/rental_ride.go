package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/workflows"
)

type rideIn struct {
	RentalRef
	MaybeKeyed
}

// act asks the workflow of a rider's rental for something and answers with the rental as it is after. there says whether an
// open rental is as asked already, over whether one that is over is. What nobody took is a 503: only what is under way is a 202.
func (s *rentals) act(ctx context.Context, in *rideIn, name string, there, over func(rental.Rental) bool, arg func(id string) any) (*rentalOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	id := uuid.NewString()
	if key != "" {
		id = name + "-" + digest(key)
	}
	r, err := s.store.Rental(ctx, subjectFrom(ctx), in.ID, s.orphanAfter())
	if err != nil {
		return nil, err
	}
	if r.Outcome == rental.Open && there(r) {
		return s.show(ctx, r) // it is as asked already: nobody need be asked
	}
	var asked error
	if r.Outcome == rental.Open {
		r, err = s.settle(ctx, r,
			func(ctx context.Context) error {
				asked = s.holders.update(ctx, r.Plate, name, id, arg(r.ID))
				return asked
			},
			func(row rental.Rental, asked error) bool {
				return asked == nil || row.Outcome != rental.Open || isFault(asked)
			})
		if err != nil {
			return nil, err
		}
	}
	switch {
	case over(r):
		return s.show(ctx, r)
	case r.Outcome != rental.Open:
		return nil, rental.ErrOver
	case isFault(asked), errors.Is(asked, errRejected):
		return nil, asked
	}
	if asked != nil && r.State != rental.Locking {
		return nil, rental.ErrUnreachable.Because(asked)
	}
	out, err := s.show(ctx, r)
	if err == nil && asked != nil {
		out.Status = http.StatusAccepted
	}
	return out, err
}

// being is the rentals in a state.
func being(state rental.State) func(rental.Rental) bool {
	return func(r rental.Rental) bool { return r.State == state }
}

func ridden(r rental.Rental) bool { return r.Outcome == rental.Ridden }

func never(rental.Rental) bool { return false }

func refTo(id string) any { return workflows.RentalRef{RentalID: id} }

var accepted = map[int]string{http.StatusAccepted: "It takes longer than usual. Follow Location."}

// pauseRental is POST /v1/rentals/{id}/pause.
type pauseRental struct{ *rentals }

func (pauseRental) Meta() meta {
	return meta{
		ID: "pause-rental", Class: classRide, Suspended: true, Summary: "Lock the scooter for a while", Also: accepted,
		Description: "The meter goes on at the rate of a pause. Pausing a paused ride changes nothing.",
		Faults:      rideFaults,
	}
}

func (e pauseRental) Execute(ctx context.Context, in *rideIn) (*rentalOut, error) {
	return e.act(ctx, in, workflows.UpdatePause, being(rental.Paused), never, refTo)
}

// resumeRental is POST /v1/rentals/{id}/resume.
type resumeRental struct{ *rentals }

func (resumeRental) Meta() meta {
	return meta{
		ID: "resume-rental", Class: classRide, Summary: "Ride on after a pause", Also: accepted,
		Description: "Resuming a riding scooter changes nothing.",
		Faults:      rideFaults,
	}
}

func (e resumeRental) Execute(ctx context.Context, in *rideIn) (*rentalOut, error) {
	return e.act(ctx, in, workflows.UpdateResume, being(rental.Riding), never, refTo)
}

// endRental is POST /v1/rentals/{id}/end.
type endRental struct{ *rentals }

func (endRental) Meta() meta {
	return meta{
		ID: "end-rental", Class: classRide, Suspended: true, Summary: "End the ride", Also: accepted,
		Description: "The meter stops when the request is accepted, however long the lock takes. It is refused only where a ride " +
			"may not end: `nearest` is then the closest allowed place. Ending an ended ride answers with its receipt.",
		Faults: append([]*fault.Error{rental.ErrOutsideZone}, rideFaults...),
	}
}

func (e endRental) Execute(ctx context.Context, in *rideIn) (*rentalOut, error) {
	return e.act(ctx, in, workflows.UpdateEnd, never, ridden, func(id string) any {
		return workflows.EndRequest{RentalID: id, Cause: rental.ByRider}
	})
}

var rideFaults = []*fault.Error{
	rental.ErrUnknown, rental.ErrOver, rental.ErrState, rental.ErrMoving, rental.ErrKeyInvalid,
	rental.ErrSilent, rental.ErrHardwareFault, rental.ErrUpgrading, rental.ErrRefused, rental.ErrUnreachable,
}
