package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
)

const selectOnboardings = `
	SELECT o.id, o.plate, o.staff_id, o.reason, o.state, o.trouble, o.detail, o.started_at, o.updated_at, o.ended_at
	FROM onboardings o `

type onboardingRow struct {
	ID        string             `db:"id"`
	Plate     string             `db:"plate"`
	StaffID   sql.NullString     `db:"staff_id"`
	Reason    string             `db:"reason"`
	State     onboarding.State   `db:"state"`
	Trouble   onboarding.Trouble `db:"trouble"`
	Detail    string             `db:"detail"`
	StartedAt time.Time          `db:"started_at"`
	UpdatedAt time.Time          `db:"updated_at"`
	EndedAt   sql.NullTime       `db:"ended_at"`
}

func (r onboardingRow) onboarding() onboarding.Onboarding {
	return onboarding.Onboarding{
		ID: r.ID, Plate: r.Plate, StaffID: r.StaffID.String, Reason: r.Reason, State: r.State, Trouble: r.Trouble, Detail: r.Detail,
		StartedAt: r.StartedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(), EndedAt: timeOf(r.EndedAt),
	}
}

// OpenOnboarding begins to take a scooter in, and returns that, or the onboarding of it that goes on already.
func (s *Store) OpenOnboarding(ctx context.Context, o onboarding.Onboarding) (open onboarding.Onboarding, created bool, err error) {
	var row onboardingRow
	err = s.atomically(ctx, "open onboarding", func(tx executor) error {
		var of struct {
			ID      int64         `db:"id"`
			Service fleet.Service `db:"service"`
		}
		if err := tx.GetContext(ctx, &of, `SELECT id, service FROM scooters WHERE plate = $1 FOR UPDATE`, o.Plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		if of.Service == fleet.Retired {
			return onboarding.ErrRetired
		}
		var renumbered bool
		err := tx.GetContext(ctx, &renumbered, `SELECT EXISTS (SELECT FROM renumberings WHERE scooter_id = $1 AND ended_at IS NULL)`, of.ID)
		if err != nil {
			return err
		}
		if renumbered { // nobody could say by which plate to ask
			return onboarding.ErrRenumbering
		}
		result, err := tx.ExecContext(ctx, `
			INSERT INTO onboardings (id, scooter_id, plate, staff_id, reason, state) VALUES ($1, $2, $3, $4, $5, 'waiting')
			ON CONFLICT (scooter_id) WHERE ended_at IS NULL DO NOTHING`, o.ID, of.ID, o.Plate, nullText(o.StaffID), o.Reason)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return err
		}
		row, created = onboardingRow{}, n == 1
		if err := tx.GetContext(ctx, &row, selectOnboardings+`WHERE o.scooter_id = $1 AND o.ended_at IS NULL`, of.ID); err != nil {
			return err
		}
		if !created { // if its workflow was lost, another counts from the beginning
			_, err := tx.ExecContext(ctx, `UPDATE onboardings SET seq = 0 WHERE id = $1`, row.ID)
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "scooter.onboard", Subject: o.Plate, Reason: o.Reason, After: facts{"onboarding": o.ID}})
	})
	return row.onboarding(), created, err
}

// Onboarding is the latest taking in of the scooter that has a plate now: onboarding.ErrUnknown, fleet.ErrScooterUnknown.
func (s *Store) Onboarding(ctx context.Context, plate string) (onboarding.Onboarding, error) {
	if _, err := s.ScooterByPlate(ctx, plate); err != nil {
		return onboarding.Onboarding{}, err
	}
	var row onboardingRow
	err := s.once(ctx, "onboarding", func(db executor) error {
		err := db.GetContext(ctx, &row, selectOnboardings+`
			JOIN scooters s ON s.id = o.scooter_id WHERE s.plate = $1 ORDER BY o.started_at DESC LIMIT 1`, plate)
		return orElse(err, onboarding.ErrUnknown)
	})
	return row.onboarding(), err
}

// maxOnboardings bounds the list: a fleet that takes in more at a time has other means.
const maxOnboardings = 1000

// Onboardings lists those in a state, or with an empty one all that go on, newest first.
func (s *Store) Onboardings(ctx context.Context, state onboarding.State) ([]onboarding.Onboarding, error) {
	var rows []onboardingRow
	err := s.once(ctx, "onboardings", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectOnboardings+`
			WHERE o.state = $1 OR ($1 = '' AND o.ended_at IS NULL) ORDER BY o.started_at DESC, o.id LIMIT $2`, state, maxOnboardings)
	})
	list := make([]onboarding.Onboarding, len(rows))
	for i, r := range rows {
		list[i] = r.onboarding()
	}
	return list, err
}

