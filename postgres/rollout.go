package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"

	"rodada/domain/firmware"
	"rodada/domain/staff"
)

// CreateRollout stores the draft of a rollout, in the name of CreatedBy: firmware.ErrRolloutInvalid, ErrImageUnknown, ErrRetired. The
// same ID and plan again changes nothing; with another plan it is firmware.ErrRolloutExists.
func (s *Store) CreateRollout(ctx context.Context, r firmware.Rollout) (firmware.Rollout, error) {
	err := s.atomically(ctx, "create rollout", func(tx executor) error {
		r.Plan = r.Plan.Tidy()
		plan, err := jsonOf(r.Plan)
		if err != nil {
			return err
		}
		if err := samePlan(ctx, tx, r.ID, plan.String); !errors.Is(err, firmware.ErrRolloutUnknown) {
			return err
		}
		if err := makesSense(ctx, tx, r.Plan); err != nil {
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

// samePlan refuses an ID that another plan has: firmware.ErrRolloutUnknown when none has it.
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
		r.Plan = r.Plan.Tidy()
		if err := makesSense(ctx, tx, r.Plan); err != nil {
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

// DeleteRollout forgets a draft: firmware.ErrRolloutUnknown, ErrNotDraft. The audit log keeps its plan.
func (s *Store) DeleteRollout(ctx context.Context, id string) error {
	if !isID(id) {
		return firmware.ErrRolloutUnknown
	}
	return s.atomically(ctx, "delete rollout", func(tx executor) error {
		r, _, err := lockRollout(ctx, tx, id)
		if err != nil {
			return err
		}
		if r.State != firmware.RolloutDraft {
			return firmware.ErrNotDraft
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM rollouts WHERE id = $1`, id); err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "rollout.delete", Subject: id, Before: r.Plan})
	})
}

// planFacts is a plan field by field.
func planFacts(p firmware.Plan) (plan facts, err error) {
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return plan, json.Unmarshal(text, &plan)
}
