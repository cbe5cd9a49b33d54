package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/rental"
)

// openRental takes the scooter, and only who took it writes the rest. Waiting for the scooter's row is what makes a race
// for it fair; the unique indexes decide the races for the rider and the key.
var openRental = `
	WITH taken AS (
		UPDATE scooters SET hold = $8, updated_at = now()
		WHERE id = $3 AND hold = 'free' AND service = 'in_service'
			AND NOT ` + inTheWorkshop + `
			AND NOT EXISTS (SELECT FROM rental_keys WHERE rider_id = $2 AND key = $4)
			AND NOT EXISTS (SELECT FROM rentals WHERE rider_id = $2 AND outcome = '')
		RETURNING *
	), opened AS (
		INSERT INTO rentals AS r (id, rider_id, scooter_id, plate, vehicle_id, state, reserved_until, tariff_id, tariff_version, tariff,
			tax, pass_id, redemption_id, discount)
		SELECT $1, $2, t.id, t.plate, t.public_id, $6, $7, $9, $10, $11, $13, p.id, v.id, coalesce(p.discount, v.discount) FROM taken t
			LEFT JOIN LATERAL (` + nextPass("$2", "t.model_id", "$12::uuid[]", "now()") + ` FOR SHARE OF p) p ON true
			LEFT JOIN LATERAL (` + nextRedemption("$2", "now()") + `) v ON p.id IS NULL RETURNING ` + rentalColumns + `
	), keyed AS (
		INSERT INTO rental_keys (rider_id, key, rental_id, digest) SELECT rider_id, $4, id, $5 FROM opened
	), event AS (
		INSERT INTO rental_events (rental_id, seq, kind, cause, at) SELECT id, 0, state, 'rider', created_at FROM opened
	), noted AS (
		INSERT INTO scooter_events (scooter_id, at, service, hold, station_id, cause, rental_id, lat, lng)
		SELECT t.id, t.updated_at, t.service, t.hold, t.station_id, 'rider', o.id, t.lat, t.lng FROM taken t, opened o
	)
	SELECT o.*, false AS charged, false AS waived, 0::bigint AS refunded FROM opened o`

// inTheWorkshop holds for a scooter whose box is given another credential or another plate: it reconnects, so nobody rents it.
// Who brings that about locks the scooter's row first, and looks who has it after.
const inTheWorkshop = `(EXISTS (SELECT FROM onboardings w WHERE w.scooter_id = scooters.id AND w.ended_at IS NULL AND w.state IN ('switching', 'confirming'))
			OR EXISTS (SELECT FROM renumberings w WHERE w.scooter_id = scooters.id AND w.ended_at IS NULL AND w.run_id IS NOT NULL))`

// openObstacles says why a rental did not open.
const openObstacles = `
	SELECT s.service, s.hold, s.id IS NOT NULL AND (SELECT ` + inTheWorkshop + ` FROM scooters WHERE id = s.id) AS workshop,
		k.rental_id AS key_rental, k.digest AS key_digest,
		own.id AS own_rental, own.run_id IS NULL AND own.created_at < now() - make_interval(secs => $4) AS own_orphan,
		held.id AS held_rental, held.state AS held_state,
		held.run_id IS NULL AND held.outcome = '' AND held.created_at < now() - make_interval(secs => $4) AS held_orphan
	FROM (VALUES (1)) one
		LEFT JOIN scooters s ON s.id = $2
		LEFT JOIN rental_keys k ON k.rider_id = $1 AND k.key = $3
		LEFT JOIN rentals own ON own.rider_id = $1 AND own.outcome = ''
		LEFT JOIN rentals held ON held.scooter_id = $2 AND held.state NOT IN ('ended', 'void')`

type obstacles struct {
	Service    sql.NullString `db:"service"`
	Hold       sql.NullString `db:"hold"`
	Workshop   sql.NullBool   `db:"workshop"`
	KeyRental  sql.NullString `db:"key_rental"`
	KeyDigest  sql.NullString `db:"key_digest"`
	OwnRental  sql.NullString `db:"own_rental"`
	OwnOrphan  sql.NullBool   `db:"own_orphan"`
	HeldRental sql.NullString `db:"held_rental"`
	HeldState  sql.NullString `db:"held_state"`
	HeldOrphan sql.NullBool   `db:"held_orphan"`
}

// openTries bounds how often a rental is opened again because what stood in its way is gone.
const openTries = 20

