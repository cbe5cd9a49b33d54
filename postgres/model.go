package postgres

import (
	"context"

	"rodada/domain/fleet"
	"rodada/domain/staff"
)

const selectModels = `SELECT id, name, strict_json, lowercase_length, max_kmh, range_meters FROM models `

type modelRow struct {
	ID              int64  `db:"id"`
	Name            string `db:"name"`
	StrictJSON      bool   `db:"strict_json"`
	LowercaseLength bool   `db:"lowercase_length"`
	MaxKmh          int    `db:"max_kmh"`
	RangeMeters     int    `db:"range_meters"`
}

// CreateModel stores a make of scooter and returns it with its ID: fleet.ErrModelTaken when there is one of this name.
func (s *Store) CreateModel(ctx context.Context, m fleet.Model) (fleet.Model, error) {
	if err := m.Check(); err != nil {
		return m, err
	}
	err := s.atomically(ctx, "create model", func(tx executor) error {
		err := tx.GetContext(ctx, &m.ID, `
			INSERT INTO models (name, strict_json, lowercase_length, max_kmh, range_meters) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			m.Name, m.StrictJSON, m.LowercaseLength, m.MaxKmh, m.RangeMeters)
		if err != nil {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "model.create", Subject: m.Name, After: modelFacts(m)})
	})
	return m, err
}

// Models lists the makes of scooters by name.
func (s *Store) Models(ctx context.Context) ([]fleet.Model, error) {
	var rows []modelRow
	err := s.once(ctx, "list models", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectModels+`ORDER BY name, id`)
	})
	models := make([]fleet.Model, len(rows))
	for i, r := range rows {
		models[i] = fleet.Model(r)
	}
	return models, err
}

// ChangeModel changes a make of scooter: fleet.ErrModelUnknown, fleet.ErrModelTaken. Limits of scooters that the model can no
// longer drive come down with it.
func (s *Store) ChangeModel(ctx context.Context, id int64, edit fleet.ModelEdit) (fleet.Model, error) {
	var after fleet.Model
	err := s.atomically(ctx, "change model", func(tx executor) error {
		var row modelRow
		if err := tx.GetContext(ctx, &row, selectModels+`WHERE id = $1 FOR UPDATE`, id); err != nil {
			return orElse(err, fleet.ErrModelUnknown)
		}
		before := fleet.Model(row)
		var err error
		if after, err = edit.Apply(before); err != nil || after == before {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE models SET name = $2, strict_json = $3, lowercase_length = $4, max_kmh = $5, range_meters = $6, updated_at = now()
			WHERE id = $1`, id, after.Name, after.StrictJSON, after.LowercaseLength, after.MaxKmh, after.RangeMeters)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE scooters SET limit_kmh = $2, updated_at = now() WHERE model_id = $1 AND limit_kmh > $2`, id, after.MaxKmh)
		if err != nil {
			return err
		}
		return audit(ctx, tx, changed(staff.Deed{Action: "model.change", Subject: before.Name}, modelFacts(before), modelFacts(after)))
	})
	return after, err
}
