package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/geo"
)

// BeginRental claims a rental for a run of its workflow. Only one run can, ever, and none once the outcome is decided; the
// run that has it may ask again.
func (s *Store) BeginRental(ctx context.Context, rentalID, runID string) (claimed bool, err error) {
	if !isID(rentalID) {
		return false, nil
	}
	err = s.once(ctx, "begin rental", func(db executor) error {
		result, err := db.ExecContext(ctx, `
			UPDATE rentals SET run_id = $2 WHERE id = $1 AND (run_id = $2 OR (run_id IS NULL AND outcome = ''))`, rentalID, runID)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		claimed = n == 1
		return err
	})
	if errors.Is(err, rental.ErrOver) { // found as its own, but over: rows of the past take no update, not even this empty one
		return true, nil
	}
	return claimed, err
}

// advance writes the event first: whose event is there already changes nothing. A change of the final state frees the
// scooter, which after a ride gets a new public name and stands at no station. What the scooter was sent meanwhile is
// stored, whether the event is new or not.
var advance = `
	WITH was AS (
		SELECT id, scooter_id, plate FROM rentals WHERE id = $1
	), sent AS (` + insertSends(sentForRental, "$22") + `
	), event AS (
		INSERT INTO rental_events (rental_id, seq, kind, cause, at, note, staff_id)
		SELECT id, $2, $3, $4, $5, $6, (SELECT id FROM staff WHERE id = $23) FROM was ON CONFLICT ON CONSTRAINT rental_events_pkey DO NOTHING RETURNING rental_id
	), moved AS (
		UPDATE rentals r SET
			state = $3,
			outcome = CASE WHEN $7 = '' THEN outcome ELSE $7 END,
			reason = CASE WHEN $8 = '' THEN reason ELSE $8 END,
			device_status = coalesce($9, device_status),
			unlocked_at = coalesce($10, unlocked_at),
			paused_at = CASE WHEN $3 = 'paused' THEN coalesce(paused_at, $5) END,
			stopped_at = coalesce($11, stopped_at),
			secured_at = coalesce($12, secured_at),
			riding_ns = coalesce($13, riding_ns), paused_ns = coalesce($14, paused_ns), meters = coalesce($15, meters),
			bill = coalesce($16, bill),
			end_lat = coalesce($17, end_lat), end_lng = coalesce($18, end_lng),
			zone_version = coalesce($19, zone_version),
			begin_lat = coalesce($24, begin_lat), begin_lng = coalesce($25, begin_lng), begin_seen_at = coalesce($26, begin_seen_at),
			end_seen_at = coalesce($27, end_seen_at)
		FROM event WHERE r.id = event.rental_id
		RETURNING r.id, r.scooter_id, r.state
	), scooter AS (
		UPDATE scooters s SET
			hold = $20, updated_at = now(),
			service = CASE WHEN $21 <> '' AND service IN ('in_service', 'blocked') THEN 'maintenance' ELSE service END,
			reason = CASE WHEN $21 <> '' AND service IN ('in_service', 'blocked') THEN $21 ELSE reason END,
			public_id = CASE WHEN moved.state = 'ended' THEN gen_random_uuid() ELSE public_id END,
			station_id = CASE WHEN moved.state = 'ended' THEN NULL ELSE station_id END, -- wherever it stands now
			lat = coalesce($17, lat), lng = coalesce($18, lng)
		FROM moved WHERE s.id = moved.scooter_id AND (s.hold <> $20 OR $21 <> '' OR $17 IS NOT NULL)
		RETURNING s.*, moved.id AS rental_id
	), noted AS (
		INSERT INTO scooter_events (scooter_id, at, service, hold, station_id, cause, staff_id, staff_email, rental_id, lat, lng, note)
		SELECT n.id, $5, n.service, n.hold, n.station_id, $4, who.id, coalesce(who.email, ''), n.rental_id, n.lat, n.lng, $21
		FROM scooter n JOIN scooters before ON before.id = n.id -- as it was when the statement began
			LEFT JOIN staff who ON who.id = $23
		WHERE (n.service, n.hold) <> (before.service, before.hold)
	)
	SELECT count(*) FROM was`

