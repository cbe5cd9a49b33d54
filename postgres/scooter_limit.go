package postgres

import (
	"context"
	"time"

	"rodada/domain/fleet"
)

// SetScooterLimit keeps the speed limit in km/h that the scooter took from staff at a moment, within what its model can
// drive. A limit that it took later stays; a plate that nobody has is fleet.ErrScooterUnknown.
func (s *Store) SetScooterLimit(ctx context.Context, plate string, kmh int, at time.Time) error {
	return s.once(ctx, "set scooter limit", func(db executor) error {
		var found bool
		err := db.GetContext(ctx, &found, `
			WITH changed AS (
				UPDATE scooters s SET limit_kmh = greatest(1, least($2, m.max_kmh)), limit_set_at = $3, updated_at = now()
				FROM models m
				WHERE m.id = s.model_id AND s.plate = $1 AND (s.limit_set_at IS NULL OR s.limit_set_at < $3)
			)
			SELECT true FROM scooters WHERE plate = $1`, plate, kmh, at)
		return orElse(err, fleet.ErrScooterUnknown)
	})
}
