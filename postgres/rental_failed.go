package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/geo"
)

type tripRow struct {
	RidingNs int64           `db:"riding_ns"`
	PausedNs int64           `db:"paused_ns"`
	Meters   int64           `db:"meters"`
	FromLat  sql.NullFloat64 `db:"from_lat"`
	FromLng  sql.NullFloat64 `db:"from_lng"`
	ToLat    sql.NullFloat64 `db:"end_lat"`
	ToLng    sql.NullFloat64 `db:"end_lng"`
}

func (r tripRow) trip() rental.Trip {
	t := rental.Trip{Usage: fare.Usage{Riding: time.Duration(r.RidingNs), Paused: time.Duration(r.PausedNs), Meters: r.Meters}}
	if r.FromLat.Valid {
		t.From = &geo.Point{Lat: r.FromLat.Float64, Lng: r.FromLng.Float64}
	}
	if r.ToLat.Valid {
		t.To = &geo.Point{Lat: r.ToLat.Float64, Lng: r.ToLng.Float64}
	}
	return t
}

// Trip is how far a ride went that is over, as far as the books know: from where the scooter stood when it was taken.
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
		SELECT r.riding_ns, r.paused_ns, r.meters, r.end_lat, r.end_lng, e.lat AS from_lat, e.lng AS from_lng
		FROM rentals r LEFT JOIN LATERAL (
			SELECT lat, lng FROM scooter_events WHERE scooter_id = r.scooter_id AND rental_id = r.id ORDER BY id LIMIT 1
		) e ON true WHERE r.id = $1`, rentalID)
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
		// Two claims of one rider wait for each other here, so that none is one too many.
		var id string
		if err := tx.GetContext(ctx, &id, `SELECT id FROM riders WHERE id = $1 FOR NO KEY UPDATE`, riderID); err != nil {
			return err
		}
		var claims int
		err = tx.GetContext(ctx, &claims, `
			SELECT count(DISTINCT t.id) FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
				JOIN ledger_transactions t ON t.id = e.transaction_id
			WHERE a.rider_id = $1 AND t.note = $2 AND t.booked_at > now() - make_interval(secs => $3)`,
			riderID, rental.FailedClaimed, rental.FailedSpan.Seconds())
		if err != nil {
			return err
		}
		if claims >= rental.FailedClaims {
			return rental.ErrFailedOver
		}
		after, err = refundOn(ctx, tx, r, q)
		return err
	})
	return after, err
}