// OpenRental opens a rental under its rider's key and holds the scooter, all or nothing. A key already known gives the rental
// it belongs to and created false, or rental.ErrKeyReused when it stood for another request. Otherwise it may refuse with
// rental.ErrRiderBusy, fleet.ErrScooterUnknown, fleet.ErrUnavailable, fleet.ErrSecuring, firmware.ErrUpgrading or fleet.ErrHeld. A rental in the way
// whose workflow never began in orphanAfter is voided first.
func (s *Store) OpenRental(ctx context.Context, n rental.New, orphanAfter time.Duration) (r rental.Rental, created bool, err error) {
	for range openTries {
		r, created, err = s.tryOpen(ctx, n)
		if err != nil || created {
			return r, created, err
		}
		var o obstacles
		err = s.once(ctx, "look why no rental opens", func(db executor) error {
			return db.GetContext(ctx, &o, openObstacles, n.RiderID, n.ScooterID, n.Key, orphanAfter.Seconds())
		})
		if err != nil {
			return rental.Rental{}, false, err
		}
		if o.KeyRental.Valid {
			if o.KeyDigest.String != n.Digest {
				return rental.Rental{}, false, rental.ErrKeyReused
			}
			r, err = s.Rental(ctx, n.RiderID, o.KeyRental.String, orphanAfter)
			return r, false, err
		}
		if err := s.clear(ctx, o); err != nil {
			return rental.Rental{}, false, err
		}
	}
	return rental.Rental{}, false, fleet.ErrHeld.Because(errors.New("others were faster each time"))
}

// tryOpen is the one statement. That it lost a race is no error: created is false.
func (s *Store) tryOpen(ctx context.Context, n rental.New) (r rental.Rental, created bool, err error) {
	tariff, err := jsonText(&n.Tariff)
	if err != nil {
		return r, false, fmt.Errorf("postgres: open rental: %w", err)
	}
	tax, err := jsonText(&n.Tax)
	if err != nil {
		return r, false, fmt.Errorf("postgres: open rental: %w", err)
	}
	err = s.once(ctx, "open rental", func(db executor) error {
		var row rentalRow
		err := db.GetContext(ctx, &row, openRental, n.ID, n.RiderID, n.ScooterID, n.Key, n.Digest, n.State,
			nullTime(n.ReservedUntil), holdOf(n.State), n.Tariff.ID, n.Tariff.Version, tariff, append([]string{}, n.Passes...), tax)
		if errors.Is(err, sql.ErrNoRows) || lostRace(err) {
			return nil
		}
		if err != nil {
			return err
		}
		created = true
		r, err = row.rental()
		return err
	})
	return r, created, err
}

func lostRace(err error) bool {
	for _, name := range []string{"rentals_one_open_per_rider", "rentals_one_held_per_scooter", "rental_keys_pkey", "rentals_pkey"} {
		if broke(err, name) {
			return true
		}
	}
	return false
}

// clear removes what is only left over, or says what is really in the way; nil means try again.
func (s *Store) clear(ctx context.Context, o obstacles) error {
	switch {
	case o.OwnOrphan.Bool:
		return s.voidOrphan(ctx, o.OwnRental.String)
	case o.OwnRental.Valid:
		return rental.ErrRiderBusy.With("rental_id", o.OwnRental.String)
	case !o.Service.Valid:
		return fleet.ErrScooterUnknown
	case o.Service.String != string(fleet.InService):
		return fleet.ErrUnavailable
	case o.HeldOrphan.Bool:
		return s.voidOrphan(ctx, o.HeldRental.String)
	case o.HeldState.String == string(rental.Securing), o.Hold.String == string(fleet.Securing):
		return fleet.ErrSecuring
	case o.Hold.String == string(fleet.Upgrading):
		return firmware.ErrUpgrading
	case o.Workshop.Bool:
		return fleet.ErrUnavailable
	case o.HeldRental.Valid, o.Hold.String != string(fleet.Free):
		return fleet.ErrHeld
	}
	return nil
}

// voidOrphan voids a rental that nobody drives; that its workflow began after all is no error.
func (s *Store) voidOrphan(ctx context.Context, id string) error {
	err := s.VoidUnstarted(ctx, id, rental.NotStarted, time.Now())
	if errors.Is(err, rental.ErrState) {
		return nil
	}
	return err
}

// holdOf is who has the scooter while a rental is in a state.
func holdOf(state rental.State) fleet.Hold {
	switch {
	case state == rental.Reserved:
		return fleet.Reserved
	case state == rental.Securing:
		return fleet.Securing
	case state.Final():
		return fleet.Free
	}
	return fleet.InUse
}
