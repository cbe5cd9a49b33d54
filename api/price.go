package api

import (
	"context"
	"time"

	"rodada/domain/fare"
	"rodada/domain/pricing"
	"rodada/domain/zone"
	"rodada/geo"
)

// priceStore is what prices need of the books.
type priceStore interface {
	Prices(ctx context.Context) (*pricing.Book, error)
	Zones(ctx context.Context) (zone.Set, error)
}

// priceFrom is the tariff of a ride with a scooter of a model that begins at a moment at a place; nil: nobody knows where.
func priceFrom(ctx context.Context, store priceStore, book *pricing.Book, modelID int64, at *geo.Point, now time.Time) (fare.Tariff, error) {
	c := pricing.Case{ModelID: modelID, Place: at, At: now}
	if at != nil && book.AsksForPlaces(now) {
		zones, err := store.Zones(ctx)
		if err != nil {
			return fare.Tariff{}, err
		}
		c.Zones = zones.InForceAt(*at, now)
	}
	return book.For(c)
}

// tariff is what a ride with a scooter costs that begins now, where it stands.
func (s *rentals) tariff(ctx context.Context, book *pricing.Book, modelID int64, plate string, stored geo.Point) (fare.Tariff, error) {
	now := s.now()
	var place *geo.Point
	if book.AsksForPlaces(now) {
		if at, known := s.place(ctx, plate); known {
			place = &at
		} else if !stored.IsZero() {
			place = &stored // where its last ride ended
		}
	}
	return priceFrom(ctx, s.store, book, modelID, place, now)
}
