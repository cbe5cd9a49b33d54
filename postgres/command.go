package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"rodada/domain/command"
	"rodada/domain/firmware"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

type orderRow struct {
	ID         string          `db:"id"`
	Plate      string          `db:"plate"`
	StaffID    string          `db:"staff_id"`
	Email      string          `db:"email"`
	Reason     string          `db:"reason"`
	Code       int             `db:"code"`
	Name       string          `db:"name"`
	Args       []byte          `db:"args"`
	Ride       command.Ride    `db:"ride"`
	RentalID   sql.NullString  `db:"rental_id"`
	Key        sql.NullString  `db:"key"`
	Digest     string          `db:"digest"`
	AskedAt    time.Time       `db:"asked_at"`
	Deadline   time.Time       `db:"deadline"`
	FinishedAt sql.NullTime    `db:"finished_at"`
	Outcome    command.Outcome `db:"outcome"`
	Unsent     string          `db:"unsent"`
	Attempts   int             `db:"attempts"`
	Ack        []byte          `db:"ack"`
}

const selectOrders = `
	SELECT c.id, c.plate, c.staff_id, m.email, c.reason, c.code, c.name, c.args, c.ride, c.rental_id, c.key, c.digest, c.asked_at, c.deadline,
		c.finished_at, c.outcome, c.unsent, c.attempts, c.ack
	FROM commands c JOIN staff m ON m.id = c.staff_id `

func (r orderRow) order() (command.Order, error) {
	o := command.Order{
		ID: r.ID, Plate: r.Plate, StaffID: r.StaffID, Email: r.Email, Reason: r.Reason, Code: r.Code, Name: r.Name, Ride: r.Ride, RentalID: r.RentalID.String,
		Key: r.Key.String, Digest: r.Digest, AskedAt: r.AskedAt.UTC(), Deadline: r.Deadline.UTC(),
		Ending: command.Ending{Outcome: r.Outcome, Unsent: r.Unsent, Attempts: r.Attempts, FinishedAt: timeOf(r.FinishedAt)},
	}
	err := json.Unmarshal(r.Args, &o.Args)
	if err == nil && r.Ack != nil {
		err = json.Unmarshal(r.Ack, &o.Ack)
	}
	return o, err
}

// OpenOrder stores a command before it is sent, with the deed that the audit log is to have of it, if any. A key that its
// member of staff has used already gives the command that it belongs to and false: rental.ErrKeyReused when that was another
// one. A scooter that is being upgraded is asked questions only: firmware.ErrUpgrading.
func (s *Store) OpenOrder(ctx context.Context, o command.Order, deed *staff.Deed) (known command.Order, created bool, err error) {
	args, err := json.Marshal(o.Args)
	if err != nil {
		return command.Order{}, false, err
	}
	err = s.atomically(ctx, "open command", func(tx executor) error {
		created = false
		var id string
		err := tx.GetContext(ctx, &id, `
			INSERT INTO commands (id, scooter_id, plate, staff_id, reason, code, name, args, ride, rental_id, key, digest, asked_at, deadline)
			SELECT $1, id, plate, $3, $4, $5, $6, $7, $8, $13, $9, $10, $11, $12 FROM scooters WHERE plate = $2 AND ($14 OR hold <> 'upgrading')
			FOR SHARE -- an upgrade that begins now is seen, or sees the command
			ON CONFLICT (staff_id, key) WHERE key IS NOT NULL DO NOTHING RETURNING id`,
			o.ID, o.Plate, o.StaffID, o.Reason, o.Code, o.Name, argsText(args), o.Ride, nullText(o.Key), o.Digest, o.AskedAt, o.Deadline, nullText(o.RentalID),
			o.Asks())
		switch {
		case err == nil:
			created = true
			if known, err = orderWhere(ctx, tx, `WHERE c.id = $1`, id); err != nil || deed == nil {
				return err
			}
			return audit(ctx, tx, *deed)
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		known, err = orderWhere(ctx, tx, `WHERE c.staff_id = $1 AND c.key = $2`, o.StaffID, o.Key)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return notGiven(ctx, tx, o.Plate)
		case err == nil && known.Digest != o.Digest:
			return rental.ErrKeyReused
		}
		return err
	})
	return known, created, err
}

