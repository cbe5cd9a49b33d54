package postgres

import (
	"context"
	"database/sql"
	"time"

	"rodada/domain/command"
	"rodada/domain/fleet"
)

type recordRow struct {
	ID         int64           `db:"id"`
	SendID     string          `db:"send_id"`
	Plate      string          `db:"plate"`
	Code       int             `db:"code"`
	Origin     command.Origin  `db:"origin"`
	OriginID   string          `db:"origin_id"`
	AskedAt    time.Time       `db:"asked_at"`
	Sent       []byte          `db:"sent"`
	SentAt     sql.NullTime    `db:"sent_at"`
	Received   []byte          `db:"received"`
	ReceivedAt sql.NullTime    `db:"received_at"`
	Outcome    command.Outcome `db:"outcome"`
	Status     *int            `db:"status"`
	Unsent     string          `db:"unsent"`
	StaffID    sql.NullString  `db:"staff_id"`
	Email      sql.NullString  `db:"email"`
	Reason     sql.NullString  `db:"reason"`
	RiderID    sql.NullString  `db:"rider_id"`
}

func (r recordRow) record() command.Record {
	return command.Record{
		Send: command.Send{
			ID: r.SendID, Code: r.Code, AskedAt: r.AskedAt.UTC(), Sent: r.Sent, SentAt: timeOf(r.SentAt),
			Received: r.Received, ReceivedAt: timeOf(r.ReceivedAt), Outcome: r.Outcome, Status: r.Status, Unsent: r.Unsent,
		},
		Number: r.ID, Plate: r.Plate, Origin: r.Origin, OriginID: r.OriginID,
		StaffID: r.StaffID.String, Email: r.Email.String, Reason: r.Reason.String, RiderID: r.RiderID.String,
	}
}

// selectRecords joins a send with whose it was; an origin's ID is a UUID for rentals and commands.
const selectRecords = `
	SELECT s.id, s.send_id, s.plate, s.code, s.origin, s.origin_id, s.asked_at, s.sent, s.sent_at, s.received, s.received_at,
		s.outcome, s.status, s.unsent, c.staff_id, m.email, c.reason, r.rider_id
	FROM sends s
		LEFT JOIN commands c ON s.origin = 'command' AND c.id = CASE WHEN s.origin = 'command' THEN s.origin_id::uuid END
		LEFT JOIN staff m ON m.id = c.staff_id
		LEFT JOIN rentals r ON s.origin = 'rental' AND r.id = CASE WHEN s.origin = 'rental' THEN s.origin_id::uuid END `

// Sends lists what a scooter was sent, newest first, whatever it was called then: fleet.ErrScooterUnknown.
func (s *Store) Sends(ctx context.Context, plate string, f command.Filter) ([]command.Record, error) {
	var rows []recordRow
	err := s.once(ctx, "sends", func(db executor) error {
		var id int64
		if err := db.GetContext(ctx, &id, `SELECT id FROM scooters WHERE plate = $1`, plate); err != nil {
			return orElse(err, fleet.ErrScooterUnknown)
		}
		rows = nil
		return db.SelectContext(ctx, &rows, selectRecords+`
			WHERE s.scooter_id = $1 AND ($2 = 0 OR s.code = $2) AND ($3 = '' OR s.outcome = $3)
				AND s.asked_at >= coalesce($4, '-infinity'::timestamptz) AND s.asked_at < coalesce($5, 'infinity'::timestamptz)
				AND (s.asked_at, s.id) < (coalesce($6, 'infinity'::timestamptz), $7::bigint)
			ORDER BY s.asked_at DESC, s.id DESC LIMIT $8`,
			id, f.Code, f.Outcome, nullTime(f.Since), nullTime(f.Until), nullTime(f.Before.At), f.Before.Number, f.Limit)
	})
	return records(rows), err
}

// SendsOf lists what was sent for one rental, command or other origin, oldest first.
func (s *Store) SendsOf(ctx context.Context, originID string) ([]command.Record, error) {
	var rows []recordRow
	err := s.once(ctx, "sends of one", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectRecords+`WHERE s.origin_id = $1 ORDER BY s.asked_at, s.id`, originID)
	})
	return records(rows), err
}

// LastSent is the newest send of one of these codes that the scooter has carried out, whoever sent it; false when there is none.
func (s *Store) LastSent(ctx context.Context, plate string, codes ...int) (r command.Record, found bool, err error) {
	var rows []recordRow
	err = s.once(ctx, "last send", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectRecords+`
			WHERE s.scooter_id = (SELECT id FROM scooters WHERE plate = $1) AND s.code = ANY($2) AND s.outcome = 'done'
			ORDER BY s.asked_at DESC, s.id DESC LIMIT 1`, plate, codes)
	})
	if err != nil || len(rows) == 0 {
		return r, false, err
	}
	return rows[0].record(), true, nil
}

func records(rows []recordRow) []command.Record {
	list := make([]command.Record, len(rows))
	for i, r := range rows {
		list[i] = r.record()
	}
	return list
}
