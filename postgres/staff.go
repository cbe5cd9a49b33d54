package postgres

import (
	"context"
	"strings"
	"time"

	"rodada/domain/rider"
	"rodada/domain/staff"
)

type staffRow struct {
	ID           string    `db:"id"`
	FirstName    string    `db:"first_name"`
	LastName     string    `db:"last_name"`
	Email        string    `db:"email"`
	PasswordHash string    `db:"password_hash"`
	Permissions  string    `db:"permissions"`
	CreatedAt    time.Time `db:"created_at"`
}

const selectStaff = `
	SELECT id, first_name, last_name, email, password_hash, array_to_string(permissions, ' ') AS permissions, created_at FROM staff `

func (r staffRow) member() staff.Member {
	m := staff.Member{
		ID: r.ID, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email, PasswordHash: r.PasswordHash,
		CreatedAt: r.CreatedAt.UTC(),
	}
	for _, p := range strings.Fields(r.Permissions) {
		m.Permissions = append(m.Permissions, staff.Permission(p))
	}
	return m
}

// CreateStaff stores a new staff account: rider.ErrEmailTaken when there is one with this email. A zero CreatedAt is now.
func (s *Store) CreateStaff(ctx context.Context, m staff.Member) error {
	permissions := make([]string, len(m.Permissions)) // none is an empty list, not null
	for i, p := range m.Permissions {
		permissions[i] = string(p)
	}
	return s.atomically(ctx, "create staff", func(tx executor) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO staff (id, first_name, last_name, email, password_hash, permissions, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, coalesce($7, now()))`,
			m.ID, m.FirstName, m.LastName, m.Email, m.PasswordHash, permissions, nullTime(m.CreatedAt))
		if err != nil {
			return err
		}
		after := map[string]any{"first_name": m.FirstName, "last_name": m.LastName, "permissions": permissions}
		return audit(ctx, tx, staff.Deed{Action: "staff.create", Subject: m.Email, After: after})
	})
}

// StaffByEmail finds the account that logs in with an email: rider.ErrCredentials when there is none.
func (s *Store) StaffByEmail(ctx context.Context, email string) (staff.Member, error) {
	var row staffRow
	err := s.once(ctx, "staff by email", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, selectStaff+`WHERE lower(email) = lower($1)`, email), rider.ErrCredentials)
	})
	return row.member(), err
}

// StaffByID finds the account that a token names: rider.ErrToken when there is none.
func (s *Store) StaffByID(ctx context.Context, id string) (staff.Member, error) {
	if !isID(id) {
		return staff.Member{}, rider.ErrToken
	}
	var row staffRow
	err := s.once(ctx, "staff by id", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, selectStaff+`WHERE id = $1`, id), rider.ErrToken)
	})
	return row.member(), err
}