// notGiven is why a command found no scooter.
func notGiven(ctx context.Context, tx executor, plate string) error {
	var hold fleet.Hold
	if err := tx.GetContext(ctx, &hold, `SELECT hold FROM scooters WHERE plate = $1`, plate); err != nil {
		return orElse(err, fleet.ErrScooterUnknown)
	}
	return firmware.ErrUpgrading
}

// argsText is a command's arguments for their column; none is an empty object.
func argsText(args []byte) string {
	if string(args) == "null" {
		return "{}"
	}
	return string(args)
}

// Order finds a command of a scooter by its ID: command.ErrOrderUnknown.
func (s *Store) Order(ctx context.Context, plate, id string) (o command.Order, err error) {
	if !isID(id) {
		return o, command.ErrOrderUnknown
	}
	err = s.once(ctx, "command", func(db executor) (err error) {
		o, err = orderWhere(ctx, db, `WHERE c.id = $1 AND c.scooter_id = (SELECT id FROM scooters WHERE plate = $2)`, id, plate)
		return orElse(err, command.ErrOrderUnknown)
	})
	return o, err
}

// OrderByKey finds the command that an Idempotency-Key of a member of staff belongs to; false when there is none.
func (s *Store) OrderByKey(ctx context.Context, staffID, key string) (o command.Order, found bool, err error) {
	err = s.once(ctx, "command by key", func(db executor) (err error) {
		o, err = orderWhere(ctx, db, `WHERE c.staff_id = $1 AND c.key = $2`, staffID, key)
		found = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return o, found, err
}

// LastDone is the newest command of a code that the scooter has carried out for staff; false when there is none.
func (s *Store) LastDone(ctx context.Context, plate string, code int) (o command.Order, found bool, err error) {
	err = s.once(ctx, "last command", func(db executor) (err error) {
		o, err = orderWhere(ctx, db, `
			WHERE c.scooter_id = (SELECT id FROM scooters WHERE plate = $1) AND c.code = $2 AND c.outcome = 'done'
			ORDER BY c.finished_at DESC LIMIT 1`, plate, code)
		found = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return o, found, err
}

func orderWhere(ctx context.Context, db executor, where string, args ...any) (command.Order, error) {
	var row orderRow
	if err := db.GetContext(ctx, &row, selectOrders+where, args...); err != nil {
		return command.Order{}, err
	}
	return row.order()
}

var finishOrder = `
	WITH was AS (
		SELECT id, scooter_id, plate, outcome FROM commands WHERE id = $1
	), sent AS (` + insertSends(`SELECT scooter_id, plate, 'command' AS origin, id::text AS origin_id FROM was`, "$7") + `
	), finished AS (
		UPDATE commands c SET outcome = $2, unsent = $3, attempts = $4, ack = $5, finished_at = $6
		FROM was WHERE c.id = was.id AND was.outcome = ''
	)
	SELECT count(*) FROM was`

// FinishOrder stores how a command ended, once, with what the scooter was sent for it, and what it says that it runs, if it was
// asked: command.ErrOrderUnknown.
func (s *Store) FinishOrder(ctx context.Context, id string, e command.Ending, sends []command.Send) error {
	if !isID(id) {
		return command.ErrOrderUnknown
	}
	ack, err := jsonText(e.Ack)
	if err != nil {
		return err
	}
	list, err := sendsText(sends)
	if err != nil {
		return err
	}
	return s.atomically(ctx, "finish command", func(tx executor) error {
		if err := answeredVersion(ctx, tx, id, e.Ack); err != nil {
			return err
		}
		var known int
		err := tx.GetContext(ctx, &known, finishOrder, id, e.Outcome, e.Unsent, e.Attempts, ack, e.FinishedAt, list)
		if err == nil && known == 0 {
			return command.ErrOrderUnknown
		}
		return err
	})
}

// answeredVersion keeps what the scooter of a command has answered that it runs.
func answeredVersion(ctx context.Context, tx executor, id string, ack *command.Ack) error {
	if ack == nil {
		return nil
	}
	version, _ := ack.Values["firmware"].(string)
	if version == "" {
		return nil
	}
	var scooterID int64
	err := tx.GetContext(ctx, &scooterID, `SELECT id FROM scooters WHERE id = (SELECT scooter_id FROM commands WHERE id = $1) FOR UPDATE`, id)
	if err != nil {
		return orElse(err, command.ErrOrderUnknown)
	}
	return reportedFirmware(ctx, tx, scooterID, version, ack.ReceivedAt)
}
