package dev

import (
	"context"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/station"
	"rodada/geo"
	"rodada/postgres"
)

// The demo's stations, and how many of its scooters stand at each; the others are free-floating.
var stations = []struct {
	station.Station
	scooters int
}{
	{station.Station{
		ShortName: "MAD-01", Name: "Plaza Mayor", Address: "Plaza Mayor, 28012 Madrid", Position: square, Capacity: 8, Charging: true,
	}, 6},
	{station.Station{
		ShortName: "MAD-02", Name: "Puerta del Sol", Address: "Puerta del Sol, 28013 Madrid", Position: geo.Point{Lat: 40.4169, Lng: -3.7035},
		Capacity: 4, Charging: true,
	}, 4},
	{station.Station{
		ShortName: "MAD-03", Name: "Ópera", Address: "Plaza de Isabel II, 28013 Madrid", Position: geo.Point{Lat: 40.4180, Lng: -3.7093},
		Capacity: 6, Charging: false, State: station.Maintenance, Note: "The pavement is being repaired.",
	}, 0},
}

// seedStations opens the demo's stations, if there are none, and puts the last of its scooters there.
func seedStations(ctx context.Context, store *postgres.Store) error {
	_, _, total, err := store.Stations(ctx, station.Filter{}, listing.Query{Order: listing.Order{By: "short_name"}, Limit: 1})
	if err != nil || total > 0 {
		return err
	}
	next := fleetSize - 1
	for _, each := range stations {
		at, err := store.CreateStation(ctx, each.Station, "")
		if err != nil {
			return err
		}
		for range each.scooters {
			if err := store.StationScooter(ctx, plate(next), at.ID, "", fleet.Sighted{}); err != nil {
				return err
			}
			next--
		}
	}
	return nil
}
