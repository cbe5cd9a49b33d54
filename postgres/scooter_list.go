package postgres

import (
	"context"

	"rodada/domain/fleet"
	"rodada/domain/listing"
)

// scooterColumns is what the fleet can be sorted by. Live values are not here: who sorts by them asks for all keys.
var scooterColumns = map[string]column{
	"plate":   {"s.plate", "text"},
	"updated": {"s.updated_at", "timestamptz"},
	"created": {"s.created_at", "timestamptz"},
	"model":   {"m.name", "text"},
	"station": {"coalesce(st.short_name, '')", "text"},
	"service": {"s.service", "text"},
}

const matchingScooters = `
	FROM scooters s JOIN models m ON m.id = s.model_id LEFT JOIN stations st ON st.id = s.station_id
	WHERE ($1::text[] IS NULL OR s.service = ANY($1)) AND ($2::text[] IS NULL OR s.hold = ANY($2))
		AND ($3::bigint IS NULL OR s.model_id = $3)
		AND ($4::text IS NULL OR s.station_id::text = $4 OR ($4 = '` + fleet.FreeFloating + `' AND s.station_id IS NULL))
		AND ($5::text IS NULL OR strpos(lower(s.plate), lower($5)) > 0 OR strpos(lower(s.qr_code), lower($5)) > 0 OR strpos(s.imei, $5) > 0)
		AND ($6::text[] IS NULL OR s.plate = ANY($6))
		AND ($7::text[] IS NULL OR CASE WHEN s.hold <> 'free' THEN s.hold WHEN s.service = 'in_service' THEN 'available' ELSE s.service END = ANY($7))
		AND ($8::text[] IS NULL OR coalesce(nullif(s.firmware, ''), '` + fleet.FirmwareUnknown + `') = ANY($8))`

func scooterFilter(f fleet.Filter) []any {
	return []any{
		texts(f.Service), texts(f.Hold), nullInt(f.ModelID), nullText(f.Station), nullText(f.Text), texts(f.Plates), texts(f.Status), texts(f.Firmware),
	}
}

// ScooterKeys is one page of the scooters that a filter picks, with one more when there is a next page, and how many it picks
// in all. A query without a limit gives all of them, those that come before its place too.
func (s *Store) ScooterKeys(ctx context.Context, f fleet.Filter, q listing.Query) (keys []fleet.Key, total int, err error) {
	p, err := pageOf(q, scooterColumns, "s.id", "bigint", 9)
	if err != nil {
		return nil, 0, err
	}
	var rows []struct {
		ID      int64  `db:"id"`
		Plate   string `db:"plate"`
		Battery int    `db:"battery"`
		Place   string `db:"place"`
		After   bool   `db:"after"`
	}
	value, id := after(q)
	args := append(scooterFilter(f), value, id)
	err = s.once(ctx, "list scooters", func(db executor) error {
		rows = nil
		columns := `SELECT s.id, s.plate, s.battery, ` + p.place + ` AS place, ` + p.beyond + ` AS after ` + matchingScooters
		if q.Limit == 0 {
			return orCursor(db.SelectContext(ctx, &rows, columns+p.order, args...))
		}
		if err := db.GetContext(ctx, &total, `SELECT count(*) `+matchingScooters, args[:8]...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows, columns+` AND `+p.beyond+p.order+` LIMIT $11`, append(args, p.limit)...))
	})
	for _, r := range rows {
		keys = append(keys, fleet.Key(r))
	}
	if q.Limit == 0 {
		total = len(keys)
	}
	return keys, total, err
}

// ScootersByIDs reads scooters, in the order of the IDs; one that is gone is left out.
func (s *Store) ScootersByIDs(ctx context.Context, ids []int64) ([]fleet.Scooter, error) {
	return s.scooters(ctx, `WHERE s.id = ANY($1) ORDER BY array_position($1, s.id)`, ids)
}

// texts is a list for an array parameter; an empty one is null.
func texts[T ~string](list []T) []string {
	var plain []string
	for _, t := range list {
		plain = append(plain, string(t))
	}
	return plain
}
