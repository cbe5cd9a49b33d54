package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"rodada/domain/staff"
)

// audit writes down what a member of staff does, in the transaction that does it. What nobody of staff does is not in it.
func audit(ctx context.Context, tx executor, d staff.Deed) error {
	actor, ok := staff.ActorFrom(ctx)
	if !ok {
		return nil
	}
	before, err := jsonOf(d.Before)
	if err != nil {
		return err
	}
	after, err := jsonOf(d.After)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO audit_log (staff_id, staff_email, action, subject, before, after, reason, address, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		nullText(actor.StaffID), actor.Email, d.Action, d.Subject, before, after, d.Reason, actor.Address, actor.RequestID)
	return err
}

// auditAll writes down many deeds of one member of staff in one statement, in their order.
func auditAll(ctx context.Context, tx executor, deeds []staff.Deed) error {
	actor, ok := staff.ActorFrom(ctx)
	if !ok || len(deeds) == 0 {
		return nil
	}
	raw, err := json.Marshal(deeds)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO audit_log (staff_id, staff_email, action, subject, before, after, reason, address, request_id)
		SELECT $1, $2, d ->> 'Action', d ->> 'Subject', nullif(d -> 'Before', 'null'), nullif(d -> 'After', 'null'), d ->> 'Reason', $3, $4
		FROM jsonb_array_elements($5::jsonb) WITH ORDINALITY AS each(d, n) ORDER BY n`,
		nullText(actor.StaffID), actor.Email, actor.Address, actor.RequestID, string(raw))
	return err
}

// jsonOf encodes anything for a jsonb column; nil is null.
func jsonOf(v any) (sql.NullString, error) {
	if v == nil {
		return sql.NullString{}, nil
	}
	text, err := json.Marshal(v)
	return sql.NullString{String: string(text), Valid: true}, err
}

// Audit writes down a deed that changes no row of ours, or is about to.
func (s *Store) Audit(ctx context.Context, d staff.Deed) error {
	return s.once(ctx, "audit", func(db executor) error { return audit(ctx, db, d) })
}

type auditRow struct {
	ID        int64          `db:"id"`
	At        time.Time      `db:"at"`
	StaffID   sql.NullString `db:"staff_id"`
	Email     string         `db:"staff_email"`
	Action    string         `db:"action"`
	Subject   string         `db:"subject"`
	Before    []byte         `db:"before"`
	After     []byte         `db:"after"`
	Reason    string         `db:"reason"`
	Address   string         `db:"address"`
	RequestID string         `db:"request_id"`
}

// AuditLog lists what staff did, newest first.
func (s *Store) AuditLog(ctx context.Context, f staff.AuditFilter) ([]staff.Entry, error) {
	prefix, isPrefix := f.Action, strings.HasSuffix(f.Action, ".")
	var rows []auditRow
	err := s.once(ctx, "audit log", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			SELECT * FROM audit_log
			WHERE ($1 = '' OR staff_email = $1)
				AND ($2 = '' OR action = $2 OR ($3 AND starts_with(action, $2)))
				AND ($4 = '' OR subject = $4)
				AND at >= coalesce($5, '-infinity'::timestamptz) AND at < coalesce($6, 'infinity'::timestamptz)
				AND ($7::bigint = 0 OR id < $7)
			ORDER BY id DESC LIMIT $8`,
			f.StaffEmail, prefix, isPrefix, f.Subject, nullTime(f.Since), nullTime(f.Until), f.Before, f.Limit)
	})
	entries := make([]staff.Entry, len(rows))
	for i, r := range rows {
		entries[i] = staff.Entry{
			ID: r.ID, At: r.At.UTC(),
			Actor:  staff.Actor{StaffID: r.StaffID.String, Email: r.Email, Address: r.Address, RequestID: r.RequestID},
			Action: r.Action, Subject: r.Subject, Before: r.Before, After: r.After, Reason: r.Reason,
		}
	}
	return entries, err
}
