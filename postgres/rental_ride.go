package postgres

import (
	"context"
	"time"

	"rodada/domain/rental"
)

// RidesUnderWay are the rides whose riders have their scooters, by plate. The limit is the scooter's own.
func (s *Store) RidesUnderWay(ctx context.Context) (map[string]rental.Ride, error) {
	var rows []struct {
		ID         string    `db:"id"`
		Plate      string    `db:"plate"`
		ModelID    int64     `db:"model_id"`
		LimitKmh   int       `db:"limit_kmh"`
		UnlockedAt time.Time `db:"unlocked_at"`
	}
	err := s.once(ctx, "rides under way", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT r.id, r.plate, s.model_id, s.limit_kmh, r.unlocked_at FROM rentals r JOIN scooters s ON s.id = r.scooter_id
			WHERE r.state NOT IN ('ended', 'void') AND r.state IN ('riding', 'paused')`) // the first part names the index
	})
	if err != nil {
		return nil, err
	}
	rides := make(map[string]rental.Ride, len(rows))
	for _, r := range rows {
		rides[r.Plate] = rental.Ride{
			RentalID: r.ID, Plate: r.Plate, ModelID: r.ModelID, LimitKmh: r.LimitKmh, Since: r.UnlockedAt.UTC(),
		}
	}
	return rides, nil
}
