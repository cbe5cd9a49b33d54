package postgres

import (
	"context"
	"database/sql"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"time"

	"rodada/domain/fault"
	"rodada/domain/staff"
	"rodada/domain/zone"
)

type zoneSpan struct {
	SinceSet int64         `db:"since_set"`
	Since    time.Time     `db:"since"`
	UntilSet sql.NullInt64 `db:"until_set"`
	Until    sql.NullTime  `db:"until"`
}

func zoneSubject(id int64) string { return "zone/" + strconv.FormatInt(id, 10) }

// CreateZones puts new zones in force, all or none, which makes one new set: zone.ErrDraft, zone.ErrGeometry or zone.ErrModel
// with what is wrong; of several, "feature" counts from 1.
func (s *Store) CreateZones(ctx context.Context, drafts ...zone.Draft) ([]zone.Zone, error) {
	zones, err := drawnAll(drafts)
	if err != nil {
		return nil, err
	}
	err = s.changeZones(ctx, "create zones", func(tx executor, set int64) error { return createZones(ctx, tx, zones, set) })
	return zones, err
}

func drawnAll(drafts []zone.Draft) ([]zone.Zone, error) {
	zones := make([]zone.Zone, len(drafts))
	for i, d := range drafts {
		z, err := drawn(d)
		if err != nil {
			return nil, feature(err, i, len(drafts))
		}
		zones[i] = z
	}
	return zones, nil
}

// createZones stores zones, which get their IDs and are in force from a set on.
func createZones(ctx context.Context, tx executor, zones []zone.Zone, set int64) error {
	if len(zones) == 0 {
		return nil
	}
	if i, err := modelsKnown(ctx, tx, zones...); err != nil {
		return feature(err, i, len(zones))
	}
	var ids []int64
	err := tx.SelectContext(ctx, &ids, `
		INSERT INTO zones (id) OVERRIDING USER VALUE SELECT n FROM generate_series(1, $1) n RETURNING id`, len(zones))
	if err != nil {
		return err
	}
	slices.Sort(ids)
	deeds := make([]staff.Deed, len(zones))
	for i := range zones {
		z := &zones[i]
		z.ID, z.Version = ids[i], 1
		after := zoneFacts(*z)
		after["set"] = set
		deeds[i] = staff.Deed{Action: "zone.create", Subject: zoneSubject(z.ID), After: after}
	}
	if err := insertZones(ctx, tx, set, zones...); err != nil {
		return err
	}
	return auditAll(ctx, tx, deeds)
}

// errUnchanged takes a transaction back that has changed nothing, and the set that it had opened.
var errUnchanged = errors.New("nothing changes")

