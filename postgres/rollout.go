package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
)

// CreateRollout stores the draft of a rollout, in the name of CreatedBy: firmware.ErrRolloutInvalid, ErrImageUnknown, ErrRetired. The
// same ID and plan again changes nothing; with another plan it is firmware.ErrRolloutExists.
func (s *Store) CreateRollout(ctx context.Context, r firmware.Rollout) (firmware.Rollout, error) {
	if err := r.Plan.Check(); err != nil {
		return r, err
	}
	err := s.atomically(ctx, "create rollout", func(tx executor) error {
		if err := installable(ctx, tx, r.Plan.ImageID); err != nil {
			return err
		}
		if err := knownIn(ctx, tx, r.Plan.Filter); err != nil {
			return err
		}
		plan, err := jsonOf(r.Plan)
		if err != nil {
			return err
		}
		result, err := tx.ExecContext(ctx, `
			INSERT INTO rollouts (id, name, image_id, plan, created_by, changed_by, authors) VALUES ($1, $2, $3, $4, $5, $5, ARRAY[$5::uuid])
			ON CONFLICT (id) DO NOTHING`, r.ID, r.Plan.Name, r.Plan.ImageID, plan, r.CreatedBy)
		if err != nil {
			return err
		}
		switch n, err := result.RowsAffected(); {
		case err != nil:
			return err
		case n == 0:
			return samePlan(ctx, tx, r.ID, plan.String)
		}
		return audit(ctx, tx, staff.Deed{Action: "rollout.create", Subject: r.ID, After: r.Plan})
	})
	if err != nil {
		return r, err
	}
	return s.Rollout(ctx, r.ID)
}

// samePlan refuses an ID that another plan has.
func samePlan(ctx context.Context, tx executor, id, plan string) error {
	r, _, err := lockRollout(ctx, tx, id)
	if err != nil {
		return err
	}
	if has, err := jsonOf(r.Plan); err != nil || has.String != plan {
		return cmp.Or(err, error(firmware.ErrRolloutExists))
	}
	return nil
}

// knownIn refuses a filter that names scooters or stations that there are not.
func knownIn(ctx context.Context, tx executor, f firmware.Selection) error {
	for _, of := range []struct {
		field, what, query string
		named              []string
	}{
		{"plates", "scooter with the plate", `SELECT n FROM unnest($1::text[]) n WHERE NOT EXISTS (SELECT FROM scooters WHERE plate = n) LIMIT 10`, f.Plates},
		{"stations", "station", `SELECT n FROM unnest($1::text[]) n WHERE n <> $2 AND NOT EXISTS (SELECT FROM stations WHERE id::text = n) LIMIT 10`, f.Stations},
	} {
		args := []any{of.named, fleet.FreeFloating}
		if of.field == "plates" {
			args = args[:1]
		}
		var unknown []string
		if err := tx.SelectContext(ctx, &unknown, of.query, args...); err != nil {
			return err
		}
		if len(unknown) > 0 {
			return firmware.ErrRolloutInvalid.Saying("There is no %s %s.", of.what, strings.Join(unknown, ", ")).
				With("field", "filter."+of.field).With("unknown", unknown)
		}
	}
	return nil
}

// installable refuses an image that no rollout may have.
func installable(ctx context.Context, tx executor, imageID string) error {
	if !isID(imageID) {
		return firmware.ErrImageUnknown
	}
	var retired bool
	err := tx.GetContext(ctx, &retired, `SELECT retired_at IS NOT NULL FROM firmware_images WHERE id = $1`, imageID)
	switch {
	case err != nil:
		return orElse(err, firmware.ErrImageUnknown)
	case retired:
		return firmware.ErrRetired
	}
	return nil
}

// ChangeRollout changes the plan of a draft: firmware.ErrRolloutUnknown, ErrNotDraft, and what CreateRollout refuses.
func (s *Store) ChangeRollout(ctx context.Context, id, by string, change func(*firmware.Plan)) (firmware.Rollout, error) {
	if !isID(id) {
		return firmware.Rollout{}, firmware.ErrRolloutUnknown
	}
	err := s.atomically(ctx, "change rollout", func(tx executor) error {
		r, _, err := lockRollout(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != firmware.RolloutDraft {
			return firmware.ErrNotDraft
		}
		before, err := planFacts(r.Plan)
		if err != nil {
			return err
		}
		change(&r.Plan)
		if err := r.Plan.Check(); err != nil {
			return err
		}
		if err := installable(ctx, tx, r.Plan.ImageID); err != nil {
			return err
		}
		if err := knownIn(ctx, tx, r.Plan.Filter); err != nil {
			return err
		}
		plan, err := jsonOf(r.Plan)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE rollouts SET name = $2, image_id = $3, plan = $4, changed_by = $5, updated_at = now(),
				authors = CASE WHEN $5 = ANY (authors) THEN authors ELSE authors || $5::uuid END
			WHERE id = $1`,
			id, r.Plan.Name, r.Plan.ImageID, plan, by)
		if err != nil {
			return err
		}
		after, err := planFacts(r.Plan)
		if err != nil {
			return err
		}
		return audit(ctx, tx, changed(staff.Deed{Action: "rollout.change", Subject: id}, before, after))
	})
	if err != nil {
		return firmware.Rollout{}, err
	}
	return s.Rollout(ctx, id)
}

// planFacts is a plan field by field.
func planFacts(p firmware.Plan) (plan facts, err error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return plan, json.Unmarshal(text, &plan)
}

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
			r.Matching, err = matching(ctx, db, r.Plan)
			return err
		}
		if r.Groups, err = groupsOf(ctx, db, id); err != nil || r.State.Over() {
			return err
		}
		if now := time.Now(); r.State == firmware.RolloutRunning && r.Plan.Window != nil && !r.Plan.Window.Open(now) {
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

// matching counts the scooters that a plan would take now.
func matching(ctx context.Context, db executor, p firmware.Plan) (n int, err error) {
	var rows []struct {
		Runs     string `db:"firmware"`
		Version  string `db:"version"`
		Scooters int    `db:"scooters"`
	}
	err = db.SelectContext(ctx, &rows, `SELECT s.firmware, i.version, count(*) AS scooters`+matchingTargets+`GROUP BY s.firmware, i.version`, targetFilter(p)...)
	for _, r := range rows {
		if p.Takes(r.Version, r.Runs) {
			n += r.Scooters
		}
	}
	return n, err
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
