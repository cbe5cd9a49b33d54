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
	if same != nil {
		z.Area = same.Area
		return z, nil
	}
	area, err := zone.StoredArea(r.Geometry)
	if err != nil {
		return z, fmt.Errorf("stored zone %d: %s", r.ID, err) //nolint:errorlint // our fault: whoever asks did not send this zone
	}
	z.Area = area
	return z, nil
}

// insertZone writes a version of a zone that is in force from a set on.
func insertZone(ctx context.Context, tx executor, z zone.Zone, set int64) error {
	rules, err := json.Marshal(z.Rules)
	if err != nil {
		return err
	}
	var geometry *string
	if !z.Everywhere {
		text := string(z.Geometry)
		geometry = &text
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO zone_versions (zone_id, version, name, rank, rules, starts_at, ends_at, price_percent, price_amount, geometry, since_set)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		z.ID, z.Version, z.Name, z.Order, string(rules), nullTime(z.Starts), nullTime(z.Ends), z.Price.Percent, z.Price.Amount, geometry, set)
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
