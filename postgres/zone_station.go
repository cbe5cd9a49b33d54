package postgres

import (
	"context"

	"rodada/domain/zone"
	"rodada/geo"
)

// ParkingStations are the stations that take scooters, for zones where a ride ends at one.
func (s *Store) ParkingStations(ctx context.Context) ([]zone.Station, error) {
	var rows []struct {
		Name string  `db:"name"`
		Lat  float64 `db:"lat"`
		Lng  float64 `db:"lng"`
	}
	err := s.once(ctx, "stations to park at", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `SELECT name, lat, lng FROM stations WHERE state = 'active' ORDER BY short_name`)
	})
	stations := make([]zone.Station, len(rows))
	for i, r := range rows {
		stations[i] = zone.Station{Name: r.Name, Point: geo.Point{Lat: r.Lat, Lng: r.Lng}}
	}
	return stations, err
}
