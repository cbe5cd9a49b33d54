package postgres

import (
	"context"
	"time"

	"rodada/domain/fleet"
)

// Standings is service and hold of the scooters whose row changed since, or of all for the zero time. Each has the time of
// this reading: of two readings the later one counts, while the times of two rows may be in the wrong order.
func (s *Store) Standings(ctx context.Context, since time.Time) ([]fleet.Standing, error) {
	var rows []struct {
		Plate   string
		Service fleet.Service
		Hold    fleet.Hold
		At      time.Time
	}
	err := s.once(ctx, "read how scooters stand", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT plate, service, hold, statement_timestamp() AS at FROM scooters WHERE updated_at >= $1`, since)
	})
	list := make([]fleet.Standing, len(rows))
	for i, row := range rows {
		list[i] = fleet.Standing{Plate: row.Plate, Service: row.Service, Hold: row.Hold, At: row.At.UTC()}
	}
	return list, err
}
