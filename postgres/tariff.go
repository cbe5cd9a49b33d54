package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"rodada/domain/fare"
)

// StandardTariff is the ID of the tariff of every model that has none of its own.
const StandardTariff = "standard"

// ErrNoTariff says that a model has no tariff and there is no standard one either: nobody has set up the prices.
var ErrNoTariff = errors.New("postgres: no tariff for this model and no standard tariff")

// CreateTariff stores the next version of a tariff, the first when its ID is new, and returns it with its number. It is in
// force for rentals opened from now on.
func (s *Store) CreateTariff(ctx context.Context, t fare.Tariff) (fare.Tariff, error) {
	err := s.atomically(ctx, "create tariff", func(tx executor) error {
		err := tx.GetContext(ctx, &t.Version, `
			INSERT INTO tariffs (id, version) VALUES ($1, 1)
			ON CONFLICT (id) DO UPDATE SET version = tariffs.version + 1 RETURNING version`, t.ID)
		if err != nil {
			return err
		}
		plan, err := jsonText(&t)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO tariff_versions (tariff_id, version, name, currency, plan) VALUES ($1, $2, $3, $4, $5)`,
			t.ID, t.Version, t.Name, t.Currency, plan)
		return err
	})
	return t, err
}

// AssignTariff gives a model a tariff of its own, or with an empty ID the standard one again.
func (s *Store) AssignTariff(ctx context.Context, modelID int64, tariffID string) error {
	return s.once(ctx, "assign tariff", func(db executor) error {
		_, err := db.ExecContext(ctx, `UPDATE models SET tariff_id = $2 WHERE id = $1`, modelID, nullText(tariffID))
		return err
	})
}

// CurrentTariff is the newest version of the model's tariff, or of the standard one.
func (s *Store) CurrentTariff(ctx context.Context, modelID int64) (fare.Tariff, error) {
	var t fare.Tariff
	err := s.once(ctx, "current tariff", func(db executor) error {
		var plan []byte
		err := db.GetContext(ctx, &plan, `
			SELECT v.plan FROM tariffs t JOIN tariff_versions v ON v.tariff_id = t.id AND v.version = t.version
			WHERE t.id = coalesce((SELECT tariff_id FROM models WHERE id = $1), $2)`, modelID, StandardTariff)
		if err != nil {
			return orElse(err, fmt.Errorf("%w: model %d", ErrNoTariff, modelID))
		}
		return json.Unmarshal(plan, &t)
	})
	return t, err
}
