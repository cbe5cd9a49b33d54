package postgres

import (
	"context"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/staff"
)

// DecideRollout does what staff decide, in the name of who acts: firmware.ErrRolloutUnknown, and what Rollout.After and the
// start refuse. What is done already changes nothing, and is not in the audit log again.
func (s *Store) DecideRollout(ctx context.Context, d firmware.Decision) (firmware.Rollout, error) {
	if !isID(d.RolloutID) {
		return firmware.Rollout{}, firmware.ErrRolloutUnknown
	}
	err := s.atomically(ctx, "decide on rollout", func(tx executor) error {
		r, _, err := lockRollout(ctx, tx, d.RolloutID)
		if err != nil {
			return err
		}
		after, err := r.After(d.Deed, d.By, d.FourEyes)
		if err != nil {
			return err
		}
		if d.Deed == firmware.Resume { // nor does one go on that has not noticed yet
			if err := installable(ctx, tx, r.Plan.ImageID); err != nil {
				return err
			}
		}
		if after == r.State && d.Deed != firmware.Retry {
			return nil
		}
		scooters, err := carryOut(ctx, tx, r, d)
		if err != nil {
			return err
		}
		before := facts{"state": r.State}
		if r.Halt != "" {
			before["halt"] = r.Halt
		}
		if err := moveRollout(ctx, tx, r, after, d); err != nil {
			return err
		}
		became := facts{"state": after}
		if scooters > 0 {
			became["scooters"] = scooters
		}
		return audit(ctx, tx, staff.Deed{
			Action: "rollout." + string(d.Deed), Subject: r.ID, Reason: d.Reason, Before: before, After: became,
		})
	})
	if err != nil {
		return firmware.Rollout{}, err
	}
	return s.Rollout(ctx, d.RolloutID)
}

// carryOut does to the scooters what a decision means for them, and says to how many.
func carryOut(ctx context.Context, tx executor, r firmware.Rollout, d firmware.Decision) (scooters int64, err error) {
	switch d.Deed {
	case firmware.Start:
		return chooseTargets(ctx, tx, r)
	case firmware.Resume:
		if r.Halt == firmware.HaltStaff {
			return 0, nil // what the thresholds say holds on
		}
		return 0, excuse(ctx, tx, r)
	case firmware.Retry:
		return retryTargets(ctx, tx, r.ID)
	}
	return 0, nil
}

