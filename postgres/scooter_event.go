package postgres

import (
	"context"
	"database/sql"
	"strconv"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/staff"
	"rodada/geo"
)

// noteScooter writes down what happened to a scooter, which is as it was afterwards: when somebody of staff acts, in that name.
// Without a sighting it happened where the scooter was stored last.
func noteScooter(ctx context.Context, tx executor, s fleet.Scooter, kind fleet.EventKind, note string, seen fleet.Sighted) error {
	actor, byStaff := staff.ActorFrom(ctx)
	cause, place := "system", s.Position
	if byStaff {
		cause = "staff"
	}
	if !seen.At.IsZero() {
		place = seen.Position
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO scooter_events (scooter_id, at, kind, service, hold, station_id, cause, staff_id, staff_email, lat, lng, place_at, note)
		VALUES ($1, now(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		s.ID, kind, s.Service, s.Hold, nullText(s.StationID), cause, nullText(actor.StaffID), actor.Email,
		place.Lat, place.Lng, nullTime(seen.At), note)
	return err
}

type scooterEventRow struct {
	ID         int64           `db:"id"`
	At         time.Time       `db:"at"`
	Kind       fleet.EventKind `db:"kind"`
	Service    fleet.Service   `db:"service"`
	Hold       fleet.Hold      `db:"hold"`
	StationID  sql.NullString  `db:"station_id"`
	Cause      string          `db:"cause"`
	StaffID    sql.NullString  `db:"staff_id"`
	StaffEmail string          `db:"staff_email"`
	RentalID   sql.NullString  `db:"rental_id"`
	UpgradeID  sql.NullString  `db:"upgrade_id"`
	Lat        float64         `db:"lat"`
	Lng        float64         `db:"lng"`
	PlaceAt    sql.NullTime    `db:"place_at"`
	Note       string          `db:"note"`
}

func (r scooterEventRow) event() fleet.Event {
	return fleet.Event{
		ID: r.ID, At: r.At.UTC(), Kind: r.Kind, Service: r.Service, Hold: r.Hold, StationID: r.StationID.String, Cause: r.Cause,
		StaffID: r.StaffID.String, StaffEmail: r.StaffEmail, RentalID: r.RentalID.String, UpgradeID: r.UpgradeID.String,
		Position: geo.Point{Lat: r.Lat, Lng: r.Lng}, PlaceAt: timeOf(r.PlaceAt), Note: r.Note,
	}
}

// ScooterEvents is one page of what happened to a scooter, by time ("at"), with one row more when there is a next page, and
// how many there are in all: fleet.ErrScooterUnknown.
func (s *Store) ScooterEvents(ctx context.Context, plate string, q listing.Query) (events []fleet.Event, total int, err error) {
	var after struct {
		at time.Time
		id int64
	}
	if q.After != nil {
		var errAt, errID error
		after.at, errAt = time.Parse(time.RFC3339Nano, q.After.Value)
		after.id, errID = strconv.ParseInt(q.After.ID, 10, 64)
		if errAt != nil || errID != nil {
			return nil, 0, listing.ErrCursor
		}
	}
	beyond, order := `(at, id) > ($2, $3)`, `ORDER BY at, id`
	if q.Descending {
		beyond, order = `(at, id) < ($2, $3)`, `ORDER BY at DESC, id DESC`
	}
	var rows []scooterEventRow
	err = s.once(ctx, "scooter events", func(db executor) error {
		var of struct {
			ID     int64 `db:"id"`
			Events int   `db:"events"`
		}
		err := db.GetContext(ctx, &of, `
			SELECT id, (SELECT count(*) FROM scooter_events WHERE scooter_id = s.id) AS events FROM scooters s WHERE plate = $1`, plate)
		if err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		total, rows = of.Events, nil
		return db.SelectContext(ctx, &rows, `
			SELECT id, at, kind, service, hold, station_id, cause, staff_id, staff_email, rental_id, upgrade_id, lat, lng, place_at, note
			FROM scooter_events WHERE scooter_id = $1 AND ($2::timestamptz IS NULL OR `+beyond+`) `+order+` LIMIT $4`,
			of.ID, nullTime(after.at), after.id, q.Limit+1)
	})
	for _, r := range rows {
		events = append(events, r.event())
	}
	return events, total, err
}
