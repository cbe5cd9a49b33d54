package postgres

import (
	"context"
	"database/sql"
	"errors"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// AdvanceUpgrade stores a step, once by its number; an older one than the last changes nothing. Why it is parked stands in an
// alert for as long as it is. The end gives the scooter back, to maintenance if the change says so, in the same transaction.
func (s *Store) AdvanceUpgrade(ctx context.Context, c firmware.Change) error {
	if !isID(c.ID) {
		return firmware.ErrUpgradeUnknown
	}
	return s.atomically(ctx, "advance upgrade", func(tx executor) error {
		var u struct {
			ScooterID int64  `db:"scooter_id"`
			Version   string `db:"version"`
			Was       string `db:"was_version"`
			upgradeStood
		}
		// The scooter's row first, as everybody does who wants it.
		err := tx.GetContext(ctx, &u.ScooterID, `
			SELECT id FROM scooters WHERE id = (SELECT scooter_id FROM upgrades WHERE id = $1) FOR UPDATE`, c.ID)
		if err != nil {
			return orElse(err, firmware.ErrUpgradeUnknown)
		}
		err = tx.GetContext(ctx, &u, `
			WITH was AS (SELECT id, from_version, state, trouble FROM upgrades WHERE id = $1)
			UPDATE upgrades u SET seq = $2, state = $3, trouble = $4, detail = $5, from_version = CASE WHEN $6 = '' THEN u.from_version ELSE $6 END,
				attempt = $7, sent = $8, failures = $9, updated_at = $10,
				parked_at = CASE WHEN $3 = 'parked' THEN coalesce(u.parked_at, $10) END,
				ended_at = CASE WHEN $11 THEN $10 END
			FROM was, firmware_images i
			WHERE u.id = was.id AND i.id = u.image_id AND seq < $2 AND ended_at IS NULL
			RETURNING u.scooter_id, u.plate, i.version, was.from_version AS was_version, was.state, was.trouble`,
			c.ID, c.Seq, c.State, c.Trouble, c.Detail, c.From, c.Attempt, c.Sent, c.Failures, c.At, c.State.Over())
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		reported := c.Reported
		switch {
		case reported != "":
		case c.State == firmware.Done:
			reported = u.Version
		case c.From != u.Was:
			reported = c.From
		}
		if err := reportedFirmware(ctx, tx, u.ScooterID, reported, c.At); err != nil {
			return err
		}
		if err := takeDecisions(ctx, tx, u.upgradeStood, c); err != nil {
			return err
		}
		if c.State == firmware.Aborting && c.Trouble == firmware.TroubleCancelled {
			if err := auditCancelled(ctx, tx, u.upgradeStood, c); err != nil {
				return err
			}
		}
		if err := alertUpgrade(ctx, tx, u.ScooterID, u.Version, c); err != nil || !c.State.Over() {
			return err
		}
		return endUpgrade(ctx, tx, u.ScooterID, u.Version, c)
	})
}

// alertUpgrade opens the alert of a parked upgrade, and closes it when the upgrade goes on or ends.
func alertUpgrade(ctx context.Context, tx executor, scooterID int64, version string, c firmware.Change) (err error) {
	if c.State == firmware.Parked {
		_, err = tx.ExecContext(ctx, `
			INSERT INTO alerts (scooter_id, plate, kind, text, opened_at) SELECT id, plate, $2, $3, $4 FROM scooters WHERE id = $1
			ON CONFLICT (scooter_id, kind) WHERE closed_at IS NULL DO UPDATE SET text = excluded.text`,
			scooterID, staff.Upgrade, "The upgrade to "+version+" is stuck ("+string(c.Trouble)+"). "+c.Detail, c.At)
		return err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE alerts SET closed_at = $3, closed_by = 'system' WHERE scooter_id = $1 AND kind = $2 AND closed_at IS NULL`,
		scooterID, staff.Upgrade, c.At)
	return err
}

// endUpgrade gives the scooter back.
func endUpgrade(ctx context.Context, tx executor, scooterID int64, version string, c firmware.Change) error {
	note := "firmware " + version + ": " + string(c.State)
	if c.Trouble != "" {
		note += " (" + string(c.Trouble) + ")"
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE scooters SET hold = CASE hold WHEN $2 THEN 'free' ELSE hold END, updated_at = now(),
			service = CASE WHEN $3 AND service IN ('in_service', 'blocked') THEN 'maintenance' ELSE service END,
			reason = CASE WHEN $3 AND service IN ('in_service', 'blocked') THEN $4 ELSE reason END
		WHERE id = $1`, scooterID, fleet.Upgrading, c.Maintenance, note)
	if err != nil {
		return err
	}
	return noteUpgrade(ctx, tx, scooterID, c.ID, c.At, note)
}
