package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/rental"
	"rodada/domain/series"
)

// rentalRoutes answers which way rides went.
type rentalRoutes struct {
	rentals   *rentals
	staff     adminRentalStore
	histories *histories
	now       func() time.Time
}

// RentalRoute is the way of a ride, from its unlock to its end or to now. A rental that was never unlocked went nowhere.
type RentalRoute struct {
	RentalID string `json:"rental_id" format:"uuid"`
	Route
	ZoneVersion int64 `json:"zone_version,omitempty" doc:"The version of the zones that judged its end."`
}

// StaffRentalRoute is the way of a ride as staff see it.
type StaffRentalRoute struct {
	RentalRoute
	Plate  string         `json:"plate" doc:"What the scooter was called then."`
	Points []series.Place `json:"points" doc:"What it is made of, as it was reported."`
}

type rentalRouteOut struct{ Body RentalRoute }

type staffRentalRouteOut struct{ Body StaffRentalRoute }

var routeFaults = []*fault.Error{rental.ErrUnknown, series.ErrAway}

// of reads the way of a ride. It begins where the scooter stood, and with the second of the unlock, for boxes count whole ones. The scooter can't get another plate while it is rented, and the rental keeps the one it had.
func (e rentalRoutes) of(ctx context.Context, r rental.Rental) (RentalRoute, []series.Place, error) {
	out := RentalRoute{RentalID: r.ID, ZoneVersion: r.ZoneVersion, Route: Route{From: r.CreatedAt.UTC(), To: r.CreatedAt.UTC(), Nodes: []RouteNode{}}}
	if r.UnlockedAt.IsZero() {
		return out, []series.Place{}, nil
	}
	to := r.StoppedAt
	if to.IsZero() {
		to = e.now()
	}
	if !r.UnlockedAt.Before(to) {
		return out, []series.Place{}, nil
	}
	span := series.Whole(r.UnlockedAt.Truncate(time.Second), to)
	stood, err := e.histories.stood(ctx, r.Plate, span.From)
	if err != nil {
		return out, nil, err
	}
	way, track, err := e.histories.way(ctx, r.Plate, span, stood...)
	out.Route, out.From = way, r.UnlockedAt.UTC()
	return out, track, err
}

// rentalRoute is GET /v1/rentals/{id}/route.
type rentalRoute struct{ *rentalRoutes }

func (rentalRoute) Meta() meta {
	return meta{
		ID: "rental-route", Summary: "The way of one of your rides",
		Description: "From the unlock to the end, or to now: where you were with time, speed and heading, and a line to draw.", Faults: routeFaults,
	}
}

func (e rentalRoute) Execute(ctx context.Context, in *RentalRef) (*rentalRouteOut, error) {
	r, err := e.rentals.store.Rental(ctx, subjectFrom(ctx), in.ID, e.rentals.orphanAfter())
	if err != nil {
		return nil, err
	}
	way, _, err := e.of(ctx, r)
	return &rentalRouteOut{way}, err
}

// staffRentalRoute is GET /admin/v1/rentals/{id}/route.
type staffRentalRoute struct{ *rentalRoutes }

func (staffRentalRoute) Meta() meta {
	return meta{
		ID: "staff-rental-route", Summary: "The way of a ride",
		Description: "With the positions that it is made of, and those that were left out with their flaws.", Faults: routeFaults,
	}
}

func (e staffRentalRoute) Execute(ctx context.Context, in *RentalRef) (*staffRentalRouteOut, error) {
	r, err := e.staff.RentalForStaff(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	way, points, err := e.of(ctx, r)
	if points == nil {
		points = []series.Place{}
	}
	return &staffRentalRouteOut{StaffRentalRoute{RentalRoute: way, Plate: r.Plate, Points: points}}, err
}