// AdvanceOnboarding stores a step, once by its number; an older one than the last changes nothing. From switching to the end of
// confirming nobody can rent the scooter; its row is locked so that whoever looks afterwards sees who was faster.
func (s *Store) AdvanceOnboarding(ctx context.Context, c onboarding.Change) error {
	return s.atomically(ctx, "advance onboarding", func(tx executor) error {
		_, err := tx.ExecContext(ctx, `SELECT FROM scooters WHERE id = (SELECT scooter_id FROM onboardings WHERE id = $1) FOR UPDATE`, c.ID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE onboardings SET seq = $2, state = $3, trouble = $4, detail = $5, updated_at = $6::timestamptz,
				ended_at = CASE WHEN $3 IN ('done', 'aborted') THEN $6::timestamptz END
			WHERE id = $1 AND seq < $2 AND ended_at IS NULL`, c.ID, c.Seq, c.State, c.Trouble, c.Detail, c.At)
		return err
	})
}

// StoreBox keeps what a box told of itself instead of what it told before, and the IMEI if none was registered:
// onboarding.IMEIMismatch by false when another one is, or when another scooter has it.
func (s *Store) StoreBox(ctx context.Context, plate string, b onboarding.Box) (own bool, err error) {
	err = s.atomically(ctx, "store box", func(tx executor) error {
		var of struct {
			ID   int64  `db:"id"`
			IMEI string `db:"imei"`
		}
		if err := tx.GetContext(ctx, &of, `SELECT id, imei FROM scooters WHERE plate = $1 FOR UPDATE`, plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO scooter_boxes (scooter_id, hardware, firmware, sim, imei, signal, plate, gps_seconds, port, asked_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
			ON CONFLICT (scooter_id) DO UPDATE SET hardware = excluded.hardware, firmware = excluded.firmware, sim = excluded.sim,
				imei = excluded.imei, signal = excluded.signal, plate = excluded.plate, gps_seconds = excluded.gps_seconds,
				port = excluded.port, asked_at = excluded.asked_at`,
			of.ID, b.Hardware, b.Firmware, b.SIM, b.IMEI, b.Signal, b.Plate, b.GPSSeconds, b.Port, b.AskedAt)
		if err != nil {
			return err
		}
		if err := reportedFirmware(ctx, tx, of.ID, b.Firmware, b.AskedAt); err != nil {
			return err
		}
		if of.IMEI != "" || b.IMEI == "" {
			own = b.IMEI != "" && onboarding.SameIMEI(of.IMEI, b.IMEI)
			return nil
		}
		result, err := tx.ExecContext(ctx, `
			UPDATE scooters SET imei = $2, updated_at = now() WHERE id = $1 AND NOT EXISTS (SELECT FROM scooters WHERE imei = $2)`, of.ID, b.IMEI)
		if err != nil {
			return err
		}
		learned, err := result.RowsAffected()
		if own = learned == 1; !own || err != nil {
			return err
		}
		var row scooterRow
		if err := tx.GetContext(ctx, &row, selectScooters+`WHERE s.id = $1`, of.ID); err != nil {
			return err
		}
		return noteScooter(ctx, tx, row.scooter(), fleet.Changed, "IMEI told by the box", fleet.Sighted{})
	})
	return own, err
}

// Onboarded notes that a scooter is one of the fleet.
func (s *Store) Onboarded(ctx context.Context, plate string, at time.Time) error {
	return s.once(ctx, "onboarded", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE scooter_boxes SET onboarded_at = $2 WHERE scooter_id = (SELECT id FROM scooters WHERE plate = $1)`, plate, at)
		return err
	})
}

// Box is what the box of a scooter told of itself last; false: it was never asked.
func (s *Store) Box(ctx context.Context, plate string) (box onboarding.Box, found bool, err error) {
	var rows []struct {
		Hardware    string       `db:"hardware"`
		Firmware    string       `db:"firmware"`
		SIM         string       `db:"sim"`
		IMEI        string       `db:"imei"`
		Signal      *int         `db:"signal"`
		Plate       string       `db:"plate"`
		GPSSeconds  int          `db:"gps_seconds"`
		Port        int          `db:"port"`
		AskedAt     time.Time    `db:"asked_at"`
		OnboardedAt sql.NullTime `db:"onboarded_at"`
	}
	err = s.once(ctx, "box", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT b.hardware, b.firmware, b.sim, b.imei, b.signal, b.plate, b.gps_seconds, b.port, b.asked_at, b.onboarded_at
			FROM scooter_boxes b JOIN scooters s ON s.id = b.scooter_id WHERE s.plate = $1`, plate)
	})
	if err != nil || len(rows) == 0 {
		return onboarding.Box{}, false, err
	}
	r := rows[0]
	return onboarding.Box{
		Hardware: r.Hardware, Firmware: r.Firmware, SIM: r.SIM, IMEI: r.IMEI, Signal: r.Signal, Plate: r.Plate, Port: r.Port,
		GPSSeconds: r.GPSSeconds, AskedAt: r.AskedAt.UTC(), OnboardedAt: timeOf(r.OnboardedAt),
	}, true, nil
}
