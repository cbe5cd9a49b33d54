package postgres

import (
	"context"
	"time"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

// ReleaseRental ends the rental that holds a scooter and puts the scooter into maintenance: staff's way out when no workflow
// drives the rental any more. A ride that was not over yet is void, for nobody measured it; one that was over stays as it was
// decided. rental.ErrUnknown when nobody holds the scooter.
func (s *Store) ReleaseRental(ctx context.Context, plate, by, reason string) error {
	return s.atomically(ctx, "release rental", func(tx executor) error {
		var held struct {
			ID      string         `db:"id"`
			State   rental.State   `db:"state"`
			Outcome rental.Outcome `db:"outcome"`
		}
		err := tx.GetContext(ctx, &held, `
			SELECT id, state, outcome FROM rentals
			WHERE scooter_id = (SELECT id FROM scooters WHERE plate = $1) AND state NOT IN ('ended', 'void') FOR UPDATE`, plate)
		if err != nil {
			return orElse(err, rental.ErrUnknown)
		}
		var seq int
		if err := tx.GetContext(ctx, &seq, `SELECT max(seq) FROM rental_events WHERE rental_id = $1`, held.ID); err != nil {
			return err
		}
		var change rental.Change
		for _, state := range wayOut(held.State, held.Outcome) {
			seq++
			change = rental.Change{
				RentalID: held.ID, Seq: seq, State: state, Cause: rental.ByStaff, StaffID: by, At: time.Now(), Note: reason,
			}
			if state.Final() {
				change.Maintenance = reason
				if held.Outcome == rental.Open {
					change.Outcome, change.Reason = rental.Voided, rental.Released
				}
			}
			if err := advanceRental(ctx, tx, change); err != nil {
				return err
			}
		}
		return audit(ctx, tx, staff.Deed{
			Action: "rental.released", Subject: held.ID, Reason: reason,
			Before: map[string]any{"plate": plate, "state": held.State, "outcome": held.Outcome},
			After:  map[string]any{"state": change.State},
		})
	})
}

// wayOut is the states from one to the end that its outcome has decided, or to the void.
func wayOut(from rental.State, outcome rental.Outcome) []rental.State {
	end := rental.Void
	if outcome == rental.Ridden {
		end = rental.Ended
	}
	switch from {
	case rental.Riding, rental.Paused:
		return []rental.State{rental.Locking, rental.Securing, end}
	case rental.Locking:
		return []rental.State{rental.Securing, end}
	}
	return []rental.State{end}
}
