package postgres

import (
	"context"
	"time"

	"rodada/domain/rental"
)

// sentForRental is whose the sends of a rental are, beside a table was with that rental.
const sentForRental = `SELECT scooter_id, plate, 'rental' AS origin, id::text AS origin_id FROM was`

var addEvent = `
	WITH was AS (
		SELECT id, scooter_id, plate FROM rentals WHERE id = $1
	), sent AS (` + insertSends(sentForRental, "$7") + `
	)
	INSERT INTO rental_events (rental_id, seq, kind, cause, at, note, staff_id)
	VALUES ($1, $2, $3, $4, $5, $6, (SELECT id FROM staff WHERE id = $8))
	ON CONFLICT ON CONSTRAINT rental_events_pkey DO NOTHING`

// AddEvent adds a line to a rental's history, once for each Seq, and what the scooter was sent since the last one; it
// changes nothing else, and may come after the end.
func (s *Store) AddEvent(ctx context.Context, rentalID string, e rental.Event) error {
	if !isID(rentalID) {
		return rental.ErrUnknown
	}
	sends, err := sendsText(e.Sends)
	if err != nil {
		return err
	}
	return s.once(ctx, "add rental event", func(db executor) error {
		_, err := db.ExecContext(ctx, addEvent, rentalID, e.Seq, e.Kind, e.Cause, e.At, e.Note, sends, staffColumn(e.StaffID))
		return err
	})
}

// RentalEvents is the history of a rental in its order; whose it is, the caller has checked.
func (s *Store) RentalEvents(ctx context.Context, rentalID string) ([]rental.Event, error) {
	if !isID(rentalID) {
		return nil, rental.ErrUnknown
	}
	var rows []struct {
		Seq   int          `db:"seq"`
		Kind  string       `db:"kind"`
		Cause rental.Cause `db:"cause"`
		At    time.Time    `db:"at"`
		Note  string       `db:"note"`
		Staff string       `db:"staff_id"`
		Email string       `db:"email"`
	}
	err := s.once(ctx, "rental events", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT e.seq, e.kind, e.cause, e.at, e.note, coalesce(e.staff_id::text, '') AS staff_id, coalesce(s.email, '') AS email
			FROM rental_events e LEFT JOIN staff s ON s.id = e.staff_id WHERE e.rental_id = $1 ORDER BY e.seq`, rentalID)
	})
	events := make([]rental.Event, len(rows))
	for i, r := range rows {
		events[i] = rental.Event{
			Seq: r.Seq, Kind: r.Kind, Cause: r.Cause, At: r.At.UTC(), Note: r.Note, StaffID: r.Staff, StaffEmail: r.Email,
		}
	}
	return events, err
}
