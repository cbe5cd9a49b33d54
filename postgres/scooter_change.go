package postgres

import (
	"context"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// changeScooter changes a scooter in one transaction: edit says how, from how it is, in SQL of its own; what it did becomes
// an event and, in the name of staff, a line of the audit log. An edit that returns false leaves all as it was.
func (s *Store) changeScooter(
	ctx context.Context, plate string, kind fleet.EventKind, action, reason string, seen fleet.Sighted,
	edit func(tx executor, before fleet.Scooter) (bool, error),
) error {
	return s.atomically(ctx, action, func(tx executor) error {
		var row scooterRow
		if err := tx.GetContext(ctx, &row, selectScooters+`WHERE s.plate = $1 FOR UPDATE OF s`, plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		before := row.scooter()
		if changed, err := edit(tx, before); err != nil || !changed {
			return err
		}
		row = scooterRow{}
		if err := tx.GetContext(ctx, &row, selectScooters+`WHERE s.id = $1`, before.ID); err != nil {
			return err
		}
		after := row.scooter()
		if err := noteScooter(ctx, tx, after, kind, reason, seen); err != nil {
			return err
		}
		deed := staff.Deed{Action: action, Subject: after.Plate, Reason: reason}
		return audit(ctx, tx, changed(deed, scooterFacts(before), scooterFacts(after)))
	})
}

// SetService decides whether a scooter takes part, with staff's reason. It does not touch who holds the scooter; a retired
// one stands at no station any more, and none is retired while it is upgraded: firmware.ErrUpgrading. seen is where the scooter
// was, if anybody knows.
func (s *Store) SetService(ctx context.Context, plate string, service fleet.Service, reason string, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.StatusSet, "scooter.service", reason, seen, func(tx executor, before fleet.Scooter) (bool, error) {
		after := before
		after.Service = service
		if err := leaveUpgraded(ctx, tx, before, after); err != nil {
			return false, err
		}
		_, err := tx.ExecContext(ctx, `
			UPDATE scooters SET service = $2, reason = CASE $2 WHEN 'in_service' THEN '' ELSE $3 END,
				station_id = CASE $2 WHEN 'retired' THEN NULL ELSE station_id END, updated_at = now()
			WHERE id = $1`, before.ID, service, reason)
		return true, err
	})
}

// ChangeScooter changes what staff may change of a scooter: fleet.ErrModelUnknown, ErrIMEITaken, ErrIMEIInvalid,
// ErrLimitInvalid, and firmware.ErrUpgrading for another model.
func (s *Store) ChangeScooter(ctx context.Context, plate string, edit fleet.Edit, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.Changed, "scooter.change", "", seen, func(tx executor, before fleet.Scooter) (bool, error) {
		return editScooter(ctx, tx, before, edit)
	})
}

func editScooter(ctx context.Context, tx executor, before fleet.Scooter, edit fleet.Edit) (bool, error) {
	model := before.Model
	if edit.ModelID != nil {
		var row modelRow
		if err := tx.GetContext(ctx, &row, selectModels+`WHERE id = $1`, *edit.ModelID); err != nil {
			return false, orElse(err, fleet.ErrModelUnknown)
		}
		model = fleet.Model(row)
	}
	after, err := edit.Apply(before, model)
	if err != nil || after == before {
		return false, err
	}
	if err := leaveUpgraded(ctx, tx, before, after); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE scooters SET imei = $2, model_id = $3, note = $5, updated_at = now(),
			limit_kmh = $4, limit_set_at = CASE WHEN limit_kmh <> $4 THEN now() ELSE limit_set_at END WHERE id = $1`,
		before.ID, after.IMEI, after.Model.ID, after.LimitKmh, after.Note)
	return true, err
}

// StationScooter puts a scooter at a station, or with an empty ID at none: station.ErrUnknown, ErrFull, ErrClosed,
// fleet.ErrHeld while somebody rides it, fleet.ErrRetired.
func (s *Store) StationScooter(ctx context.Context, plate, stationID, reason string, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.Stationed, "scooter.station", reason, seen, func(tx executor, before fleet.Scooter) (bool, error) {
		if before.StationID == stationID {
			return false, nil
		}
		if stationID != "" && before.Hold == fleet.InUse {
			return false, fleet.ErrHeld
		}
		return true, standAt(ctx, tx, before.ID, stationID)
	})
}

// endsUpgrade is the column of a change that takes away what an upgrade was begun for; empty: none does.
func endsUpgrade(before, after fleet.Scooter) string {
	switch {
	case after.Model.ID != before.Model.ID:
		return "model"
	case after.Service == fleet.Retired && before.Service != fleet.Retired:
		return "service"
	}
	return ""
}

// leaveUpgraded refuses such a change while the scooter is upgraded, or about to be: firmware.ErrUpgrading. The scooter's row is
// the caller's, so that an upgrade that begins now is seen, or sees the change.
func leaveUpgraded(ctx context.Context, tx executor, before, after fleet.Scooter) error {
	if endsUpgrade(before, after) == "" {
		return nil
	}
	upgraded, err := upgradedOf(ctx, tx, before.ID)
	if err == nil && upgraded[before.ID] {
		return firmware.ErrUpgrading
	}
	return err
}

// upgradedOf says which scooters are upgraded, or about to be. An upgrade that was lost before it began is none.
func upgradedOf(ctx context.Context, tx executor, scooters ...int64) (map[int64]bool, error) {
	var open []int64
	err := tx.SelectContext(ctx, &open, `
		SELECT scooter_id FROM upgrades
		WHERE scooter_id = ANY($1) AND ended_at IS NULL AND (run_id IS NOT NULL OR started_at >= now() - $2::interval)`, scooters, beginWithin.String())
	upgraded := make(map[int64]bool, len(open))
	for _, id := range open {
		upgraded[id] = true
	}
	return upgraded, err
}

// standAt moves a scooter, and its stored place with it.
func standAt(ctx context.Context, tx executor, id int64, stationID string) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE scooters s SET station_id = $2, updated_at = now(),
			lat = coalesce((SELECT lat FROM stations WHERE id = $2), s.lat), lng = coalesce((SELECT lng FROM stations WHERE id = $2), s.lng)
		WHERE s.id = $1`, id, nullText(stationID))
	return err
}

// ReplaceCode gives a scooter another printed code. From then on the old one is nobody's, for good: fleet.ErrCodeTaken.
func (s *Store) ReplaceCode(ctx context.Context, plate, code, reason string, seen fleet.Sighted) error {
	return s.changeScooter(ctx, plate, fleet.Recoded, "scooter.code", reason, seen, func(tx executor, before fleet.Scooter) (bool, error) {
		_, err := tx.ExecContext(ctx, `UPDATE scooters SET qr_code = $2, updated_at = now() WHERE id = $1`, before.ID, code)
		return true, err
	})
}
