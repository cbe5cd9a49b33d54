package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/onboarding"
	"rodada/domain/staff"
)

// lockScooter is the scooter's row first, as everybody does who wants it. What decides is read by another statement: one that waits
// for the lock sees the rest as it was before.
const lockScooter = `SELECT id FROM scooters WHERE plate = $1 FOR UPDATE`

// upgradeAround is what decides whether a scooter may be upgraded now.
const upgradeAround = `
	SELECT s.id, s.service, s.hold, s.model_id, s.firmware, s.firmware_at, coalesce(i.model_id, 0) AS image_model, coalesce(i.version, '') AS version,
		coalesce(i.size, 0) AS size, i.retired_at IS NOT NULL AS retired, ` + inWorkshopOfAny + `
	FROM scooters s LEFT JOIN firmware_images i ON i.id = $2 WHERE s.plate = $1`

// inWorkshopOfAny is what else somebody does with the scooter s. A command that can't be sent any more is over.
const inWorkshopOfAny = `
	EXISTS (SELECT FROM commands c WHERE c.scooter_id = s.id AND c.finished_at IS NULL AND c.deadline > now() AND c.name NOT LIKE 'query-%') AS commanded,
	EXISTS (SELECT FROM onboardings w WHERE w.scooter_id = s.id AND w.ended_at IS NULL AND w.state IN ('switching', 'confirming')) AS onboarded,
	EXISTS (SELECT FROM renumberings w WHERE w.scooter_id = s.id AND w.ended_at IS NULL) AS renumbered`

type around struct {
	ID         int64         `db:"id"`
	Service    fleet.Service `db:"service"`
	Hold       fleet.Hold    `db:"hold"`
	ModelID    int64         `db:"model_id"`
	Firmware   string        `db:"firmware"`
	FirmwareAt sql.NullTime  `db:"firmware_at"`
	ImageModel int64         `db:"image_model"`
	Version    string        `db:"version"`
	Size       int           `db:"size"`
	Retired    bool          `db:"retired"`
	Onboarded  bool          `db:"onboarded"`
	Renumbered bool          `db:"renumbered"`
	Commanded  bool          `db:"commanded"`
}

