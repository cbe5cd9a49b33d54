package pricing

import (
	"time"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/zone"
	"rodada/geo"
)

// ErrPast is the answer to an estimate of a ride that is over.
var ErrPast = fault.Declare(fault.Invalid, "estimate_past", "An estimate is for a ride that begins now or later.")

// Trip is a ride as somebody imagines it.
type Trip struct {
	ModelID  int64
	MaxKmh   int        // of the model
	From, To *geo.Point // where it begins and ends; nil: nobody knows
	StartsAt time.Time
	Riding   time.Duration
	Paused   time.Duration
	Meters   int64 // on the way
	Discount *fare.Discount
}

// Price is the tariff of a ride with a scooter of a model that begins at a place and a moment; nil: nobody knows where.
func (b *Book) Price(zones zone.Set, modelID int64, place *geo.Point, at time.Time) (fare.Tariff, error) {
	c := Case{ModelID: modelID, Place: place, At: at}
	if place != nil {
		c.Zones = zones.InForceAt(*place, at)
	}
	return b.For(c)
}

// Estimate is the bill of a trip: the one that the same ride gets, while prices and zones stay as they are.
func (b *Book) Estimate(zones zone.Set, t Trip) (fare.Tariff, fare.Usage, fare.Bill, error) {
	tariff, err := b.Price(zones, t.ModelID, t.From, t.StartsAt)
	if err != nil {
		return tariff, fare.Usage{}, fare.Bill{}, err
	}
	// A scooter counts whole kilometres.
	used := fare.Usage{Riding: t.Riding, Paused: t.Paused, Meters: fare.Distance(0, int(t.Meters/1000), t.Riding, t.MaxKmh)}
	var ends []fare.Adjustment
	if t.To != nil {
		c := zone.Case{ModelID: t.ModelID, At: t.StartsAt.Add(t.Riding + t.Paused)}
		ends = append(ends, zones.Judge(*t.To, c).Price())
	}
	return tariff, used, fare.QuoteWith(t.Discount, tariff, used, ends...), nil
}