// changeZones is a transaction that makes a set; the set that changes nothing is none.
func (s *Store) changeZones(ctx context.Context, name string, do func(tx executor, set int64) error) error {
	err := s.atomically(ctx, name, func(tx executor) error {
		set, err := nextZoneSet(ctx, tx)
		if err != nil {
			return err
		}
		return do(tx, set)
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

// feature says which of several drafts a fault is about.
func feature(err error, i, of int) error {
	if f, is := fault.From(err); is && of > 1 {
		return f.With("feature", i+1)
	}
	return err
}

// ChangeZone makes a new version of a zone, unless nothing changes: zone.ErrChanged when its version is not the one that the
// change was made of.
func (s *Store) ChangeZone(ctx context.Context, id, version int64, d zone.Draft) (zone.Zone, error) {
	next, err := drawn(d)
	if err != nil {
		return zone.Zone{}, err
	}
	next.ID, next.Version = id, version+1
	err = s.changeZones(ctx, "change zone", func(tx executor, set int64) error {
		if _, err := modelsKnown(ctx, tx, next); err != nil {
			return err
		}
		was, err := zoneInForce(ctx, tx, id)
		switch {
		case err != nil:
			return err
		case was.Version != version:
			return zone.ErrChanged.With("version", was.Version)
		}
		same, err := replaceZone(ctx, tx, was, next, set, "zone.change")
		if same {
			next = was
			return errUnchanged
		}
		return err
	})
	return next, err
}

// RetireZone takes a zone out of force, which makes a new set; a zone that is not in force stays so: zone.ErrChanged when its
// version is not the one that was looked at.
func (s *Store) RetireZone(ctx context.Context, id, version int64) error {
	return s.changeZones(ctx, "retire zone", func(tx executor, set int64) error {
		was, err := zoneInForce(ctx, tx, id)
		if errors.Is(err, zone.ErrRetired) || errors.Is(err, zone.ErrUnknown) {
			return errUnchanged
		}
		switch {
		case err != nil:
			return err
		case was.Version != version:
			return zone.ErrChanged.With("version", was.Version)
		}
		if err := endZone(ctx, tx, was, set); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "zone.retire", Subject: zoneSubject(id), Before: zoneFacts(was), After: facts{"set": set},
		})
	})
}

// drawn is a zone as it was drawn, or what is wrong with it.
func drawn(d zone.Draft) (zone.Zone, error) {
	d, err := d.Checked()
	if err != nil {
		return zone.Zone{}, err
	}
	z := zone.Zone{Draft: d}
	if !d.Everywhere {
		z.Area, err = zone.ParseArea(d.Geometry)
	}
	return z, err
}

// replaceZone puts a version in the place of another, and nothing in the place of an equal one.
func replaceZone(ctx context.Context, tx executor, was, next zone.Zone, set int64, action string) (same bool, err error) {
	before, after := zoneFacts(was), zoneFacts(next)
	before["version"] = after["version"]
	if reflect.DeepEqual(before, after) {
		return true, nil
	}
	before["version"] = was.Version
	if err := endZone(ctx, tx, was, set); err != nil {
		return false, err
	}
	if err := insertZones(ctx, tx, set, next); err != nil {
		return false, err
	}
	before["set"], after["set"] = set-1, set
	return false, audit(ctx, tx, changed(staff.Deed{Action: action, Subject: zoneSubject(was.ID)}, before, after))
}

func endZone(ctx context.Context, tx executor, z zone.Zone, set int64) error {
	_, err := tx.ExecContext(ctx, `UPDATE zone_versions SET until_set = $3 WHERE zone_id = $1 AND version = $2`, z.ID, z.Version, set)
	return err
}

// zoneInForce is the version of a zone that is in force: zone.ErrUnknown or zone.ErrRetired when there is none.
func zoneInForce(ctx context.Context, tx executor, id int64) (zone.Zone, error) {
	var row zoneRow
	err := tx.GetContext(ctx, &row, `SELECT `+zoneColumns+` FROM zone_versions v WHERE zone_id = $1 AND until_set IS NULL`, id)
	if errors.Is(err, sql.ErrNoRows) {
		var known int
		if err := tx.GetContext(ctx, &known, `SELECT count(*) FROM zones WHERE id = $1`, id); err != nil {
			return zone.Zone{}, err
		}
		if known == 0 {
			return zone.Zone{}, zone.ErrUnknown
		}
		return zone.Zone{}, zone.ErrRetired
	}
	if err != nil {
		return zone.Zone{}, err
	}
	return row.zone(nil)
}

// modelsKnown is zone.ErrModel for the first of several zones whose rules name a model that there is not.
func modelsKnown(ctx context.Context, tx executor, zones ...zone.Zone) (at int, err error) {
	var named []string
	for _, z := range zones {
		named = append(named, z.ModelIDs()...)
	}
	if len(named) == 0 {
		return 0, nil
	}
	var unknown []string
	err = tx.SelectContext(ctx, &unknown, `
		SELECT DISTINCT named FROM unnest($1::text[]) named WHERE named NOT IN (SELECT id::text FROM models)`, named)
	if err != nil {
		return 0, err
	}
	for i, z := range zones {
		for _, id := range z.ModelIDs() {
			if slices.Contains(unknown, id) {
				return i, zone.ErrModel.With("model", id).With("field", "rules")
			}
		}
	}
	return 0, nil
}

// nextZoneSet opens the set that this transaction makes. Whoever changes zones waits here for whoever does so already, so
// that sets appear in the order of their versions.
func nextZoneSet(ctx context.Context, tx executor) (version int64, err error) {
	if _, err := tx.ExecContext(ctx, `LOCK TABLE zone_sets IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return 0, err
	}
	err = tx.GetContext(ctx, &version, `
		INSERT INTO zone_sets (version) SELECT coalesce(max(version), 0) + 1 FROM zone_sets RETURNING version`)
	return version, err
}
