package postgres

import (
	"context"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/listing"
)

// Rollout finds a rollout with its image and how its groups stand, or how many scooters it would take now:
// firmware.ErrRolloutUnknown.
func (s *Store) Rollout(ctx context.Context, id string) (r firmware.Rollout, err error) {
	if !isID(id) {
		return r, firmware.ErrRolloutUnknown
	}
	var row rolloutRow
	err = s.once(ctx, "find rollout", func(db executor) error {
		err := db.GetContext(ctx, &row, `SELECT `+rolloutFields+`FROM rollouts r WHERE r.id = $1`, id)
		if err != nil {
			return orElse(err, firmware.ErrRolloutUnknown)
		}
		if r, err = row.rollout(); err != nil {
			return err
		}
		if !r.State.Begun() {
			r.Matching, r.Fitting, err = matching(ctx, db, r.Plan)
			return err
		}
		if r.Groups, err = groupsOf(ctx, db, id); err != nil || r.State != firmware.RolloutRunning {
			return err // nobody's turn comes
		}
		if now := time.Now(); r.Plan.Window != nil && !r.Plan.Window.Open(now) {
			r.OpensAt = r.Plan.Window.NextOpening(now)
		}
		r.Waits, err = waitsOf(ctx, db, id, r.Plan.Decide(r.Groups).Open)
		return err
	})
	if err != nil {
		return r, err
	}
	r.Image, err = s.Image(ctx, r.Plan.ImageID)
	return r, err
}

// rolloutColumns is what rollouts can be sorted by.
var rolloutColumns = map[string]column{
	"created": {"r.created_at", "timestamptz"},
	"updated": {"r.updated_at", "timestamptz"},
	"name":    {"r.name", "text"},
}

// Rollouts is one page of the rollouts in any of the states, each with its place in the order and how all of its scooters stand,
// with one more when there is a next page; and how many there are in all.
func (s *Store) Rollouts(
	ctx context.Context, states []firmware.RolloutState, q listing.Query,
) (list []firmware.Rollout, places []listing.Place, total int, err error) {
	p, err := pageOf(q, rolloutColumns, "r.id", "uuid", 2)
	if err != nil {
		return nil, nil, 0, err
	}
	const matching = `
		FROM rollouts r JOIN firmware_images i ON i.id = r.image_id JOIN models m ON m.id = i.model_id
		WHERE ($1::text[] IS NULL OR r.state = ANY($1)) `
	var rows []struct {
		rolloutRow
		ModelID int64  `db:"model_id"`
		Model   string `db:"model"`
		Version string `db:"version"`
	}
	var standing []struct {
		ID string `db:"rollout_id"`
		tallyRow
	}
	err = s.once(ctx, "list rollouts", func(db executor) error {
		rows, standing = nil, nil
		if err := db.GetContext(ctx, &total, `SELECT count(*)`+matching, texts(states)); err != nil {
			return err
		}
		value, after := after(q)
		err := db.SelectContext(ctx, &rows, `
			SELECT `+rolloutFields+`, i.model_id, m.name AS model, i.version, `+p.place+` AS place`+matching+`AND `+p.beyond+p.order+` LIMIT $4`,
			texts(states), value, after, p.limit)
		if err != nil {
			return orCursor(err)
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		return db.SelectContext(ctx, &standing, `
			SELECT t.rollout_id, `+tallies+`FROM rollout_targets t WHERE t.rollout_id = ANY($1::uuid[]) GROUP BY t.rollout_id`, ids)
	})
	if err != nil {
		return nil, nil, 0, err
	}
	all := map[string]firmware.Tally{}
	for _, t := range standing {
		all[t.ID] = firmware.Tally(t.tallyRow)
	}
	for _, row := range rows {
		r, err := row.rollout()
		if err != nil {
			return nil, nil, 0, err
		}
		r.Groups = []firmware.Group{{Tally: all[r.ID]}}
		r.Image = firmware.Image{ID: r.Plan.ImageID, ModelID: row.ModelID, Model: row.Model, Version: row.Version}
		list, places = append(list, r), append(places, listing.Place{Value: row.Place, ID: row.ID})
	}
	return list, places, total, nil
}
