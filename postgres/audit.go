package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"rodada/domain/listing"
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
		INSERT INTO audit_log (staff_id, service_id, staff_email, action, subject, before, after, reason, address, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		nullText(actor.StaffID), nullText(actor.ServiceID), actor.Email, d.Action, d.Subject, before, after, d.Reason, actor.Address, actor.RequestID)
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
		INSERT INTO audit_log (staff_id, service_id, staff_email, action, subject, before, after, reason, address, request_id)
		SELECT $1, $6, $2, d ->> 'Action', d ->> 'Subject', nullif(d -> 'Before', 'null'), nullif(d -> 'After', 'null'), d ->> 'Reason', $3, $4
		FROM jsonb_array_elements($5::jsonb) WITH ORDINALITY AS each(d, n) ORDER BY n`,
		nullText(actor.StaffID), actor.Email, actor.Address, actor.RequestID, string(raw), nullText(actor.ServiceID))
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
	ServiceID sql.NullString `db:"service_id"`
	Email     string         `db:"staff_email"`
	Action    string         `db:"action"`
	Subject   string         `db:"subject"`
	Before    []byte         `db:"before"`
	After     []byte         `db:"after"`
	Reason    string         `db:"reason"`
	Address   string         `db:"address"`
	RequestID string         `db:"request_id"`
	Place     string         `db:"place"`
}

// auditList is the audit log.
var auditList = listed{
	what: "audit log", fields: `l.*`, from: `FROM audit_log l`,
	columns: map[string]column{"at": {"l.at", "timestamptz"}},
	id:      "l.id", idType: "bigint",
}

// actedBy picks entries by what acted.
var actedBy = map[staff.ActorKind]string{
	staff.ByStaff:   `l.staff_id IS NOT NULL`,
	staff.ByService: `l.service_id IS NOT NULL`,
	staff.ByConsole: `l.staff_id IS NULL AND l.service_id IS NULL AND l.staff_email <> '` + staff.Stranger + `'`,
	staff.ByNobody:  `l.staff_id IS NULL AND l.service_id IS NULL AND l.staff_email = '` + staff.Stranger + `'`,
}

// AuditLog is one page of the entries that a filter picks, each with its place in the order, and with one more when there is a next
// page; and how many it picks in all.
func (s *Store) AuditLog(ctx context.Context, f staff.AuditFilter, q listing.Query) (list []staff.Entry, places []listing.Place, total int, err error) {
	var p picked
	for _, each := range []struct{ column, value string }{
		{"staff_email", f.StaffEmail}, {"subject", f.Subject}, {"address", f.Address}, {"request_id", f.RequestID},
	} {
		if each.value != "" {
			p.where(`l.`+each.column+` = ?`, each.value)
		}
	}
	switch {
	case strings.HasSuffix(f.Action, "."):
		p.where(`starts_with(l.action, ?)`, f.Action)
	case f.Action != "":
		p.where(`l.action = ?`, f.Action)
	}
	if condition, known := actedBy[f.Kind]; known {
		p.where(condition)
	}
	p.between("l.at", f.Since, f.Until)
	rows, total, err := pageFrom[auditRow](ctx, s, auditList, p, q)
	for _, r := range rows {
		places = append(places, listing.Place{Value: r.Place, ID: strconv.FormatInt(r.ID, 10)})
		list = append(list, staff.Entry{
			ID: r.ID, At: r.At.UTC(),
			Actor:  staff.Actor{StaffID: r.StaffID.String, ServiceID: r.ServiceID.String, Email: r.Email, Address: r.Address, RequestID: r.RequestID},
			Action: r.Action, Subject: r.Subject, Before: r.Before, After: r.After, Reason: r.Reason,
		})
	}
	return list, places, total, err
}
