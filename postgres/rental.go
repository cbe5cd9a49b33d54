package postgres

import (
	"context"
	"errors"
	"time"

	"rodada/domain/rental"
)

// Rental reads a rider's own rental: rental.ErrUnknown when there is none with this ID or it is somebody else's. One whose
// workflow never began in orphanAfter is voided first.
func (s *Store) Rental(ctx context.Context, riderID, id string, orphanAfter time.Duration) (rental.Rental, error) {
	if !isID(id) || !isID(riderID) {
		return rental.Rental{}, rental.ErrUnknown
	}
	const own = `WHERE r.id = $1 AND r.rider_id = $2`
	row, err := s.rental(ctx, own, id, riderID)
	if err != nil {
		return rental.Rental{}, err
	}
	if row.Outcome == rental.Open && !row.RunID.Valid {
		voided, err := s.voidIfOrphan(ctx, id, orphanAfter)
		if err != nil {
			return rental.Rental{}, err
		}
		if voided {
			if row, err = s.rental(ctx, own, id, riderID); err != nil {
				return rental.Rental{}, err
			}
		}
	}
	return row.rental()
}

// voidIfOrphan judges the age by the database's clock, which also wrote it.
func (s *Store) voidIfOrphan(ctx context.Context, id string, after time.Duration) (bool, error) {
	var old bool
	err := s.once(ctx, "age of rental", func(db executor) error {
		return db.GetContext(ctx, &old, `SELECT created_at < now() - make_interval(secs => $2) FROM rentals WHERE id = $1`, id, after.Seconds())
	})
	if err != nil || !old {
		return false, err
	}
	return true, s.voidOrphan(ctx, id)
}

// RentalForStaff reads any rental, or rental.ErrUnknown.
func (s *Store) RentalForStaff(ctx context.Context, id string) (rental.Rental, error) {
	if !isID(id) {
		return rental.Rental{}, rental.ErrUnknown
	}
	row, err := s.rental(ctx, `WHERE r.id = $1`, id)
	if err != nil {
		return rental.Rental{}, err
	}
	return row.rental()
}

// OpenRentalOf is the rental that keeps a rider busy, if there is one.
func (s *Store) OpenRentalOf(ctx context.Context, riderID string) (rental.Rental, bool, error) {
	if !isID(riderID) {
		return rental.Rental{}, false, nil
	}
	return ifAny(s.rental(ctx, `WHERE r.rider_id = $1 AND r.outcome = ''`, riderID))
}

// HeldRental is the rental that holds a scooter, if there is one; its rider may be out already.
func (s *Store) HeldRental(ctx context.Context, plate string) (rental.Rental, bool, error) {
	return ifAny(s.rental(ctx, `WHERE r.scooter_id = (SELECT id FROM scooters WHERE plate = $1) AND r.state NOT IN ('ended', 'void')`, plate))
}

// maxRentals bounds one page of rentals.
const maxRentals = 500

// Rentals lists those of a rider's rentals that a filter picks, newest first and at most limit: all, or those opened before the
// rental with an ID.
func (s *Store) Rentals(ctx context.Context, f rental.Filter, limit int, before string) ([]rental.Rental, error) {
	if !isID(f.RiderID) || before != "" && !isID(before) {
		return nil, nil
	}
	p, err := s.pickRentals(ctx, f)
	if err != nil {
		return nil, err
	}
	if before != "" {
		p.where(`(r.created_at, r.id) < (SELECT b.created_at, b.id FROM rentals b WHERE b.id = ? AND b.rider_id = ?)`, before, f.RiderID)
	}
	statement := selectRentals + p.String() + `ORDER BY r.created_at DESC, r.id DESC LIMIT ` + p.arg(max(0, min(limit, maxRentals)))
	var rows []rentalRow
	err = s.once(ctx, "rentals of rider", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, statement, p.args...)
	})
	if err != nil {
		return nil, err
	}
	rentals := make([]rental.Rental, len(rows))
	for i, row := range rows {
		if rentals[i], err = row.rental(); err != nil {
			return nil, err
		}
	}
	return rentals, nil
}

func (s *Store) rental(ctx context.Context, where string, args ...any) (rentalRow, error) {
	var row rentalRow
	err := s.once(ctx, "rental", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, selectRentals+where, args...), rental.ErrUnknown)
	})
	return row, err
}

// ifAny makes of "unknown" that there is none.
func ifAny(row rentalRow, err error) (rental.Rental, bool, error) {
	if errors.Is(err, rental.ErrUnknown) {
		return rental.Rental{}, false, nil
	}
	if err != nil {
		return rental.Rental{}, false, err
	}
	r, err := row.rental()
	return r, err == nil, err
}
