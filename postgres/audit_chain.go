package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/jmoiron/sqlx"

	"rodada/domain/staff"
)

// auditContent is the columns of an entry as the chain has them. It is written here a second time, so that whoever alters the
// database's function does not alter what checks it.
const auditContent = `
	e.id::text, extract(epoch FROM e.at)::text, e.staff_id::text, e.staff_email, e.action, e.subject,
	e.before::text, e.after::text, e.reason, e.address, e.request_id, e.service_id::text`

// auditColumns is how many they are. The last is part of what is hashed where there is one.
const auditColumns = 12

// VerifyAudit reads the whole audit log, as it is at one moment, and tells found of everything that is not as it was written, also
// against what heads know. It answers where the chain ends. Nobody waits for it, and it keeps no more than one entry in memory.
func (s *Store) VerifyAudit(ctx context.Context, heads []staff.Head, found func(staff.Flaw)) (end staff.Head, err error) {
	tx, err := s.db.BeginTxx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return end, retry(ctx, "verify audit", func() error { return err })
	}
	defer tx.Rollback() //nolint:errcheck // it has only read
	err = retry(ctx, "verify audit", func() error {
		if end, err = walkChain(ctx, tx, staff.NewCheck(found, heads...)); err != nil {
			return err
		}
		if err := unlinked(ctx, tx, found); err != nil {
			return err
		}
		return againstHeads(ctx, tx, end, found)
	})
	return end, err
}

func walkChain(ctx context.Context, tx *sqlx.Tx, check *staff.Check) (end staff.Head, err error) {
	rows, err := tx.QueryxContext(ctx, `
		SELECT c.seq, c.hash, c.entry, e.id IS NOT NULL, `+auditContent+`
		FROM audit_chain c LEFT JOIN audit_log e ON e.id = c.entry ORDER BY c.seq`)
	if err != nil {
		return end, err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			l       staff.Link
			there   bool
			content = make([]*string, auditColumns)
		)
		into := []any{&l.Seq, &l.Hash, &l.EntryID, &there}
		for i := range content {
			into = append(into, &content[i])
		}
		if err := rows.Scan(into...); err != nil {
			return end, err
		}
		if there {
			l.Content = content
			if content[auditColumns-1] == nil {
				l.Content = content[:auditColumns-1]
			}
		}
		check.Next(l)
	}
	return check.End(), rows.Err()
}

// unlinked finds entries that came in past the chain.
func unlinked(ctx context.Context, tx *sqlx.Tx, found func(staff.Flaw)) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT e.id FROM audit_log e WHERE NOT EXISTS (SELECT FROM audit_chain c WHERE c.entry = e.id) ORDER BY e.id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		f := staff.Flaw{Why: "put in past the chain, or taken out of it"}
		if err := rows.Scan(&f.EntryID); err != nil {
			return err
		}
		found(f)
	}
	return rows.Err()
}

// againstHeads holds the chain against where it ended every hour.
func againstHeads(ctx context.Context, tx *sqlx.Tx, end staff.Head, found func(staff.Flaw)) error {
	rows, err := tx.QueryxContext(ctx, `
		SELECT h.seq, h.hash, h.at FROM audit_heads h LEFT JOIN audit_chain c USING (seq)
		WHERE h.seq > 0 AND c.hash IS DISTINCT FROM h.hash ORDER BY h.seq`)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			h  staff.Head
			at time.Time
		)
		if err := rows.Scan(&h.Seq, &h.Hash, &at); err != nil {
			return err
		}
		why := "not what stood here at "
		if h.Seq > end.Seq {
			why = "cut off: the chain went on to here at "
		}
		found(staff.Flaw{Seq: h.Seq, Why: why + at.UTC().Format(time.RFC3339)})
	}
	return rows.Err()
}

// AuditHead writes down where the chain ends and tells it, unless that was done within the time every and fewer links came since. It
// counts as done when tell fails not.
func (s *Store) AuditHead(ctx context.Context, every time.Duration, links int, tell func(staff.Head) error) error {
	return s.atomically(ctx, "audit head", func(tx executor) error {
		var head headRow
		err := tx.GetContext(ctx, &head, `SELECT seq, hash FROM audit_tell($1::interval, $2)`, every.String(), links)
		if err != nil {
			return orElse(err, nil)
		}
		return tell(staff.Head(head))
	})
}

type headRow struct {
	Seq  int64  `db:"seq"`
	Hash []byte `db:"hash"`
}

// AuditEnd is where the chain ends.
func (s *Store) AuditEnd(ctx context.Context) (staff.Head, error) {
	head := headRow(staff.Beginning())
	err := s.once(ctx, "audit end", func(db executor) error {
		return orElse(db.GetContext(ctx, &head, `SELECT seq, hash FROM audit_chain ORDER BY seq DESC LIMIT 1`), nil)
	})
	return staff.Head(head), err
}
