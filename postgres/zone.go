package postgres

import (
	"context"

	"rodada/domain/zone"
)

// ZonesOf is the set of a version, as it was in force: zone.ErrUnknown when there never was one.
func (s *Store) ZonesOf(ctx context.Context, version int64) (zone.Set, error) {
	if last := s.zones.last(); last != nil && last.Version == version {
		return *last, nil
	}
	var set zone.Set
	err := s.once(ctx, "zones of a version", func(db executor) error {
		var known int
		err := db.GetContext(ctx, &known, `SELECT count(*) FROM zone_sets WHERE version = $1`, version)
		if err != nil {
			return err
		}
		if known == 0 && version != 0 {
			return zone.ErrUnknown
		}
		set, err = zoneSet(ctx, db, version, s.zones.last())
		return err
	})
	return set, err
}

// zoneSet reads a set as it was in force, whatever has changed since, with the areas of a known one where they are the same.
func zoneSet(ctx context.Context, db executor, version int64, known *zone.Set) (zone.Set, error) {
	var rows []zoneRow
	err := db.SelectContext(ctx, &rows, `
		SELECT `+zoneColumns+` FROM zone_versions v
		WHERE since_set <= $1 AND (until_set IS NULL OR until_set > $1)`, version)
	if err != nil {
		return zone.Set{}, err
	}
	same, zones := sameArea(known), make([]zone.Zone, len(rows))
	for i, r := range rows {
		if zones[i], err = r.zone(same(r)); err != nil {
			return zone.Set{}, err
		}
	}
	return zone.NewSet(version, zones), nil
}

// Zone reads the latest version of a zone, and whether it is in force: zone.ErrUnknown when there is none.
func (s *Store) Zone(ctx context.Context, id int64) (z zone.Zone, inForce bool, err error) {
	versions, err := s.ZoneVersions(ctx, id)
	if err != nil {
		return zone.Zone{}, false, err
	}
	return versions[0].Zone, versions[0].UntilSet == 0, nil
}

// ZoneVersions lists the versions of a zone, the latest first: zone.ErrUnknown when there is none.
func (s *Store) ZoneVersions(ctx context.Context, id int64) ([]zone.Version, error) {
	var rows []struct {
		zoneRow
		zoneSpan
	}
	err := s.once(ctx, "versions of a zone", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT `+zoneColumns+`, v.since_set, a.created_at AS since, v.until_set, b.created_at AS until
			FROM zone_versions v JOIN zone_sets a ON a.version = v.since_set LEFT JOIN zone_sets b ON b.version = v.until_set
			WHERE v.zone_id = $1 ORDER BY v.version DESC`, id)
	})
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, zone.ErrUnknown
	}
	versions := make([]zone.Version, len(rows))
	for i, r := range rows {
		z, err := r.zone(nil)
		if err != nil {
			return nil, err
		}
		versions[i] = zone.Version{
			Zone: z, SinceSet: r.SinceSet, Since: r.Since.UTC(), UntilSet: r.UntilSet.Int64, Until: timeOf(r.Until),
		}
	}
	return versions, nil
}
