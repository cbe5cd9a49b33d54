package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fault"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/workflows"
)

// adminScooterStore is what staff's work on held scooters needs of the books. ReleaseRental ends the rental that holds a scooter
// without a workflow and puts the scooter into maintenance.
type adminScooterStore interface {
	ScooterByPlate(ctx context.Context, plate string) (fleet.Scooter, error)
	HeldRental(ctx context.Context, plate string) (rental.Rental, bool, error)
	ReleaseRental(ctx context.Context, plate, by, reason string) error
	auditor
}

// adminScooters is staff's work on scooters that somebody has.
type adminScooters struct {
	store    adminScooterStore
	registry *registry
	holders  holders
	deadline time.Duration
}

// releaseScooter is POST /admin/v1/scooters/{plate}/release.
type releaseScooter struct{ *adminScooters }

type releaseScooterIn struct {
	PlateRef
	Body reasonBody
}

var errNotHeld = fault.Declare(fault.Conflict, "scooter_not_held", "Nobody has this scooter.")

func (releaseScooter) Meta() meta {
	return meta{
		ID: "release-scooter", Summary: "Take a scooter from its rental, into maintenance",
		Description: "Locked or not: for a scooter that can't be secured from afar. Its rider, if still there, is out.",
		Faults:      []*fault.Error{fleet.ErrScooterUnknown, errNotHeld, firmware.ErrUpgrading, rental.ErrState, rental.ErrUnreachable},
	}
}

func (e releaseScooter) Execute(ctx context.Context, in *releaseScooterIn) (*staffScooterOut, error) {
	scooter, err := e.store.ScooterByPlate(ctx, in.Plate)
	if err != nil {
		return nil, err
	}
	held, has, err := e.store.HeldRental(ctx, in.Plate)
	switch {
	case err != nil:
		return nil, err
	case !has && scooter.Hold == fleet.Upgrading:
		return nil, firmware.ErrUpgrading.Saying("This scooter is being upgraded: abort the upgrade to have it back.")
	case !has:
		return nil, errNotHeld
	}
	err = e.store.Audit(ctx, staff.Deed{
		Action: "scooter.release", Subject: in.Plate, Before: map[string]any{"rental": held.ID, "state": held.State}, Reason: string(in.Body.Reason),
	})
	if err != nil {
		return nil, err
	}
	by := subjectFrom(ctx)
	wait, cancel := context.WithTimeout(ctx, e.deadline)
	defer cancel()
	err = e.holders.update(wait, in.Plate, workflows.UpdateRelease, uuid.NewString(), workflows.ReleaseRequest{
		RentalID: held.ID, By: by, Reason: string(in.Body.Reason),
	})
	switch {
	case errors.Is(err, errNoHolder), errors.Is(err, rental.ErrOver):
		// No workflow would ever end this rental: its row is all that is left of it.
		if err := e.store.ReleaseRental(ctx, in.Plate, by, string(in.Body.Reason)); err != nil {
			return nil, err
		}
	case isFault(err):
		return nil, err
	case err != nil:
		return nil, rental.ErrUnreachable.Because(err)
	}
	return e.registry.scooter(ctx, in.Plate)
}

// wasTooSlow reports whether the answer did not come within the API's own deadline.
func wasTooSlow(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errAway)
}
