package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"rodada/domain/fare"
	"rodada/domain/zone"
)

const zoneColumns = `v.zone_id, v.version, v.name, v.rank, v.rules, v.starts_at, v.ends_at, v.price_percent, v.price_amount, v.geometry`

type zoneRow struct {
	ID       int64        `db:"zone_id"`
	Version  int64        `db:"version"`
	Name     string       `db:"name"`
	Rank     int          `db:"rank"`
	Rules    []byte       `db:"rules"`
	Starts   sql.NullTime `db:"starts_at"`
	Ends     sql.NullTime `db:"ends_at"`
	Percent  int          `db:"price_percent"`
	Amount   int64        `db:"price_amount"`
	Geometry []byte       `db:"geometry"`
}

// zone is the zone of a row. Its area is that of one known to have the same geometry, if there is one.
func (r zoneRow) zone(same *zone.Zone) (zone.Zone, error) {
	z := zone.Zone{ID: r.ID, Version: r.Version, Draft: zone.Draft{
		Name: r.Name, Order: r.Rank, Everywhere: r.Geometry == nil, Geometry: r.Geometry, Starts: timeOf(r.Starts), Ends: timeOf(r.Ends),
		Price: fare.Adjustment{Percent: r.Percent, Amount: r.Amount},
	}}
	if err := json.Unmarshal(r.Rules, &z.Rules); err != nil {
		return z, fmt.Errorf("stored rules of zone %d: %w", r.ID, err)
	}
	if z.Everywhere {
		return z, nil
	}
	if same != nil { // and its text, which is there once then
		z.Area, z.Geometry = same.Area, same.Geometry
		return z, nil
	}
	area, err := zone.StoredArea(r.Geometry)
	if err != nil {
		return z, fmt.Errorf("stored zone %d: %s", r.ID, err) //nolint:errorlint // our fault: whoever asks did not send this zone
	}
	z.Area = area
	return z, nil
}

// insertZones writes versions of zones that are in force from a set on, in one statement however many they are.
func insertZones(ctx context.Context, tx executor, set int64, zones ...zone.Zone) error {
	rows := make([]map[string]any, len(zones))
	for i, z := range zones {
		rows[i] = map[string]any{
			"zone_id": z.ID, "version": z.Version, "name": z.Name, "rank": z.Order, "rules": z.Rules, "starts_at": instant(z.Starts),
			"ends_at": instant(z.Ends), "price_percent": z.Price.Percent, "price_amount": z.Price.Amount, "geometry": nil,
		}
		if !z.Everywhere {
			rows[i]["geometry"] = json.RawMessage(z.Geometry)
		}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO zone_versions (zone_id, version, name, rank, rules, starts_at, ends_at, price_percent, price_amount, geometry, since_set)
		SELECT zone_id, version, name, rank, rules, starts_at, ends_at, price_percent, price_amount, nullif(geometry, 'null'), $1
		FROM jsonb_to_recordset($2::jsonb) AS z(
			zone_id bigint, version bigint, name text, rank integer, rules jsonb, starts_at timestamptz, ends_at timestamptz,
			price_percent integer, price_amount bigint, geometry jsonb)`, set, string(text))
	return err
}

// zoneFacts are a zone as the audit log shows it.
func zoneFacts(z zone.Zone) facts {
	f := facts{
		"version": z.Version, "name": z.Name, "order": z.Order, "rules": z.Rules, "everywhere": z.Everywhere, "price": z.Price,
		"start": instant(z.Starts), "end": instant(z.Ends), "geometry": nil,
	}
	if !z.Everywhere {
		var shape any // as a value, so that blanks are no change
		if json.Unmarshal(z.Geometry, &shape) == nil {
			f["geometry"] = shape
		}
	}
	return f
}

func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}
