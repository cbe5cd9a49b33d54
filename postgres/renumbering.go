package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
)

type renumberingRow struct {
	ID        string                   `db:"id"`
	From      string                   `db:"from_plate"`
	To        string                   `db:"to_plate"`
	StaffID   string                   `db:"staff_id"`
	Reason    string                   `db:"reason"`
	State     onboarding.RenumberState `db:"state"`
	Trouble   string                   `db:"trouble"`
	StartedAt time.Time                `db:"started_at"`
	UpdatedAt time.Time                `db:"updated_at"`
	EndedAt   sql.NullTime             `db:"ended_at"`
}

const selectRenumberings = `
	SELECT r.id, r.from_plate, r.to_plate, r.staff_id, r.reason, r.state, r.trouble, r.started_at, r.updated_at, r.ended_at
	FROM renumberings r `

func (r renumberingRow) renumbering() onboarding.Renumbering {
	return onboarding.Renumbering{
		ID: r.ID, From: r.From, To: r.To, StaffID: r.StaffID, Reason: r.Reason, State: r.State, Trouble: r.Trouble,
		StartedAt: r.StartedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), EndedAt: timeOf(r.EndedAt),
	}
}

// beginWithin is how long a renumbering may wait for its workflow before it stands in nobody's way any more.
const beginWithin = 2 * time.Minute

// OpenRenumbering begins to give a scooter another plate, which from now on is nobody else's: fleet.ErrPlateTaken,
// fleet.ErrHeld, firmware.ErrUpgrading, onboarding.ErrRenumbering, onboarding.ErrRunning.
func (s *Store) OpenRenumbering(ctx context.Context, r onboarding.Renumbering) error {
	return s.atomically(ctx, "open renumbering", func(tx executor) error {
		var of struct {
			ID   int64      `db:"id"`
			Hold fleet.Hold `db:"hold"`
		}
		if err := tx.GetContext(ctx, &of, `SELECT id, hold FROM scooters WHERE plate = $1 FOR UPDATE`, r.From); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		switch of.Hold {
		case fleet.Free:
		case fleet.Upgrading:
			return firmware.ErrUpgrading
		default:
			return fleet.ErrHeld
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE renumberings SET state = 'undone', trouble = 'It never began.', updated_at = now(), ended_at = now()
			WHERE (scooter_id = $1 OR to_plate = $2) AND run_id IS NULL AND ended_at IS NULL AND started_at < now() - $3::interval`,
			of.ID, r.To, beginWithin.String())
		if err != nil {
			return err
		}
		var in struct {
			Taken     bool `db:"taken"`
			Onboarded bool `db:"onboarded"`
		}
		err = tx.GetContext(ctx, &in, `
			SELECT EXISTS (SELECT FROM scooters WHERE lower(plate) = lower($1) AND id <> $2) AS taken,
				EXISTS (SELECT FROM onboardings WHERE scooter_id = $2 AND ended_at IS NULL) AS onboarded`, r.To, of.ID)
		switch {
		case err != nil:
			return err
		case in.Taken:
			return fleet.ErrPlateTaken
		case in.Onboarded:
			return onboarding.ErrRunning
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO renumberings (id, scooter_id, from_plate, to_plate, staff_id, reason, state)
			VALUES ($1, $2, $3, $4, $5, $6, 'running')`, r.ID, of.ID, r.From, r.To, r.StaffID, r.Reason)
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "scooter.renumber", Subject: r.From, Reason: r.Reason, Before: facts{"plate": r.From}, After: facts{"plate": r.To},
		})
	})
}

// BeginRenumbering claims a renumbering for the first run of its workflow; false: it is over, or another run had it.
func (s *Store) BeginRenumbering(ctx context.Context, id, runID string) (claimed bool, err error) {
	err = s.once(ctx, "begin renumbering", func(db executor) error {
		result, err := db.ExecContext(ctx, `
			UPDATE renumberings SET run_id = $2, updated_at = now()
			WHERE id = $1 AND ended_at IS NULL AND (run_id IS NULL OR run_id = $2)`, id, runID)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		claimed = n == 1
		return err
	})
	return claimed, err
}

// DropRenumbering ends one whose workflow never began.
func (s *Store) DropRenumbering(ctx context.Context, id, why string) error {
	return s.once(ctx, "drop renumbering", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE renumberings SET state = 'undone', trouble = $2, updated_at = now(), ended_at = now()
			WHERE id = $1 AND run_id IS NULL AND ended_at IS NULL`, id, why)
		return err
	})
}

// AdvanceRenumbering stores a step, once by its number. The one to done gives the scooter its new plate, with an event and, in
// the name of whoever asked for it, a line of the audit log, in the same transaction.
func (s *Store) AdvanceRenumbering(ctx context.Context, c onboarding.RenumberChange) error {
	return s.atomically(ctx, "advance renumbering", func(tx executor) error {
		var r struct {
			ScooterID int64  `db:"scooter_id"`
			To        string `db:"to_plate"`
			From      string `db:"from_plate"`
			StaffID   string `db:"staff_id"`
			Email     string `db:"email"`
			Reason    string `db:"reason"`
		}
		err := tx.GetContext(ctx, &r, `
			UPDATE renumberings SET seq = $2, state = $3, trouble = $4, updated_at = now(),
				ended_at = CASE WHEN $3 IN ('done', 'undone') THEN now() END
			WHERE id = $1 AND seq < $2 AND ended_at IS NULL
			RETURNING scooter_id, to_plate, from_plate, staff_id, reason, (SELECT email FROM staff WHERE id = staff_id) AS email`,
			c.ID, c.Seq, c.State, c.Trouble)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if c.State != onboarding.Renumbered {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `UPDATE scooters SET plate = $2, updated_at = now() WHERE id = $1`, r.ScooterID, r.To); err != nil {
			return err
		}
		var row scooterRow
		if err := tx.GetContext(ctx, &row, selectScooters+`WHERE s.id = $1`, r.ScooterID); err != nil {
			return err
		}
		ctx := staff.Acting(ctx, staff.Actor{StaffID: r.StaffID, Email: r.Email})
		if err := noteScooter(ctx, tx, row.scooter(), fleet.Renumbered, "was "+r.From+": "+r.Reason, fleet.Sighted{}); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "scooter.renumbered", Subject: r.To, Reason: r.Reason, Before: facts{"plate": r.From}, After: facts{"plate": r.To},
		})
	})
}

// Renumbering is the latest of the scooter that has a plate now: onboarding.ErrRenumberingUnknown, fleet.ErrScooterUnknown.
func (s *Store) Renumbering(ctx context.Context, plate string) (onboarding.Renumbering, error) {
	if _, err := s.ScooterByPlate(ctx, plate); err != nil {
		return onboarding.Renumbering{}, err
	}
	var row renumberingRow
	err := s.once(ctx, "renumbering", func(db executor) error {
		err := db.GetContext(ctx, &row, selectRenumberings+`
			JOIN scooters s ON s.id = r.scooter_id WHERE s.plate = $1 ORDER BY r.started_at DESC LIMIT 1`, plate)
		return orElse(err, onboarding.ErrRenumberingUnknown)
	})
	return row.renumbering(), err
}