// OpenUpgrade writes down that a scooter is to be upgraded, which holds it against another upgrade and against nothing else:
// the row is claimed by its workflow. What is known now refuses it: fleet.ErrScooterUnknown, ErrHeld, firmware.ErrOutOfUse,
// ErrImageUnknown, ErrRetired, ErrWrongModel, ErrSameVersion, ErrDowngrade, ErrUpgrading, ErrCommanded, onboarding.ErrRenumbering, ErrRunning.
// The same ID again changes nothing.
func (s *Store) OpenUpgrade(ctx context.Context, u firmware.Upgrade) (firmware.Upgrade, error) {
	if !isID(u.ImageID) {
		return u, firmware.ErrImageUnknown
	}
	err := s.atomically(ctx, "open upgrade", func(tx executor) error {
		var of around
		if err := tx.GetContext(ctx, &of, lockScooter, u.Plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		if err := tx.GetContext(ctx, &of, upgradeAround, u.Plate, u.ImageID); err != nil {
			return err
		}
		var known bool
		if err := tx.GetContext(ctx, &known, `SELECT EXISTS (SELECT FROM upgrades WHERE id = $1)`, u.ID); err != nil || known {
			return err
		}
		if err := of.refuses(u.Downgrade); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE upgrades SET state = 'failed', trouble = $2, updated_at = now(), ended_at = now()
			WHERE scooter_id = $1 AND run_id IS NULL AND ended_at IS NULL AND started_at < now() - $3::interval`,
			of.ID, firmware.TroubleNotBegun, beginWithin.String())
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO upgrades (id, scooter_id, plate, image_id, rollout_id, staff_id, reason, downgrade, from_version, packets)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			u.ID, of.ID, u.Plate, u.ImageID, nullText(u.RolloutID), u.StaffID, u.Reason, u.Downgrade, of.Firmware, firmware.Packets(of.Size))
		if err != nil || u.RolloutID != "" { // of which the audit log knows as a whole
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "scooter.upgrade", Subject: u.Plate, Reason: u.Reason, Before: facts{"firmware": of.Firmware},
			After: facts{"upgrade": u.ID, "image": u.ImageID, "version": of.Version, "downgrade": u.Downgrade},
		})
	})
	if err != nil {
		return u, err
	}
	return s.Upgrade(ctx, u.ID)
}

func (a around) refuses(downgrade bool) error {
	switch {
	case a.Version == "":
		return firmware.ErrImageUnknown
	case a.Retired:
		return firmware.ErrRetired
	case a.ImageModel != a.ModelID:
		return firmware.ErrWrongModel
	case a.Service == fleet.Retired:
		return firmware.ErrOutOfUse
	case a.Firmware != "" && firmware.Same(a.Firmware, a.Version):
		return firmware.ErrSameVersion.With("version", a.Firmware).With("reported_at", timeOf(a.FirmwareAt))
	case a.Firmware != "" && !downgrade && firmware.Compare(a.Version, a.Firmware) < 0:
		return firmware.ErrDowngrade.With("version", a.Firmware).With("reported_at", timeOf(a.FirmwareAt))
	case a.Hold == fleet.Upgrading:
		return firmware.ErrUpgrading
	case a.Hold != fleet.Free:
		return fleet.ErrHeld
	case a.Renumbered:
		return onboarding.ErrRenumbering
	case a.Onboarded:
		return onboarding.ErrRunning
	case a.Commanded:
		return firmware.ErrCommanded
	}
	return nil
}

// BeginUpgrade claims an upgrade for the first run of its workflow, and the scooter with it. False: it is over, another run had
// it, or somebody else has the scooter, or it is retired or of another model by now, which ends it as failed. The run that has it may ask again.
func (s *Store) BeginUpgrade(ctx context.Context, id, runID string) (claimed bool, err error) {
	if !isID(id) {
		return false, nil
	}
	err = s.atomically(ctx, "begin upgrade", func(tx executor) error {
		claimed = false
		var of struct {
			around
			Plate string         `db:"plate"`
			Named string         `db:"named"`
			RunID sql.NullString `db:"run_id"`
			Ended bool           `db:"ended"`
		}
		err := tx.GetContext(ctx, &of.ID, `SELECT id FROM scooters WHERE id = (SELECT scooter_id FROM upgrades WHERE id = $1) FOR UPDATE`, id)
		if err != nil {
			return orElse(err, nil)
		}
		err = tx.GetContext(ctx, &of, `
			SELECT s.id, s.service, s.hold, s.model_id, s.plate AS named, `+inWorkshopOfAny+`,
				u.plate, u.run_id, u.ended_at IS NOT NULL AS ended, i.model_id AS image_model
			FROM upgrades u JOIN scooters s ON s.id = u.scooter_id JOIN firmware_images i ON i.id = u.image_id WHERE u.id = $1 FOR UPDATE OF u`, id)
		if err != nil || of.Ended || of.RunID.Valid {
			claimed = err == nil && !of.Ended && of.RunID.String == runID
			return err
		}
		if of.Hold != fleet.Free || of.Named != of.Plate || of.Onboarded || of.Renumbered || of.Commanded {
			return dropUpgrade(ctx, tx, id, firmware.TroubleHeld, "Somebody else had the scooter first.")
		}
		if of.Service == fleet.Retired {
			return dropUpgrade(ctx, tx, id, firmware.TroubleHeld, "The scooter is out of use by now.")
		}
		if of.ModelID != of.ImageModel {
			return dropUpgrade(ctx, tx, id, firmware.TroubleModel, "The scooter is of another model by now.")
		}
		claimed = true
		if _, err := tx.ExecContext(ctx, `UPDATE upgrades SET run_id = $2, updated_at = now() WHERE id = $1`, id, runID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE scooters SET hold = $2, updated_at = now() WHERE id = $1`, of.ID, fleet.Upgrading); err != nil {
			return err
		}
		return noteUpgrade(ctx, tx, of.ID, id, time.Now(), "")
	})
	return claimed, err
}

// DropUpgrade ends one whose workflow never began, as failed; any other it leaves alone.
func (s *Store) DropUpgrade(ctx context.Context, id string, trouble firmware.Trouble, detail string) error {
	if !isID(id) {
		return nil
	}
	return s.once(ctx, "drop upgrade", func(db executor) error { return dropUpgrade(ctx, db, id, trouble, detail) })
}

func dropUpgrade(ctx context.Context, tx executor, id string, trouble firmware.Trouble, detail string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE upgrades SET state = 'failed', trouble = $2, detail = $3, updated_at = now(), ended_at = now()
		WHERE id = $1 AND run_id IS NULL AND ended_at IS NULL`, id, trouble, detail)
	return err
}
