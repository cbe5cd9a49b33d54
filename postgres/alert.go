package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// RaiseAlert opens an alert, or brings the one of its scooter and kind that is open up to date. A zero OpenedAt is now.
func (s *Store) RaiseAlert(ctx context.Context, a staff.Alert) error {
	return s.once(ctx, "raise alert", func(db executor) error {
		var id int64
		err := db.GetContext(ctx, &id, `
			INSERT INTO alerts (scooter_id, plate, kind, text, rental_id, opened_at)
			SELECT id, plate, $2, $3, $4, coalesce($5, now()) FROM scooters WHERE plate = $1
			ON CONFLICT (scooter_id, kind) WHERE closed_at IS NULL DO UPDATE SET text = excluded.text, rental_id = excluded.rental_id
			RETURNING id`, a.Plate, a.Kind, a.Text, nullText(a.RentalID), nullTime(a.OpenedAt))
		return orElse(err, fleet.ErrScooterUnknown)
	})
}

// CloseAlert closes the open alert of a scooter and kind, if there is one, in the name of staff or of the system.
func (s *Store) CloseAlert(ctx context.Context, plate string, kind staff.AlertKind, by string) error {
	return s.atomically(ctx, "close alert", func(tx executor) error {
		var closed []int64
		err := tx.SelectContext(ctx, &closed, `
			UPDATE alerts SET closed_at = now(), closed_by = $3
			WHERE scooter_id = (SELECT id FROM scooters WHERE plate = $1) AND kind = $2 AND closed_at IS NULL RETURNING id`, plate, kind, by)
		if err != nil || len(closed) == 0 {
			return err
		}
		after := map[string]any{"alert": closed[0], "kind": kind}
		return audit(ctx, tx, staff.Deed{Action: "alert.close", Subject: plate, After: after})
	})
}

// maxAlerts bounds the list of alerts: a fleet in more trouble than this has another problem.
const maxAlerts = 1000

// Alerts lists alerts, newest first: the open ones, or all.
func (s *Store) Alerts(ctx context.Context, openOnly bool) ([]staff.Alert, error) {
	var rows []struct {
		ID       int64           `db:"id"`
		Plate    string          `db:"plate"`
		Kind     staff.AlertKind `db:"kind"`
		Text     string          `db:"text"`
		RentalID sql.NullString  `db:"rental_id"`
		OpenedAt time.Time       `db:"opened_at"`
		ClosedAt sql.NullTime    `db:"closed_at"`
		ClosedBy string          `db:"closed_by"`
	}
	err := s.once(ctx, "alerts", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT id, plate, kind, text, rental_id, opened_at, closed_at, closed_by FROM alerts
			WHERE closed_at IS NULL OR NOT $1 ORDER BY opened_at DESC, id DESC LIMIT $2`, openOnly, maxAlerts)
	})
	alerts := make([]staff.Alert, len(rows))
	for i, r := range rows {
		alerts[i] = staff.Alert{
			ID: r.ID, Plate: r.Plate, Kind: r.Kind, Text: r.Text, RentalID: r.RentalID.String,
			OpenedAt: r.OpenedAt.UTC(), ClosedAt: timeOf(r.ClosedAt), ClosedBy: r.ClosedBy,
		}
	}
	return alerts, err
}
