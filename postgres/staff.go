package postgres

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"rodada/domain/listing"
	"rodada/domain/rider"
	"rodada/domain/staff"
)

type staffRow struct {
	ID              string       `db:"id"`
	FirstName       string       `db:"first_name"`
	LastName        string       `db:"last_name"`
	Email           string       `db:"email"`
	PasswordHash    string       `db:"password_hash"`
	Permissions     string       `db:"permissions"`
	CreatedAt       time.Time    `db:"created_at"`
	PasswordExpires sql.NullTime `db:"password_expires_at"`
	SuspendedAt     sql.NullTime `db:"suspended_at"`
	SuspendedReason string       `db:"suspended_reason"`
	SecondFactor    bool         `db:"second_factor"`
	Place           string       `db:"place"`
}

// staffFields is a member without the password.
const staffFields = `
	id, first_name, last_name, email, array_to_string(permissions, ' ') AS permissions, created_at,
	password_expires_at, suspended_at, suspended_reason, totp_secret <> '' AS second_factor`

const selectStaff = `SELECT ` + staffFields + ` FROM staff `

// identifyStaff is for identify.
const identifyStaff = `SELECT password_hash,` + staffFields + ` FROM staff `

func (r staffRow) member() staff.Member {
	m := staff.Member{
		ID: r.ID, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email, PasswordHash: r.PasswordHash,
		CreatedAt: r.CreatedAt.UTC(), PasswordExpires: timeOf(r.PasswordExpires),
		SuspendedAt: timeOf(r.SuspendedAt), SuspendedReason: r.SuspendedReason, SecondFactor: r.SecondFactor,
	}
	for _, p := range strings.Fields(r.Permissions) {
		m.Permissions = append(m.Permissions, staff.Permission(p))
	}
	return m
}

// CreateStaff stores a new staff account: rider.ErrEmailTaken when there is one with this email. A zero CreatedAt is now.
func (s *Store) CreateStaff(ctx context.Context, m staff.Member) error {
	return s.CreateStaffFor(ctx, m, "")
}

// CreateStaffFor is CreateStaff with a reason.
func (s *Store) CreateStaffFor(ctx context.Context, m staff.Member, reason string) error {
	return s.atomically(ctx, "create staff", func(tx executor) error {
		if _, err := admins(ctx, tx, ""); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO staff (id, first_name, last_name, email, password_hash, permissions, created_at, password_expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, now()), $8)`,
			m.ID, m.FirstName, m.LastName, m.Email, m.PasswordHash, permissionNames(m), nullTime(m.CreatedAt), nullTime(m.PasswordExpires))
		if err != nil {
			return err
		}
		after := map[string]any{"first_name": m.FirstName, "last_name": m.LastName, "permissions": permissionNames(m)}
		return audit(ctx, tx, staff.Deed{Action: "staff.create", Subject: m.Email, After: after, Reason: reason})
	})
}

// permissionNames is a member's permissions for the database, where none is an empty list, not null.
func permissionNames(m staff.Member) []string {
	return append([]string{}, texts(m.Permissions)...)
}

// StaffByEmail finds the account that logs in with an email: rider.ErrCredentials when there is none.
func (s *Store) StaffByEmail(ctx context.Context, email string) (staff.Member, error) {
	var row staffRow
	err := s.identify(ctx, "staff by email", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, identifyStaff+`WHERE lower(email) = lower($1)`, email), rider.ErrCredentials)
	})
	return row.member(), err
}

// StaffByID finds the account that a token names: rider.ErrToken when there is none.
func (s *Store) StaffByID(ctx context.Context, id string) (staff.Member, error) {
	return s.staffByID(ctx, id, rider.ErrToken)
}

// StaffInSession is StaffByID for a token of a session: rider.ErrToken when that has ended, unless it ended because the account is
// suspended, which its owner is told.
func (s *Store) StaffInSession(ctx context.Context, id, session string) (staff.Member, error) {
	if session == "" {
		return s.StaffByID(ctx, id)
	}
	if !isID(id) || !isID(session) {
		return staff.Member{}, rider.ErrToken
	}
	var row staffRow
	err := s.identify(ctx, "staff in session", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, identifyStaff+`
			WHERE id = $1 AND (suspended_at IS NOT NULL
				OR EXISTS (SELECT FROM sessions WHERE family = $2 AND subject = $1 AND ended_at IS NULL))`, id, session), rider.ErrToken)
	})
	return row.member(), err
}

// Member finds an account: staff.ErrMemberUnknown.
func (s *Store) Member(ctx context.Context, id string) (staff.Member, error) {
	return s.staffByID(ctx, id, staff.ErrMemberUnknown)
}

func (s *Store) staffByID(ctx context.Context, id string, none error) (staff.Member, error) {
	if !isID(id) {
		return staff.Member{}, none
	}
	var row staffRow
	err := s.identify(ctx, "staff by id", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, identifyStaff+`WHERE id = $1`, id), none)
	})
	return row.member(), err
}

// memberColumns is what accounts of staff can be sorted by.
var memberColumns = map[string]column{
	"name":    {"lower(last_name || ' ' || first_name)", "text"},
	"email":   {"lower(email)", "text"},
	"created": {"created_at", "timestamptz"},
}

// Members is one page of the accounts of staff that a filter picks, each with its place in the order, and with one more when there is
// a next page; and how many it picks in all.
func (s *Store) Members(ctx context.Context, f staff.Filter, q listing.Query) (list []staff.Member, places []listing.Place, total int, err error) {
	p, err := pageOf(q, memberColumns, "id", "uuid", 4)
	if err != nil {
		return nil, nil, 0, err
	}
	const matching = `
		FROM staff WHERE ($1::text IS NULL OR strpos(lower(first_name || ' ' || last_name || ' ' || email), lower($1)) > 0)
			AND ($2::text IS NULL OR $2 = ANY(permissions)) AND ($3::boolean IS NULL OR (suspended_at IS NOT NULL) = $3) `
	value, id := after(q)
	args := []any{nullText(f.Text), nullText(string(f.Permission)), f.Suspended, value, id, p.limit}
	var rows []staffRow
	err = s.once(ctx, "list staff", func(db executor) error {
		rows = nil
		if err := db.GetContext(ctx, &total, `SELECT count(*)`+matching, args[:3]...); err != nil {
			return err
		}
		return orCursor(db.SelectContext(ctx, &rows, `SELECT `+staffFields+`, `+p.place+` AS place`+matching+`AND `+p.beyond+p.order+` LIMIT $6`, args...))
	})
	for _, r := range rows {
		list, places = append(list, r.member()), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// AllMembers lists every account of staff by name, without the passwords.
func (s *Store) AllMembers(ctx context.Context) ([]staff.Member, error) {
	var rows []staffRow
	err := s.once(ctx, "all staff", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectStaff+`ORDER BY lower(last_name || ' ' || first_name), id`)
	})
	list := make([]staff.Member, len(rows))
	for i, r := range rows {
		list[i] = r.member()
	}
	return list, err
}
