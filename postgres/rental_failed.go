package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/geo"
)

type tripRow struct {
	RidingNs   int64           `db:"riding_ns"`
	PausedNs   int64           `db:"paused_ns"`
	Meters     int64           `db:"meters"`
	UnlockedAt sql.NullTime    `db:"unlocked_at"`
	StoppedAt  sql.NullTime    `db:"stopped_at"`
	FromLat    sql.NullFloat64 `db:"begin_lat"`
	FromLng    sql.NullFloat64 `db:"begin_lng"`
	FromAt     sql.NullTime    `db:"begin_seen_at"`
	ToLat      sql.NullFloat64 `db:"end_lat"`
	ToLng      sql.NullFloat64 `db:"end_lng"`
	ToAt       sql.NullTime    `db:"end_seen_at"`
}

func (r tripRow) trip() rental.Trip {
	return rental.Course{
		Usage:    fare.Usage{Riding: time.Duration(r.RidingNs), Paused: time.Duration(r.PausedNs), Meters: r.Meters},
		Unlocked: r.UnlockedAt.Time, Stopped: r.StoppedAt.Time,
		AtUnlock: sighted(r.FromLat, r.FromLng, r.FromAt), AtTheEnd: sighted(r.ToLat, r.ToLng, r.ToAt),
	}.Trip()
}

func sighted(lat, lng sql.NullFloat64, at sql.NullTime) fleet.Sighted {
	if !lat.Valid || !at.Valid {
		return fleet.Sighted{}
	}
	return fleet.Sighted{Position: geo.Point{Lat: lat.Float64, Lng: lng.Float64}, At: at.Time}
}

// Trip is how far a ride went that is over, from where the scooter was seen when it was taken.
func (s *Store) Trip(ctx context.Context, rentalID string) (t rental.Trip, err error) {
	if !isID(rentalID) {
		return t, rental.ErrUnknown
	}
	err = s.once(ctx, "trip", func(db executor) error {
		t, err = tripOn(ctx, db, rentalID)
		return err
	})
	return t, err
}

func tripOn(ctx context.Context, db executor, rentalID string) (rental.Trip, error) {
	var row tripRow
	err := db.GetContext(ctx, &row, `
		SELECT riding_ns, paused_ns, meters, unlocked_at, stopped_at, begin_lat, begin_lng, begin_seen_at, end_lat, end_lng, end_seen_at
		FROM rentals WHERE id = $1`, rentalID)
	return row.trip(), orElse(err, rental.ErrUnknown)
}

// ClaimFailed gives a rider the price of a ride back that failed, once: it is void while it is not charged, and refunded after.
// It refuses with rental.ErrUnknown, rental.ErrState while the rider rides, rental.ErrNotFailed by the rule,
// rental.ErrFailedOver, and wallet.ErrNothingLeft.
func (s *Store) ClaimFailed(ctx context.Context, riderID, rentalID string, rule rental.FailedRule) (after wallet.Settlement, err error) {
	err = s.atomically(ctx, "claim a failed ride", func(tx executor) error {
		r, err := lockRidden(ctx, tx, rentalID)
		switch {
		case err != nil:
			return err
		case r.RiderID != riderID:
			return rental.ErrUnknown
		}
		q := wallet.RefundRequest{Key: "failed/" + rentalID, RentalID: rentalID, Why: rental.FailedClaimed}
		if again, err := refundAgain(ctx, tx, r, q); err != nil || again {
			after = r.settlement()
			return err
		}
		trip, err := tripOn(ctx, tx, rentalID)
		switch {
		case err != nil:
			return err
		case r.Outcome != rental.Ridden:
			return rental.ErrState
		case !rule.Failed(trip):
			return rental.ErrNotFailed
		}
		if spent, err := failedSpent(ctx, tx, riderID); err != nil || spent {
			return cmp.Or(err, error(rental.ErrFailedOver))
		}
		after, err = refundOn(ctx, tx, r, q)
		return err
	})
	return after, err
}

// WaiveUnmoved voids a ride on which the scooter did not move, by the rule, unless it is settled already or its rider has had as many
// failed rides lately as may be: then it is charged like any other. It tells whether the ride is void.
func (s *Store) WaiveUnmoved(ctx context.Context, rentalID string, rule rental.FailedRule) (waived bool, err error) {
	trip, err := s.Trip(ctx, rentalID)
	if err != nil || !rule.Unmoved(trip) {
		return false, err
	}
	err = s.atomically(ctx, "waive a failed ride", func(tx executor) error {
		r, err := lockRidden(ctx, tx, rentalID)
		waived = r.Waived
		if err != nil || r.Waived || r.Charged > 0 {
			return err
		}
		if spent, err := failedSpent(ctx, tx, r.RiderID); err != nil || spent {
			return err
		}
		_, err = bookOn(ctx, tx, wallet.Waive(rentalID, r.RiderID, r.Currency, rental.FailedUnmoved))
		waived = err == nil
		if errors.Is(err, wallet.ErrKeyConflict) { // charged, though the rider's wallet paid nothing
			return nil
		}
		return err
	})
	return waived && err == nil, err
}

// failedSpent reports whether a rider has had as many failed rides lately as may be, said or seen. Others who ask for the same
// rider wait until the transaction is over, so that none is one too many.
func failedSpent(ctx context.Context, tx executor, riderID string) (bool, error) {
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 2))`, riderID); err != nil {
		return false, err
	}
	var failed int
	err := tx.GetContext(ctx, &failed, `
		SELECT count(DISTINCT t.id) FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
			JOIN ledger_transactions t ON t.id = e.transaction_id
		WHERE a.rider_id = $1 AND t.note = ANY($2) AND t.booked_at > now() - make_interval(secs => $3)`,
		riderID, []string{rental.FailedClaimed, rental.FailedUnmoved}, rental.FailedSpan.Seconds())
	return failed >= rental.FailedClaims, err
}