// moveRollout gives a rollout its new state.
func moveRollout(ctx context.Context, tx executor, r firmware.Rollout, to firmware.RolloutState, d firmware.Decision) error {
	halt, group := firmware.Halt(""), 0
	if to == firmware.RolloutPaused {
		halt = firmware.HaltStaff
		if r.Halt != "" {
			halt, group = r.Halt, r.HaltGroup
		}
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE rollouts SET state = $2, halt = $3, halt_group = $4, reason = $5, updated_at = now(),
			approved_by = CASE WHEN $2 = 'draft' THEN NULL WHEN $6 THEN $8::uuid ELSE approved_by END,
			started_by = CASE WHEN $7 THEN $8::uuid ELSE started_by END,
			started_at = CASE WHEN $7 THEN now() ELSE started_at END,
			ended_at = CASE WHEN $2 IN ('stopped', 'finished') THEN now() END
		WHERE id = $1`,
		r.ID, to, halt, group, d.Reason, d.Deed == firmware.Approve, d.Deed == firmware.Start, nullText(d.By))
	if err != nil || r.Halt == "" || to == firmware.RolloutPaused {
		return err
	}
	// Whoever lets it go on, or stops it, has seen why it was paused.
	var closed []alertRow
	err = tx.SelectContext(ctx, &closed, `
		UPDATE alerts SET closed_at = now(), closed_by = $2 WHERE rollout_id = $1 AND closed_at IS NULL RETURNING `+alertColumns, r.ID, staff.System)
	if err != nil || len(closed) == 0 {
		return err
	}
	return tell(ctx, tx, staff.AlertClosed, closed[0].alert())
}

// chooseTargets fixes which scooters a rollout has, and shares them out among its groups in an order that has nothing to do with
// their plates, so that each group is a fair sample.
func chooseTargets(ctx context.Context, tx executor, r firmware.Rollout) (int64, error) {
	if err := installable(ctx, tx, r.Plan.ImageID); err != nil {
		return 0, err
	}
	var fit []struct {
		ID      int64  `db:"id"`
		Runs    string `db:"firmware"`
		Version string `db:"version"`
	}
	err := tx.SelectContext(ctx, &fit,
		`SELECT s.id, s.firmware, i.version`+matchingTargets+`ORDER BY md5($6::text || s.id::text), s.id`, append(targetFilter(r.Plan), r.ID)...)
	if err != nil {
		return 0, err
	}
	ids := make([]int64, 0, len(fit))
	for _, f := range fit {
		if r.Plan.Takes(f.Version, f.Runs) {
			ids = append(ids, f.ID)
		}
	}
	if len(ids) == 0 && !r.Plan.Late {
		return 0, firmware.ErrRolloutEmpty
	}
	sizes := r.Plan.Sizes(len(ids))
	groups := make([]int, 0, len(ids))
	for i, size := range sizes {
		for range size {
			groups = append(groups, i+1)
		}
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO rollout_groups (rollout_id, number) SELECT $1, generate_series(1, $2)`, r.ID, len(sizes))
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO rollout_targets (rollout_id, scooter_id, number, position)
		SELECT $1, scooter, number, row_number() OVER (PARTITION BY number ORDER BY n)
		FROM unnest($2::bigint[], $3::integer[]) WITH ORDINALITY AS chosen(scooter, number, n)`, r.ID, ids, groups)
	return int64(len(ids)), err
}

// excuse lets a rollout go on that its thresholds had paused.
func excuse(ctx context.Context, tx executor, r firmware.Rollout) error {
	groups, err := groupsOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, g := range groups {
		g = r.Plan.Resumed(g)
		_, err := tx.ExecContext(ctx, `UPDATE rollout_groups SET excused = $3, passed = $4 WHERE rollout_id = $1 AND number = $2`,
			r.ID, g.Number, g.Excused, g.Passed)
		if err != nil {
			return err
		}
	}
	return nil
}

// retryTargets gives the failed another turn, and those that were silent for too long; what staff had seen of errors is no more than what is left of them.
func retryTargets(ctx context.Context, tx executor, id string) (int64, error) {
	result, err := tx.ExecContext(ctx, `
		UPDATE rollout_targets SET state = 'pending', trouble = '', waits = 0, silent_since = NULL, updated_at = now()
		WHERE rollout_id = $1 AND (state = 'failed' OR state = 'skipped' AND trouble = 'silent')`, id)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, firmware.ErrNoneFailed
	}
	_, err = tx.ExecContext(ctx, `
		UPDATE rollout_groups g SET excused = least(excused, (
			SELECT count(*) FROM rollout_targets t WHERE t.rollout_id = g.rollout_id AND t.number = g.number AND t.state = 'parked'))
		WHERE rollout_id = $1`, id)
	return n, err
}

// settleRollout writes down what a rollout came to by itself. One that paused itself is an alert, and in the audit log.
func settleRollout(ctx context.Context, tx executor, r firmware.Rollout, now time.Time) error {
	_, err := tx.ExecContext(ctx, `
		UPDATE rollouts SET state = $2, halt = $3, halt_group = $4, updated_at = $5::timestamptz,
			ended_at = CASE WHEN $2 IN ('stopped', 'finished') THEN $5::timestamptz END
		WHERE id = $1`, r.ID, r.State, r.Halt, r.HaltGroup, now)
	if err != nil || r.State != firmware.RolloutPaused {
		return err
	}
	var row alertRow
	err = tx.GetContext(ctx, &row, `
		INSERT INTO alerts (plate, kind, text, rollout_id) VALUES ('', $2, $3, $1)
		ON CONFLICT (rollout_id) WHERE closed_at IS NULL DO UPDATE SET text = excluded.text
		RETURNING `+alertColumns+`, xmax = 0 AS opened`, r.ID, staff.Rollout, r.HaltText())
	if err != nil {
		return err
	}
	if row.Opened {
		if err := tell(ctx, tx, staff.AlertOpened, row.alert()); err != nil {
			return err
		}
	}
	became := facts{"state": r.State, "halt": r.Halt}
	if r.HaltGroup > 0 {
		became["halt_group"] = r.HaltGroup
	}
	return audit(staff.Acting(ctx, staff.Actor{Email: staff.System}), tx, staff.Deed{
		Action: "rollout.pause", Subject: r.ID, Reason: r.HaltText(), Before: facts{"state": firmware.RolloutRunning}, After: became,
	})
}
