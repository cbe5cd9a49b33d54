package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"rodada/domain/staff"
	"rodada/domain/zone"
)

type zoneRow struct {
	ID       int64  `db:"zone_id"`
	Version  int64  `db:"version"`
	Name     string `db:"name"`
	Rank     int    `db:"rank"`
	RideEnd  bool   `db:"ride_end"`
	Geometry []byte `db:"geometry"`
}

// CreateZone puts a new zone in force, which makes a new set: zone.ErrGeometry unless geojson is a proper Polygon or
// MultiPolygon.
func (s *Store) CreateZone(ctx context.Context, name string, order int, rideEnd bool, geojson []byte) (zone.Zone, error) {
	area, err := parseArea(geojson)
	if err != nil {
		return zone.Zone{}, err
	}
	z := zone.Zone{Version: 1, Name: name, Order: order, Area: area, RideEnd: rideEnd}
	err = s.atomically(ctx, "create zone", func(tx executor) error {
		set, err := nextZoneSet(ctx, tx)
		if err != nil {
			return err
		}
		err = tx.GetContext(ctx, &z.ID, `
			WITH added AS (
				INSERT INTO zones DEFAULT VALUES RETURNING id
			)
			INSERT INTO zone_versions (zone_id, version, name, rank, ride_end, geometry, since_set)
			SELECT id, $1, $2, $3, $4, $5, $6 FROM added RETURNING zone_id`,
			z.Version, name, order, rideEnd, string(geojson), set)
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "zone.create", Subject: zoneSubject(z.ID), After: map[string]any{
			"name": name, "order": order, "ride_end_allowed": rideEnd, "geometry": json.RawMessage(geojson), "set": set,
		}})
	})
	return z, err
}

// RetireZone takes a zone out of force, which makes a new set; a zone that is not in force stays so.
func (s *Store) RetireZone(ctx context.Context, id int64) error {
	return s.atomically(ctx, "retire zone", func(tx executor) error {
		set, err := nextZoneSet(ctx, tx)
		if err != nil {
			return err
		}
		var was []zoneRow
		err = tx.SelectContext(ctx, &was, `
			UPDATE zone_versions SET until_set = $2 WHERE zone_id = $1 AND until_set IS NULL
			RETURNING zone_id, version, name, rank, ride_end, geometry`, id, set)
		if err != nil || len(was) == 0 {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "zone.retire", Subject: zoneSubject(id), After: map[string]any{"set": set}, Before: map[string]any{
				"version": was[0].Version, "name": was[0].Name, "order": was[0].Rank, "ride_end_allowed": was[0].RideEnd,
			},
		})
	})
}

func zoneSubject(id int64) string { return "zone/" + strconv.FormatInt(id, 10) }

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

// Zones is the set in force. It reads only a number while nothing has changed.
func (s *Store) Zones(ctx context.Context) (zone.Set, error) {
	var set zone.Set
	err := s.once(ctx, "zones", func(db executor) error {
		var version int64
		if err := db.GetContext(ctx, &version, `SELECT coalesce(max(version), 0) FROM zone_sets`); err != nil {
			return err
		}
		if known := s.zones.Load(); known != nil && known.Version == version {
			set = *known
			return nil
		}
		read, err := zoneSet(ctx, db, version)
		if err != nil {
			return err
		}
		set = read
		s.zones.Store(&read)
		return nil
	})
	return set, err
}

// zoneSet reads a set as it was in force, whatever has changed since.
func zoneSet(ctx context.Context, db executor, version int64) (zone.Set, error) {
	var rows []zoneRow
	err := db.SelectContext(ctx, &rows, `
		SELECT zone_id, version, name, rank, ride_end, geometry FROM zone_versions
		WHERE since_set <= $1 AND (until_set IS NULL OR until_set > $1) ORDER BY rank, zone_id`, version)
	if err != nil {
		return zone.Set{}, err
	}
	set := zone.Set{Version: version, Zones: make([]zone.Zone, len(rows))}
	for i, r := range rows {
		area, err := parseArea(r.Geometry)
		if err != nil {
			return zone.Set{}, fmt.Errorf("stored zone %d: %s", r.ID, err) //nolint:errorlint // our fault: whoever asks did not send this zone
		}
		set.Zones[i] = zone.Zone{ID: r.ID, Version: r.Version, Name: r.Name, Order: r.Rank, Area: area, RideEnd: r.RideEnd}
	}
	return set, nil
}
