package postgres

import (
	"context"
	"database/sql"
	"errors"

	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

// ImportZones puts new zones in force as CreateZones does, once for each key of a member of staff: a repetition is answered as
// the first was, and rental.ErrKeyReused when it is of another file. What takes the place of a set that is not in force any more
// is refused: zone.ErrChanged.
func (s *Store) ImportZones(ctx context.Context, in zone.Import) (made zone.Imported, err error) {
	known := false
	err = s.once(ctx, "imported zones", func(db executor) (err error) {
		made, known, err = importedZones(ctx, db, in)
		return err
	})
	if err != nil || known {
		return made, err
	}
	zones, err := drawnAll(in.Drafts)
	if err != nil {
		return zone.Imported{}, err
	}
	err = s.changeZones(ctx, "import zones", func(tx executor, set int64) error {
		if made, known, err = importedZones(ctx, tx, in); err != nil {
			return err
		}
		if known { // by the same request, a moment ago
			return errUnchanged
		}
		if in.Replaces > 0 {
			if err := s.retireAll(ctx, tx, set, in.Replaces); err != nil {
				return err
			}
		}
		if err := createZones(ctx, tx, zones, set); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO zone_imports (staff_id, key, digest, set_version) VALUES ($1, $2, $3, $4)`,
			in.StaffID, in.Key, in.Digest, set)
		if err != nil {
			return err
		}
		made = zone.Imported{Set: set, Zones: []zone.Named{}}
		for _, z := range zones {
			made.Zones = append(made.Zones, zone.Named{ID: z.ID, Version: z.Version, Name: z.Name})
		}
		return nil
	})
	return made, err
}

// retireAll takes all zones out of force, for those that take their place in the set that is being made.
func (s *Store) retireAll(ctx context.Context, tx executor, set, version int64) error {
	if err := setIs(set, version); err != nil {
		return err
	}
	was, err := zoneSet(ctx, tx, version, s.zones.last())
	if err != nil {
		return err
	}
	deeds := make([]staff.Deed, len(was.Zones))
	for i, z := range was.Zones {
		deeds[i] = staff.Deed{Action: "zone.retire", Subject: zoneSubject(z.ID), Before: zoneFacts(z), After: facts{"set": set}}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE zone_versions SET until_set = $1 WHERE until_set IS NULL`, set); err != nil {
		return err
	}
	return auditAll(ctx, tx, deeds)
}

// importedZones are the zones of an import that was made before.
func importedZones(ctx context.Context, db executor, in zone.Import) (made zone.Imported, known bool, err error) {
	var row struct {
		Digest string `db:"digest"`
		Set    int64  `db:"set_version"`
	}
	err = db.GetContext(ctx, &row, `SELECT digest, set_version FROM zone_imports WHERE staff_id = $1 AND key = $2`, in.StaffID, in.Key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return made, false, nil
	case err != nil:
		return made, false, err
	case row.Digest != in.Digest:
		return made, false, rental.ErrKeyReused
	}
	made = zone.Imported{Set: row.Set, Zones: []zone.Named{}}
	err = db.SelectContext(ctx, &made.Zones, `SELECT zone_id, version, name FROM zone_versions WHERE since_set = $1 ORDER BY zone_id`, row.Set)
	return made, true, err
}
