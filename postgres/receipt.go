package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/receipt"
	"rodada/domain/rental"
)

const receiptOf = `SELECT number, issued_at FROM receipts WHERE rental_id = $1`

// IssueReceipt gives the receipt of a ride that is over its number, the next of all, and its date, once: rental.ErrUnknown.
func (s *Store) IssueReceipt(ctx context.Context, rentalID string) (i receipt.Issue, err error) {
	if !isID(rentalID) {
		return i, rental.ErrUnknown
	}
	var row struct {
		Number int64     `db:"number"`
		At     time.Time `db:"issued_at"`
	}
	err = s.once(ctx, "receipt", func(db executor) error { return db.GetContext(ctx, &row, receiptOf, rentalID) })
	if errors.Is(err, sql.ErrNoRows) {
		err = s.atomically(ctx, "issue a receipt", func(tx executor) error {
			// Whoever issues another waits here, so that no number is left out.
			var last int64
			if err := tx.GetContext(ctx, &last, `SELECT last FROM receipt_numbers FOR UPDATE`); err != nil {
				return err
			}
			err := tx.GetContext(ctx, &row, receiptOf, rentalID)
			if !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE receipt_numbers SET last = $1`, last+1); err != nil {
				return err
			}
			return tx.GetContext(ctx, &row, `
				INSERT INTO receipts (rental_id, number, issued_at) SELECT id, $2, clock_timestamp() FROM rentals WHERE id = $1 RETURNING number, issued_at`,
				rentalID, last+1)
		})
		err = orElse(err, rental.ErrUnknown)
	}
	return receipt.Issue{Number: row.Number, At: row.At.UTC()}, err
}
