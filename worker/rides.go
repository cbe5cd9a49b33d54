package worker

import (
	"context"
	"errors"

	"rodada/activities"
	"rodada/domain/rental"
)

// rideBooks lists the rides under way as the store has them.
type rideBooks interface {
	RidesUnderWay(ctx context.Context) (map[string]rental.Ride, error)
}

// rideRegister is the register to be put right.
type rideRegister interface {
	activities.Rides
	AllRides(ctx context.Context) (map[string]rental.Ride, error)
}

// ReconcileRides enters the rides that the register lacks, as after the loss of Redis, and takes out what is over. It returns
// how many it had to put right.
//
// The register is read first: whatever is in it is in the store already, so that what the store does not have then is over. A
// ride that ends meanwhile may be entered once more, and is taken out the next time.
func ReconcileRides(ctx context.Context, register rideRegister, books rideBooks) (int, error) {
	entered, err := register.AllRides(ctx)
	if err != nil {
		return 0, err
	}
	rides, err := books.RidesUnderWay(ctx)
	if err != nil {
		return 0, err
	}
	mended := 0
	var errs []error
	mend := func(err error) {
		if err == nil {
			mended++
		}
		errs = append(errs, err)
	}
	for plate, r := range entered {
		if rides[plate].RentalID != r.RentalID {
			mend(register.ClearRide(ctx, plate, r.RentalID))
		}
	}
	for plate, r := range rides {
		if entered[plate].RentalID != r.RentalID {
			mend(register.SetRide(ctx, plate, r))
		}
	}
	return mended, errors.Join(errs...)
}
