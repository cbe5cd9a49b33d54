package api

import (
	"context"
	"slices"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/pricing"
	"rodada/geo"
)

// estimateStore is what an estimate needs of the books.
type estimateStore interface {
	priceStore
	ScooterByPublicID(ctx context.Context, id string) (fleet.Scooter, error)
	Models(ctx context.Context) ([]fleet.Model, error)
	discountStore
}

// discountStore says what a ride has taken off that opens at a moment and a place; nil: nobody knows where.
type discountStore interface {
	NextDiscount(ctx context.Context, riderID string, modelID int64, place *geo.Point, at time.Time) (*fare.Discount, error)
}

// estimates says what rides would cost.
type estimates struct {
	store estimateStore
	live  Live
	now   func() time.Time
}

// estimateLate is how long an estimate may have been on its way from whoever says that the ride begins now.
const estimateLate = 5 * time.Minute

// estimateRide is POST /v1/estimates.
type estimateRide struct{ *estimates }

type estimateRideIn struct {
	Body struct {
		ScooterID string     `json:"scooter_id,omitempty" format:"uuid" doc:"As it is shown on the map. Without it, the model."`
		Model     string     `json:"model,omitempty" maxLength:"100" example:"M1" doc:"Without it, the scooter."`
		Start     *geo.Point `json:"start,omitempty" doc:"Where the ride begins. Absent: where the scooter stands; of a model, nobody knows where."`
		End       *geo.Point `json:"end,omitempty" doc:"Where the ride ends. Absent: where it begins."`
		StartsAt  *time.Time `json:"starts_at,omitempty" doc:"When the ride begins; absent: now."`
		Riding    int64      `json:"riding_seconds" minimum:"0" maximum:"1000000" example:"720"`
		Paused    int64      `json:"paused_seconds,omitempty" minimum:"0" maximum:"1000000"`
		Meters    int64      `json:"meters,omitempty" minimum:"0" maximum:"10000000" example:"3200"`
	}
}

// Estimate is what a ride would cost.
type Estimate struct {
	StartsAt time.Time      `json:"starts_at"`
	Tariff   fare.Tariff    `json:"tariff"`
	Discount *fare.Discount `json:"discount,omitempty" doc:"Of the pass or the promotion that your next ride has."`
	Usage    Usage          `json:"usage" doc:"As a scooter counts it: whole kilometres, and no more of them than its model can go in the time."`
	Price    fare.Bill      `json:"price"`
}

type estimateRideOut struct{ Body Estimate }

var errTrip = fault.Declare(fault.Invalid, "estimate_of_nothing", "Say either the scooter or the model.")

func (estimateRide) Meta() meta {
	return meta{
		ID: "estimate-ride", Summary: "What a ride would cost",
		Description: "The bill that the same ride gets, to the cent: by the tariff of the place, the model and the moment of its beginning, and by the zone of its end, with the pass or the promotion that your next ride has. " +
			"It changes nothing and promises nothing: prices may change before the ride begins.",
		Faults: []*fault.Error{errTrip, errPlace, fleet.ErrScooterUnknown, fleet.ErrModelUnknown, pricing.ErrNone, pricing.ErrPast},
	}
}

func (e estimateRide) Execute(ctx context.Context, in *estimateRideIn) (*estimateRideOut, error) {
	b := in.Body
	if (b.ScooterID == "") == (b.Model == "") {
		return nil, errTrip
	}
	for _, p := range []*geo.Point{b.Start, b.End} {
		if p != nil && !p.Valid() {
			return nil, errPlace
		}
	}
	now := e.now()
	trip := pricing.Trip{
		From: b.Start, To: b.End, StartsAt: now, Riding: time.Duration(b.Riding) * time.Second, Paused: time.Duration(b.Paused) * time.Second, Meters: b.Meters,
	}
	if b.StartsAt != nil && b.StartsAt.After(now) {
		trip.StartsAt = *b.StartsAt
	}
	if b.StartsAt != nil && b.StartsAt.Before(now.Add(-estimateLate)) {
		return nil, pricing.ErrPast
	}
	model, stands, err := e.vehicle(ctx, b.ScooterID, b.Model)
	if err != nil {
		return nil, err
	}
	trip.ModelID, trip.MaxKmh = model.ID, model.MaxKmh
	if trip.From == nil {
		trip.From = stands
	}
	if trip.To == nil {
		trip.To = trip.From
	}
	book, err := e.store.Prices(ctx)
	if err != nil {
		return nil, err
	}
	zones, err := e.store.Zones(ctx)
	if err != nil {
		return nil, err
	}
	if trip.Discount, err = e.store.NextDiscount(ctx, subjectFrom(ctx), model.ID, trip.From, trip.StartsAt); err != nil {
		return nil, err
	}
	tariff, used, bill, err := book.Estimate(zones, trip)
	if err != nil {
		return nil, err
	}
	return &estimateRideOut{Body: Estimate{StartsAt: trip.StartsAt.UTC(), Tariff: tariff, Discount: trip.Discount, Usage: showUsage(used), Price: bill}}, nil
}

// vehicle is the model of the ride, and where its scooter stands if there is one.
func (e estimateRide) vehicle(ctx context.Context, scooterID, name string) (fleet.Model, *geo.Point, error) {
	if scooterID == "" {
		models, err := e.store.Models(ctx)
		if err != nil {
			return fleet.Model{}, nil, err
		}
		i := slices.IndexFunc(models, func(m fleet.Model) bool { return m.Name == name })
		if i < 0 {
			return fleet.Model{}, nil, fleet.ErrModelUnknown
		}
		return models[i], nil, nil
	}
	s, err := e.store.ScooterByPublicID(ctx, scooterID)
	if err != nil {
		return fleet.Model{}, nil, err
	}
	seen, _, err := e.live.Sighting(ctx, s.Plate)
	if err != nil {
		return fleet.Model{}, nil, fleet.ErrMapAway.Because(err)
	}
	return s.Model, standing(s, seen), nil
}
