package postgres

import (
	"context"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

// CountOpen counts, in one round trip, the rentals that hold a scooter by state and the open alerts by kind.
func (s *Store) CountOpen(ctx context.Context) (rentals map[rental.State]int, alerts map[staff.AlertKind]int, err error) {
	var rows []struct {
		Alert bool   `db:"alert"`
		Of    string `db:"of"`
		Count int    `db:"count"`
	}
	err = s.once(ctx, "count what is open", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT false AS alert, state AS of, count(*) FROM rentals WHERE state NOT IN ('ended', 'void') GROUP BY state
			UNION ALL
			SELECT true, kind, count(*) FROM alerts WHERE closed_at IS NULL GROUP BY kind`)
	})
	rentals, alerts = map[rental.State]int{}, map[staff.AlertKind]int{}
	for _, r := range rows {
		if r.Alert {
			alerts[staff.AlertKind(r.Of)] = r.Count
		} else {
			rentals[rental.State(r.Of)] = r.Count
		}
	}
	return rentals, alerts, err
}
