package postgres

import (
	"context"

	"rodada/domain/staff"
	"rodada/domain/zone"
)

// OrderZones gives the zones in force the order of a list, which names each of them once: zone.ErrChanged when the set is not of
// the version that was looked at. An order that they have already changes nothing, nor does it any zone that keeps its place.
func (s *Store) OrderZones(ctx context.Context, version int64, ids []int64) error {
	return s.changeZones(ctx, "order zones", func(tx executor, set int64) error {
		if err := setIs(set, version); err != nil {
			return err
		}
		var zones []struct {
			ID      int64 `db:"zone_id"`
			Version int64 `db:"version"`
			Order   int   `db:"rank"`
		}
		err := tx.SelectContext(ctx, &zones, `
			SELECT zone_id, version, rank FROM zone_versions WHERE until_set IS NULL AND geometry IS NOT NULL ORDER BY rank, zone_id`)
		if err != nil {
			return err
		}
		places := make(map[int64]int, len(ids))
		for i, id := range ids {
			places[id] = i
		}
		if len(zones) != len(ids) || len(places) != len(ids) {
			return zone.ErrOrder
		}
		var (
			moved  []int64
			orders []int
			deeds  []staff.Deed
			sorted = true
		)
		for i, z := range zones {
			place, named := places[z.ID]
			if !named {
				return zone.ErrOrder.With("zone", z.ID)
			}
			sorted = sorted && place == i
			next := 10 * (place + 1) // with room for a zone between two
			if next == z.Order {
				continue
			}
			moved, orders = append(moved, z.ID), append(orders, next)
			deeds = append(deeds, staff.Deed{
				Action: "zone.order", Subject: zoneSubject(z.ID), Before: facts{"version": z.Version, "order": z.Order, "set": set - 1},
				After: facts{"version": z.Version + 1, "order": next, "set": set},
			})
		}
		if sorted {
			return errUnchanged
		}
		return moveZones(ctx, tx, set, moved, orders, deeds)
	})
}

// moveZones makes versions of zones that differ in their order alone, in one statement however many they are.
func moveZones(ctx context.Context, tx executor, set int64, ids []int64, orders []int, deeds []staff.Deed) error {
	if _, err := tx.ExecContext(ctx, `
		UPDATE zone_versions SET until_set = $1 WHERE until_set IS NULL AND zone_id = ANY ($2)`, set, ids); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO zone_versions (zone_id, version, name, rank, rules, starts_at, ends_at, price_percent, price_amount, geometry, since_set)
		SELECT v.zone_id, v.version + 1, v.name, moved.rank, v.rules, v.starts_at, v.ends_at, v.price_percent, v.price_amount, v.geometry, $1
		FROM zone_versions v JOIN unnest($2::bigint[], $3::integer[]) AS moved(zone_id, rank) USING (zone_id) WHERE v.until_set = $1`,
		set, ids, orders)
	if err != nil {
		return err
	}
	return auditAll(ctx, tx, deeds)
}

// setIs is zone.ErrChanged when the set before the one that is being made is not the one that was looked at.
func setIs(making, looked int64) error {
	if making-1 != looked {
		return zone.ErrChanged.With("version", making-1)
	}
	return nil
}
