package api

import (
	"context"
	"math"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/geo"
)

// scooterStore is what finding scooters needs of the books.
type scooterStore interface {
	ScootersByPlates(ctx context.Context, plates []string) ([]fleet.Scooter, error)
	priceStore
}

// scooters shows riders what stands near them.
type scooters struct {
	store          scooterStore
	live           Live
	minimumBattery int
	fresh          time.Duration // a scooter that was not heard of for longer is not shown
	fixed          time.Duration // nor one that no satellite saw for longer
	now            func() time.Time
}

// nearestShown bounds a list of scooters.
const nearestShown = 100

// nearestSpare is how many more are looked at, for those that somebody took a moment ago.
const nearestSpare = 28

// Scooter is a scooter that anybody may rent. Its plate, its printed code and its IMEI stay inside.
type Scooter struct {
	ID          string      `json:"id" format:"uuid" doc:"Changes after every ride."`
	Position    geo.Point   `json:"position"`
	Meters      int         `json:"distance_meters" doc:"From the place asked for, as the crow flies."`
	Battery     int         `json:"battery" minimum:"0" maximum:"100" doc:"Percent."`
	RangeMeters int         `json:"range_meters" doc:"About how far it still goes: the model's range with a full battery, times the battery. GBFS calls it current_range_meters."`
	Model       string      `json:"model"`
	SeenAt      time.Time   `json:"seen_at"`
	Tariff      fare.Tariff `json:"tariff" doc:"What a ride costs, and the balance it takes to start one."`
}

// errPlace is the answer to a place that is none.
var errPlace = fault.Declare(fault.Invalid, "place_invalid", "This is no place on the Earth.")

// nearScooters is GET /v1/scooters.
type nearScooters struct{ *scooters }

type nearScootersIn struct {
	Lat    float64 `query:"lat" minimum:"-90" maximum:"90" required:"true" example:"40.4168"`
	Lng    float64 `query:"lng" minimum:"-180" maximum:"180" required:"true" example:"-3.7038"`
	Radius float64 `query:"radius" minimum:"1" maximum:"5000" default:"500" doc:"In metres."`
}

type scootersOut struct {
	Body struct {
		Scooters []Scooter `json:"scooters" doc:"The nearest first, at most 100."`
	}
}

func (nearScooters) Meta() meta {
	return meta{ID: "near-scooters", Summary: "Scooters to rent near a place", Faults: []*fault.Error{fleet.ErrMapAway, errPlace}}
}

func (e nearScooters) Execute(ctx context.Context, in *nearScootersIn) (*scootersOut, error) {
	here := geo.Point{Lat: in.Lat, Lng: in.Lng}
	if !here.Valid() { // the schema's bounds let NaN through
		return nil, errPlace
	}
	now := e.now()
	seen, err := e.live.Offered(ctx, Offer{
		Center: here, Meters: in.Radius, Limit: nearestShown + nearestSpare, Battery: e.minimumBattery,
		SeenAfter: now.Add(-e.fresh), FixedAfter: now.Add(-e.fixed),
	})
	if err != nil {
		return nil, fleet.ErrMapAway.Because(err)
	}
	plates := make([]string, len(seen))
	for i, s := range seen {
		plates[i] = s.Plate
	}
	known := map[string]fleet.Scooter{}
	if len(plates) > 0 {
		list, err := e.store.ScootersByPlates(ctx, plates)
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			known[s.Plate] = s
		}
	}
	out := &scootersOut{}
	out.Body.Scooters = []Scooter{}
	book, err := e.store.Prices(ctx)
	if err != nil {
		return nil, err
	}
	prices, err := pricesAt(ctx, e.store, book, now)
	if err != nil {
		return nil, err
	}
	for _, s := range seen {
		scooter, ok := known[s.Plate]
		if !ok || !offered(scooter) {
			continue
		}
		tariff, err := prices.of(scooter.Model.ID, &s.Position)
		if err != nil {
			continue // nobody can rent it: staff see where prices are missing
		}
		out.Body.Scooters = append(out.Body.Scooters, Scooter{
			ID:          scooter.PublicID,
			Position:    s.Position,
			Meters:      int(math.Round(geo.Distance(here, s.Position))),
			Battery:     s.Battery,
			RangeMeters: scooter.Model.RangeWith(s.Battery),
			Model:       scooter.Model.Name,
			SeenAt:      s.Seen.UTC(),
			Tariff:      tariff,
		})
		if len(out.Body.Scooters) == nearestShown {
			break
		}
	}
	return out, nil
}

// offered reports whether the books let a rider rent this scooter now.
func offered(scooter fleet.Scooter) bool {
	return scooter.Hold == fleet.Free && scooter.Service == fleet.InService
}
