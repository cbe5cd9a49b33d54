package workflows

import "rodada/domain/rental"

// underWay is what those who watch scooters need to know of the ride in a state; nil before it began and after they know that
// it is over.
func (r *ride) underWay(in rental.State) *rental.Ride {
	if !in.UnderWay() && in != rental.Locking {
		return nil
	}
	return &rental.Ride{
		RentalID: r.in.RentalID, Plate: r.in.Plate, ModelID: r.in.ModelID, LimitKmh: r.limit(), Since: r.s.UnlockedAt,
	}
}
