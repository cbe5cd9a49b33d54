package postgres

import (
	"context"
	"database/sql"

	"rodada/domain/letter"
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

// Suspend keeps a rider from riding, from this moment on and whatever tokens were given, and posts a letter: rider.ErrUnknown. One who is
// suspended already stays so since then, for the reason of now, and gets no letter.
func (s *Store) Suspend(ctx context.Context, id, reason string, e letter.Envelope) (rider.Suspension, error) {
	return s.setSuspended(ctx, "rider.suspend", id, reason, true, e)
}

// Reinstate lets a rider ride again, who logs in anew, and posts a letter: rider.ErrUnknown. One who may stays as is.
func (s *Store) Reinstate(ctx context.Context, id, reason string, e letter.Envelope) (rider.Suspension, error) {
	return s.setSuspended(ctx, "rider.reinstate", id, reason, false, e)
}

func (s *Store) setSuspended(ctx context.Context, action, id, reason string, suspended bool, e letter.Envelope) (now rider.Suspension, err error) {
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
		was, kept := row, ""
		if suspended {
			kept = reason
		}
		if was.At.Valid == suspended && was.Reason == kept {
			now = row.suspension(id)
			return nil
		}
		err = tx.GetContext(ctx, &row, `
			UPDATE riders SET suspended_at = CASE WHEN $2 THEN coalesce(suspended_at, now()) END, suspended_reason = $3 WHERE id = $1
			RETURNING suspended_at, suspended_reason`, id, suspended, kept)
		if err != nil {
			return err
		}
		now = row.suspension(id)
		if was.At.Valid != suspended {
			if err := resettle(ctx, tx, id, suspended, e); err != nil {
				return err
			}
		}
		return audit(ctx, tx, staff.Deed{Action: action, Subject: id, Reason: reason, Before: was.facts(), After: row.facts()})
	})
	return now, err
}

// resettle is what goes with a change for the rider. Sessions end with the suspension's end, not its beginning: until then they open
// nothing but what is the rider's all the same, and say why; afterwards nothing that was given before comes to life again.
func resettle(ctx context.Context, tx executor, id string, suspended bool, e letter.Envelope) error {
	if !suspended {
		if err := endSessions(ctx, tx, id, ""); err != nil {
			return err
		}
	}
	return post(ctx, tx, id, e)
}

func (r suspensionRow) facts() facts {
	f := facts{"suspended": r.At.Valid}
	if r.Reason != "" {
		f["reason"] = r.Reason
	}
	return f
}
