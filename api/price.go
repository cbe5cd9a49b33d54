package api

import (
	"context"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/pricing"
	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/geo"
)

// priceStore is what prices need of the books.
type priceStore interface {
	Prices(ctx context.Context) (*pricing.Book, error)
	Zones(ctx context.Context) (zone.Set, error)
}

// prices is what rides cost that begin at a moment.
type prices struct {
	book   *pricing.Book
	zones  zone.Set // read where it matters
	at     time.Time
	places bool // it matters where a ride begins
}

func pricesAt(ctx context.Context, store priceStore, book *pricing.Book, at time.Time) (prices, error) {
	p := prices{book: book, at: at}
	places, zones := book.AsksForPlaces(at)
	p.places = places
	var err error
	if zones {
		p.zones, err = store.Zones(ctx)
	}
	return p, err
}

// of is the tariff of a ride with a scooter of a model that begins at a place; nil: nobody knows where.
func (p prices) of(modelID int64, place *geo.Point) (fare.Tariff, error) {
	return p.book.Price(p.zones, modelID, place, p.at)
}

// tariff is what a ride with a scooter costs that begins now, where it stands; one that is reserved keeps its price.
func (s *rentals) tariff(ctx context.Context, a rental.Admission) (fare.Tariff, error) {
	if a.OpenPlate == a.Scooter.Plate && a.OpenState == rental.Reserved {
		return a.OpenTariff, nil
	}
	p, err := pricesAt(ctx, s.store, a.Prices, s.now())
	if err != nil {
		return fare.Tariff{}, err
	}
	var place *geo.Point
	if p.places {
		place = s.stands(ctx, a.Scooter)
	}
	return p.of(a.Scooter.Model.ID, place)
}

// stands is where a scooter was seen last, or where its last ride ended; nil: nobody knows.
func (s *rentals) stands(ctx context.Context, scooter fleet.Scooter) *geo.Point {
	at, known := s.place(ctx, scooter.Plate)
	switch {
	case known:
		return &at
	case scooter.Position.IsZero():
		return nil
	}
	return &scooter.Position
}
