package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/staff"
)

type alertRow struct {
	ID        int64           `db:"id"`
	Plate     string          `db:"plate"`
	Kind      staff.AlertKind `db:"kind"`
	Text      string          `db:"text"`
	RentalID  sql.NullString  `db:"rental_id"`
	RolloutID sql.NullString  `db:"rollout_id"`
	RiderID   sql.NullString  `db:"rider_id"`
	OpenedAt  time.Time       `db:"opened_at"`
	Repeats   int             `db:"repeats"`
	ClosedAt  sql.NullTime    `db:"closed_at"`
	ClosedBy  string          `db:"closed_by"`
	Opened    bool            `db:"opened"`
}

const alertColumns = `id, plate, kind, text, rental_id, rollout_id, rider_id, opened_at, repeats, closed_at, closed_by`

func (r alertRow) alert() staff.Alert {
	return staff.Alert{
		ID: r.ID, Plate: r.Plate, Kind: r.Kind, Text: r.Text, RentalID: r.RentalID.String, RolloutID: r.RolloutID.String, RiderID: r.RiderID.String,
		OpenedAt: r.OpenedAt.UTC(), Repeats: r.Repeats, ClosedAt: timeOf(r.ClosedAt), ClosedBy: r.ClosedBy,
	}
}

// RaiseAlert opens an alert, or brings the one of its scooter and kind that is open up to date. A zero OpenedAt is now.
func (s *Store) RaiseAlert(ctx context.Context, a staff.Alert) error {
	return s.atomically(ctx, "raise alert", func(tx executor) error {
		var row alertRow
		err := tx.GetContext(ctx, &row, `
			INSERT INTO alerts (scooter_id, plate, kind, text, rental_id, opened_at)
			SELECT id, plate, $2, $3, $4, coalesce($5, now()) FROM scooters WHERE plate = $1
			ON CONFLICT (scooter_id, kind) WHERE closed_at IS NULL DO UPDATE SET text = excluded.text, rental_id = excluded.rental_id
			RETURNING `+alertColumns+`, xmax = 0 AS opened`, a.Plate, a.Kind, a.Text, nullText(a.RentalID), nullTime(a.OpenedAt))
		if err != nil || !row.Opened {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		return tell(ctx, tx, staff.AlertOpened, row.alert())
	})
}

// CloseAlert closes the open alert of a scooter and kind, if there is one, in the name of staff or of the system.
func (s *Store) CloseAlert(ctx context.Context, plate string, kind staff.AlertKind, by string) error {
	return s.atomically(ctx, "close alert", func(tx executor) error {
		var closed []alertRow
		err := tx.SelectContext(ctx, &closed, `
			UPDATE alerts SET closed_at = now(), closed_by = $3
			WHERE scooter_id = (SELECT id FROM scooters WHERE plate = $1) AND kind = $2 AND closed_at IS NULL
			RETURNING `+alertColumns, plate, kind, by)
		return tellClosed(ctx, tx, closed, err)
	})
}

// DismissAlert closes one alert in the name of staff; one that is closed stays as it is.
func (s *Store) DismissAlert(ctx context.Context, id int64, by string) error {
	return s.atomically(ctx, "dismiss alert", func(tx executor) error {
		var closed []alertRow
		err := tx.SelectContext(ctx, &closed, `
			UPDATE alerts SET closed_at = now(), closed_by = $2 WHERE id = $1 AND closed_at IS NULL RETURNING `+alertColumns, id, by)
		return tellClosed(ctx, tx, closed, err)
	})
}

// tellClosed tells of the one alert that was closed, if any was.
func tellClosed(ctx context.Context, tx executor, closed []alertRow, err error) error {
	if err != nil || len(closed) == 0 {
		return err
	}
	a := closed[0].alert()
	if err := tell(ctx, tx, staff.AlertClosed, a); err != nil {
		return err
	}
	after := map[string]any{"alert": a.ID, "kind": a.Kind}
	return audit(ctx, tx, staff.Deed{Action: "alert.close", Subject: cmp.Or(a.Plate, a.RolloutID, a.RiderID), After: after})
}

// RepeatAlerts tells again of the alerts that are open and were told last before a time, and says how many they are.
func (s *Store) RepeatAlerts(ctx context.Context, before time.Time) (int, error) {
	const atOnce = 500
	told := 0
	err := s.atomically(ctx, "repeat alerts", func(tx executor) error {
		var rows []alertRow
		err := tx.SelectContext(ctx, &rows, `
			UPDATE alerts SET told_at = now(), repeats = repeats + 1 WHERE id IN (
				SELECT id FROM alerts WHERE closed_at IS NULL AND told_at < $1 ORDER BY told_at LIMIT $2 FOR UPDATE SKIP LOCKED
			) RETURNING `+alertColumns, before, atOnce)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := tell(ctx, tx, staff.AlertRepeated, r.alert()); err != nil {
				return err
			}
		}
		told = len(rows)
		return nil
	})
	return told, err
}

// maxAlerts bounds the list of alerts: a fleet in more trouble than this has another problem.
const maxAlerts = 1000

// Alerts lists alerts, newest first: the open ones, or all.
func (s *Store) Alerts(ctx context.Context, openOnly bool) ([]staff.Alert, error) {
	q := staff.AlertQuery{State: staff.AllAlerts}
	if openOnly {
		q.State = staff.OpenAlerts
	}
	return s.ListAlerts(ctx, q, maxAlerts)
}

// ListAlerts lists the alerts that are asked for, newest first. A limit of 0 is none.
func (s *Store) ListAlerts(ctx context.Context, q staff.AlertQuery, limit int) ([]staff.Alert, error) {
	var rows []alertRow
	err := s.once(ctx, "alerts", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT `+alertColumns+` FROM alerts
			WHERE ($1 <> 'open' OR closed_at IS NULL) AND ($1 <> 'closed' OR closed_at IS NOT NULL)
				AND ($2::text[] IS NULL OR kind = ANY ($2)) AND ($3 = '' OR plate = $3)
				AND ($4::timestamptz IS NULL OR closed_at IS NULL OR closed_at >= $4)
			ORDER BY opened_at DESC, id DESC LIMIT nullif($5, 0)`,
			string(q.State), texts(q.Kinds), q.Plate, nullTime(q.Since), limit)
	})
	alerts := make([]staff.Alert, len(rows))
	for i, r := range rows {
		alerts[i] = r.alert()
	}
	return alerts, err
}

// Alert is one alert: staff.ErrAlertUnknown.
func (s *Store) Alert(ctx context.Context, id int64) (staff.Alert, error) {
	var row alertRow
	err := s.once(ctx, "alert", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT `+alertColumns+` FROM alerts WHERE id = $1`, id), staff.ErrAlertUnknown)
	})
	return row.alert(), err
}
