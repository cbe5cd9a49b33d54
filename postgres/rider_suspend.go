package postgres

import (
	"context"
	"database/sql"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

type suspensionRow struct {
	At         sql.NullTime   `db:"suspended_at"`
	Reason     string         `db:"suspended_reason"`
	OpenRental sql.NullString `db:"open_rental"`
}

func (r suspensionRow) suspension(id string) rider.Suspension {
	return rider.Suspension{RiderID: id, At: timeOf(r.At), Reason: r.Reason, OpenRental: r.OpenRental.String}
}

// Suspend keeps a rider from riding, from this moment on and whatever tokens were given: rider.ErrUnknown. One who is suspended already
// stays so, for the reason of before.
func (s *Store) Suspend(ctx context.Context, id, reason string) (rider.Suspension, error) {
	return s.setSuspended(ctx, "rider.suspend", id, reason, true)
}

// Reinstate lets a rider ride again: rider.ErrUnknown. One who may stays as is.
func (s *Store) Reinstate(ctx context.Context, id, reason string) (rider.Suspension, error) {
	return s.setSuspended(ctx, "rider.reinstate", id, reason, false)
}

func (s *Store) setSuspended(ctx context.Context, action, id, reason string, suspended bool) (now rider.Suspension, err error) {
	if !isID(id) {
		return now, rider.ErrUnknown
	}
	err = s.atomically(ctx, action, func(tx executor) error {
		var row suspensionRow
		err := tx.GetContext(ctx, &row, `
			SELECT suspended_at, suspended_reason, (SELECT n.id FROM rentals n WHERE n.rider_id = r.id AND n.outcome = '') AS open_rental
			FROM riders r WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`, id)
		if err != nil {
			return orElse(err, rider.ErrUnknown)
		}
		if row.At.Valid == suspended {
			now = row.suspension(id)
			return nil
		}
		kept := ""
		if suspended {
			kept = reason
		}
		err = tx.GetContext(ctx, &row, `
			UPDATE riders SET suspended_at = CASE WHEN $2 THEN now() END, suspended_reason = $3 WHERE id = $1
			RETURNING suspended_at, suspended_reason`, id, suspended, kept)
		if err != nil {
			return err
		}
		now = row.suspension(id)
		return audit(ctx, tx, staff.Deed{
			Action: action, Subject: id, Reason: reason, Before: facts{"suspended": !suspended}, After: facts{"suspended": suspended},
		})
	})
	return now, err
}
