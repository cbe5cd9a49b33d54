package postgres

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/listing"
)

// targetColumns is what the scooters of a rollout can be sorted by: in the order of their turns unless otherwise.
var targetColumns = map[string]column{
	"turn":    {"t.number::bigint * 1000000 + t.position", "bigint"},
	"updated": {"t.updated_at", "timestamptz"},
	"plate":   {"s.plate", "text"},
}

// RolloutTargets is one page of the scooters of a rollout that a filter picks, each with its place in the order, with one more
// when there is a next page; and how many it picks in all: firmware.ErrRolloutUnknown.
func (s *Store) RolloutTargets(
	ctx context.Context, id string, f firmware.TargetFilter, q listing.Query,
) (list []firmware.Target, places []listing.Place, total int, err error) {
	p, err := pageOf(q, targetColumns, "t.scooter_id", "bigint", 4)
	if err != nil {
		return nil, nil, 0, err
	}
	if !isID(id) {
		return nil, nil, 0, firmware.ErrRolloutUnknown
	}
	const matching = ` FROM rollout_targets t JOIN scooters s ON s.id = t.scooter_id
		WHERE t.rollout_id = $1 AND ($2::text[] IS NULL OR t.state = ANY($2)) AND ($3::bigint IS NULL OR t.number = $3) `
	var rows []struct {
		ScooterID int64                `db:"scooter_id"`
		Plate     string               `db:"plate"`
		Number    int                  `db:"number"`
		Position  int                  `db:"position"`
		State     firmware.TargetState `db:"state"`
		Trouble   firmware.Trouble     `db:"trouble"`
		Tries     int                  `db:"tries"`
		UpgradeID sql.NullString       `db:"upgrade_id"`
		Firmware  string               `db:"firmware"`
		UpdatedAt time.Time            `db:"updated_at"`
		Place     string               `db:"place"`
	}
	args := []any{id, texts(f.States), nullInt(int64(f.Group))}
	err = s.once(ctx, "list rollout targets", func(db executor) error {
		rows = nil
		var known bool
		if err := db.GetContext(ctx, &known, `SELECT true FROM rollouts WHERE id = $1`, id); err != nil {
			return orElse(err, firmware.ErrRolloutUnknown)
		}
		if err := db.GetContext(ctx, &total, `SELECT count(*)`+matching, args...); err != nil {
			return err
		}
		value, after := after(q)
		return orCursor(db.SelectContext(ctx, &rows, `
			SELECT t.scooter_id, s.plate, t.number, t.position, t.state, `+targetTrouble+` AS trouble, t.tries, t.upgrade_id, s.firmware, t.updated_at, `+
			p.place+` AS place`+matching+`AND `+p.beyond+p.order+` LIMIT $6`, append(args, value, after, p.limit)...))
	})
	for _, r := range rows {
		list = append(list, firmware.Target{
			RolloutID: id, ScooterID: r.ScooterID, Plate: r.Plate, Group: r.Number, Position: r.Position, State: r.State, Trouble: r.Trouble,
			Tries: r.Tries, UpgradeID: r.UpgradeID.String, Version: r.Firmware, UpdatedAt: r.UpdatedAt.UTC(),
		})
		places = append(places, listing.Place{Value: r.Place, ID: strconv.FormatInt(r.ScooterID, 10)})
	}
	return list, places, total, err
}
