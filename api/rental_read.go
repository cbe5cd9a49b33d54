package api

import (
	"context"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/rental"
)

// RentalRef is the address of a rental.
type RentalRef struct {
	ID string `path:"id" format:"uuid"`
}

// show describes a rental with its meter as it stands now.
func (s *rentals) show(ctx context.Context, r rental.Rental) (*rentalOut, error) {
	used := r.Usage
	var here []fare.Adjustment
	if !r.UnlockedAt.IsZero() && r.StoppedAt.IsZero() {
		history, err := s.store.RentalEvents(ctx, r.ID)
		if err != nil {
			return nil, err
		}
		used, here = metered(r, history, s.now()), s.priceHere(ctx, r)
	}
	return &rentalOut{Status: 200, Location: locationOf(r), Body: describe(r, used, here...)}, nil
}

// getRental is GET /v1/rentals/{id}.
type getRental struct{ *rentals }

func (getRental) Meta() meta {
	return meta{
		ID:          "get-rental",
		Suspended:   true,
		Summary:     "One of your rentals",
		Description: "With its price so far while it runs, as if it ended where the scooter is, and as a receipt when it is over.",
		Faults:      []*fault.Error{rental.ErrUnknown},
	}
}

func (e getRental) Execute(ctx context.Context, in *RentalRef) (*rentalOut, error) {
	r, err := e.store.Rental(ctx, subjectFrom(ctx), in.ID, e.orphanAfter())
	if err != nil {
		return nil, err
	}
	return e.show(ctx, r)
}

// currentRental is GET /v1/rentals/current.
type currentRental struct{ *rentals }

func (currentRental) Meta() meta {
	return meta{
		ID:        "current-rental",
		Suspended: true,
		Summary:   "Your open rental",
		Faults:    []*fault.Error{rental.ErrUnknown},
	}
}

func (e currentRental) Execute(ctx context.Context, _ *struct{}) (*rentalOut, error) {
	r, has, err := e.store.OpenRentalOf(ctx, subjectFrom(ctx))
	if err != nil {
		return nil, err
	}
	if !has {
		return nil, rental.ErrUnknown
	}
	if r, err = e.read(ctx, r); err != nil {
		return nil, err
	}
	if r.Outcome != rental.Open {
		return nil, rental.ErrUnknown
	}
	return e.show(ctx, r)
}

// listRentals is GET /v1/rentals.
type listRentals struct{ *rentals }

// RentalFilter narrows the list of a rider's rentals.
type RentalFilter struct {
	State []string  `query:"state" enum:"reserved,unlocking,riding,paused,locking,ended,void" doc:"One or more, with commas."`
	Money []string  `query:"money" enum:"due,charged,refunded,waived" doc:"How the ride stands in the books: one or more, with commas. What is refunded was charged too."`
	Since time.Time `query:"since" doc:"Opened then or later."`
	Until time.Time `query:"until" doc:"Opened before."`
}

type listRentalsIn struct {
	RentalFilter
	Limit  int    `query:"limit" minimum:"1" maximum:"50" default:"20"`
	Before string `query:"before" format:"uuid" doc:"The next of the page before: only rentals older than this one."`
}

type rentalsOut struct {
	Body struct {
		Rentals []Rental `json:"rentals" doc:"The newest first."`
		Next    string   `json:"next,omitempty" doc:"What to pass as before for the following page; absent on the last."`
	}
}

func (listRentals) Meta() meta {
	return meta{
		ID: "list-rentals", Summary: "Your rentals",
		Description: "With their prices, what was charged and what was given back; each that was ridden has a receipt at its /receipt.",
	}
}

func (e listRentals) Execute(ctx context.Context, in *listRentalsIn) (*rentalsOut, error) {
	page, err := e.store.Rentals(ctx, rental.Filter{
		RiderID: subjectFrom(ctx), States: in.State, Money: as[rental.Settled](in.Money), Since: in.Since, Until: in.Until,
	}, in.Limit+1, in.Before)
	if err != nil {
		return nil, err
	}
	out := &rentalsOut{}
	if len(page) > in.Limit {
		page = page[:in.Limit]
		out.Body.Next = page[in.Limit-1].ID
	}
	out.Body.Rentals = make([]Rental, len(page))
	for i, r := range page {
		out.Body.Rentals[i] = stored(r)
	}
	return out, nil
}