// Advance moves a rental, once for each Seq from 1 on, and the scooter's hold with it: rental.ErrState when the diagram has
// no such arrow or a state lacks what belongs to it, rental.ErrOver when the rental or its outcome is decided otherwise.
func (s *Store) Advance(ctx context.Context, c rental.Change) error {
	if !isID(c.RentalID) {
		return rental.ErrUnknown
	}
	if c.Seq < 1 {
		return fmt.Errorf("postgres: advance rental: seq %d, the first is 1", c.Seq)
	}
	return s.once(ctx, "advance rental", func(db executor) error { return advanceRental(ctx, db, c) })
}

func advanceRental(ctx context.Context, db executor, c rental.Change) error {
	bill, err := jsonText(c.Bill)
	if err != nil {
		return err
	}
	sends, err := sendsText(c.Sends)
	if err != nil {
		return err
	}
	riding, paused, meters := usageColumns(c.Usage)
	lat, lng := placeColumns(c.EndPosition)
	beginLat, beginLng := sightedColumns(c.Begin)
	var known int
	err = db.GetContext(ctx, &known, advance, c.RentalID, c.Seq, c.State, c.Cause, c.At, c.Note,
		c.Outcome, c.Reason, c.DeviceStatus, nullTime(c.UnlockedAt), nullTime(c.StoppedAt), nullTime(c.SecuredAt),
		riding, paused, meters, bill, lat, lng, nullInt(c.ZoneVersion), holdOf(c.State), c.Maintenance, sends, staffColumn(c.StaffID),
		beginLat, beginLng, nullTime(c.Begin.At), nullTime(c.EndSeenAt))
	if err == nil && known == 0 {
		return rental.ErrUnknown
	}
	return err
}

// staffColumn is an ID, or null for what is none.
func staffColumn(id string) *string {
	if !isID(id) {
		return nil
	}
	return &id
}

func usageColumns(u *fare.Usage) (riding, paused, meters *int64) {
	if u == nil {
		return nil, nil, nil
	}
	r, p, m := int64(u.Riding), int64(u.Paused), u.Meters
	return &r, &p, &m
}

func placeColumns(p *geo.Point) (lat, lng *float64) {
	if p == nil {
		return nil, nil
	}
	return &p.Lat, &p.Lng
}

func sightedColumns(s fleet.Sighted) (lat, lng *float64) {
	if s.At.IsZero() {
		return nil, nil
	}
	return placeColumns(&s.Position)
}

// voidUnstarted is the end of a rental that no run has claimed, and of its hold.
const voidUnstarted = `
	WITH voided AS (
		UPDATE rentals SET state = 'void', outcome = 'void', reason = $2
		WHERE id = $1 AND run_id IS NULL AND outcome = '' RETURNING id, scooter_id
	), event AS (
		INSERT INTO rental_events (rental_id, seq, kind, cause, at) SELECT id, 1, 'void', 'system', $3 FROM voided
		ON CONFLICT ON CONSTRAINT rental_events_pkey DO NOTHING
	), freed AS (
		UPDATE scooters s SET hold = 'free', updated_at = now() FROM voided WHERE s.id = voided.scooter_id
		RETURNING s.*, voided.id AS rental_id
	), noted AS (
		INSERT INTO scooter_events (scooter_id, at, service, hold, station_id, cause, rental_id, lat, lng)
		SELECT id, $3, service, hold, station_id, 'system', rental_id, lat, lng FROM freed
	)
	SELECT count(*) FROM voided`

// VoidUnstarted voids a rental whose workflow has not begun and frees its scooter: rental.ErrState when a run has claimed it
// meanwhile, and nothing when its outcome is decided already.
func (s *Store) VoidUnstarted(ctx context.Context, rentalID string, why rental.Reason, at time.Time) error {
	if !isID(rentalID) {
		return rental.ErrUnknown
	}
	return s.once(ctx, "void rental", func(db executor) error {
		var voided int
		if err := db.GetContext(ctx, &voided, voidUnstarted, rentalID, why, at); err != nil || voided == 1 {
			return err
		}
		var outcome rental.Outcome
		err := db.GetContext(ctx, &outcome, `SELECT outcome FROM rentals WHERE id = $1`, rentalID)
		if err == nil && outcome == rental.Open {
			return rental.ErrState
		}
		return orElse(err, rental.ErrUnknown)
	})
}
