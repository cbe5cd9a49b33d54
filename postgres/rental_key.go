package postgres

import (
	"context"

	"rodada/domain/rental"
)

// AddKey gives a rider's rental one more key, such as that of unlocking a reservation, and returns the rental that the key
// belongs to: another one when the key was used before, rental.ErrKeyReused when that was for another request, and
// rental.ErrUnknown when the rental is not the rider's.
func (s *Store) AddKey(ctx context.Context, riderID, key, digest, rentalID string) (rentalOfKey string, err error) {
	if !isID(riderID) || !isID(rentalID) {
		return "", rental.ErrUnknown
	}
	var stored struct {
		Rental string `db:"rental_id"`
		Digest string `db:"digest"`
	}
	err = s.once(ctx, "add key", func(db executor) error {
		// An update that changes nothing returns the row that is there.
		return db.GetContext(ctx, &stored, `
			INSERT INTO rental_keys AS k (rider_id, key, rental_id, digest) VALUES ($1, $2, $3, $4)
			ON CONFLICT ON CONSTRAINT rental_keys_pkey DO UPDATE SET key = k.key RETURNING rental_id, digest`,
			riderID, key, rentalID, digest)
	})
	if err == nil && stored.Digest != digest {
		err = rental.ErrKeyReused
	}
	if err != nil {
		return "", err
	}
	return stored.Rental, nil
}
