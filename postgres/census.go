package postgres

import (
	"context"
	"time"

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

// Outbox measures what is on its way to webhooks.
func (s *Store) Outbox(ctx context.Context) (staff.Outbox, error) {
	var row struct {
		Waiting int     `db:"waiting"`
		Overdue float64 `db:"overdue"` // seconds
	}
	err := s.once(ctx, "measure the outbox", func(db executor) error {
		return db.GetContext(ctx, &row, `
			SELECT count(*) AS waiting, coalesce(extract(epoch FROM greatest(now() - min(due_at), interval '0')), 0)::float8 AS overdue
			FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE due_at IS NOT NULL AND NOT w.paused`)
	})
	return staff.Outbox{Waiting: row.Waiting, Overdue: time.Duration(row.Overdue * float64(time.Second))}, err
}
