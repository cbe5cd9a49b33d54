package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/fleet"
)

// PlatesOf is every plate that a scooter has had, the first one first: fleet.ErrScooterUnknown when nobody has this one now.
// A plate that was another scooter's before is this one's only from then on.
func (s *Store) PlatesOf(ctx context.Context, plate string) ([]fleet.Named, error) {
	var rows []struct {
		From      string    `db:"from_plate"`
		To        string    `db:"to_plate"`
		StartedAt time.Time `db:"started_at"`
		EndedAt   time.Time `db:"ended_at"`
	}
	var freed sql.NullTime
	err := s.once(ctx, "plates of scooter", func(db executor) error {
		rows = nil
		var id int64
		if err := db.GetContext(ctx, &id, `SELECT id FROM scooters WHERE plate = $1`, plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		err := db.SelectContext(ctx, &rows, `
			SELECT from_plate, to_plate, started_at, ended_at FROM renumberings
			WHERE scooter_id = $1 AND state = 'done' ORDER BY ended_at, started_at`, id)
		if err != nil {
			return err
		}
		first := plate
		if len(rows) > 0 {
			first = rows[0].From
		}
		return db.GetContext(ctx, &freed, `
			SELECT max(r.ended_at) FROM renumberings r JOIN scooters s ON s.id = $2
			WHERE r.from_plate = $1 AND r.scooter_id <> $2 AND r.state = 'done' AND r.ended_at <= s.created_at`, first, id)
	})
	if err != nil {
		return nil, err
	}
	named := []fleet.Named{{Plate: plate, From: timeOf(freed)}}
	for _, r := range rows {
		last := &named[len(named)-1]
		last.Plate, last.To = r.From, r.EndedAt.UTC()
		named = append(named, fleet.Named{Plate: r.To, From: r.StartedAt.UTC()})
	}
	return named, nil
}
