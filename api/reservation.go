package api

import (
	"context"
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/workflows"
)

// openReservation is POST /v1/reservations.
type openReservation struct{ *rentals }

func (openReservation) Meta() meta {
	return meta{
		ID:          "open-reservation",
		Class:       classScan,
		Summary:     "Hold a scooter for a while",
		Description: "The scooter stays locked and is yours until reserved_until. Scan it with POST /v1/rentals to ride.",
		Status:      http.StatusCreated,
		Also:        map[int]string{http.StatusAccepted: "Not confirmed yet. Follow Location."},
		Faults:      append([]*fault.Error{rental.ErrReservations, rental.ErrNoReservations}, openFaults...),
	}
}

func (e openReservation) Execute(ctx context.Context, in *openRentalIn) (*rentalOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	return e.open(ctx, request{
		riderID: subjectFrom(ctx), key: key, digest: reserveDigest(in.Body.QR), qr: in.Body.QR, reserve: true,
	})
}

// cancelReservation is DELETE /v1/reservations/{id}.
type cancelReservation struct{ *rentals }

func (cancelReservation) Meta() meta {
	return meta{
		ID:          "cancel-reservation",
		Class:       classRide,
		Summary:     "Give a reserved scooter back",
		Description: "Giving it back again answers the same.",
		Also:        accepted,
		Faults:      []*fault.Error{rental.ErrUnknown, rental.ErrOver, rental.ErrState, rental.ErrKeyInvalid},
	}
}

func (e cancelReservation) Execute(ctx context.Context, in *rideIn) (*rentalOut, error) {
	given := func(r rental.Rental) bool {
		return r.Outcome == rental.Voided && (r.Reason == rental.Cancelled || r.Reason == rental.Expired)
	}
	return e.act(ctx, in, workflows.UpdateCancel, never, given, refTo)
}
