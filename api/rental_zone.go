package api

import (
	"context"
	"log/slog"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/geo"
	"rodada/protocol"
)

// mayStart is zone.ErrStart, with the nearest place where a ride may begin, for a scooter that stands where it may not. Where
// nobody knows the place, it may.
func (s *rentals) mayStart(ctx context.Context, scooter fleet.Scooter) error {
	zones, err := s.store.Zones(ctx)
	if err != nil || len(zones.Zones) == 0 {
		return err
	}
	at := s.stands(ctx, scooter)
	if at == nil {
		return nil
	}
	v, nearest, allowed := zones.MayStart(*at, zone.Case{ModelID: scooter.Model.ID, At: s.now()})
	if allowed {
		return nil
	}
	refusal := zone.ErrStart.With("nearest", nearest)
	if v.Zone != nil {
		refusal = refusal.With("zone", v.Zone.Name)
	}
	return refusal
}

// priceHere is what the zone where a scooter is does to the price of its ride; none when nobody knows.
func (s *rentals) priceHere(ctx context.Context, r rental.Rental) []fare.Adjustment {
	zones, err := s.store.Zones(ctx)
	if err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "no zones for a price", slog.String("error", err.Error()))
		return nil
	}
	if !zones.Prices() {
		return nil
	}
	at, known := s.place(ctx, r.Plate)
	if !known {
		return nil
	}
	v := zones.Judge(at, zone.Case{ModelID: r.ModelID, At: s.now()})
	return []fare.Adjustment{v.Price()}
}

// place is where a satellite last saw a scooter.
func (s *rentals) place(ctx context.Context, plate string) (geo.Point, bool) {
	seen, known, err := s.live.Sighting(ctx, plate)
	if err != nil {
		logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "no live state", slog.String("plate", plate), slog.String("error", err.Error()))
		return geo.Point{}, false
	}
	return seen.Position, known && bySatellite(seen)
}

// bySatellite reports whether a sighting says where its scooter is.
func bySatellite(seen Sighting) bool {
	return seen.PositionSource == string(protocol.GPS) && !seen.PositionAt.IsZero()
}
