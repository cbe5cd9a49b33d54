package postgres

import (
	"context"
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
	CreatedAt    time.Time `db:"created_at"`
}

func (r staffRow) member() staff.Member {
	m := staff.Member(r)
	m.CreatedAt = r.CreatedAt.UTC()
	return m
}

// CreateStaff stores a new staff account: rider.ErrEmailTaken when there is one with this email. A zero CreatedAt is now.
func (s *Store) CreateStaff(ctx context.Context, m staff.Member) error {
	return s.once(ctx, "create staff", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			INSERT INTO staff (id, first_name, last_name, email, password_hash, created_at)
			VALUES ($1, $2, $3, $4, $5, coalesce($6, now()))`,
			m.ID, m.FirstName, m.LastName, m.Email, m.PasswordHash, nullTime(m.CreatedAt))
		return err
	})
}

// StaffByEmail finds the account that logs in with an email: rider.ErrCredentials when there is none.
func (s *Store) StaffByEmail(ctx context.Context, email string) (staff.Member, error) {
	var row staffRow
	err := s.once(ctx, "staff by email", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT * FROM staff WHERE lower(email) = lower($1)`, email), rider.ErrCredentials)
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
		return orElse(db.GetContext(ctx, &row, `SELECT * FROM staff WHERE id = $1`, id), rider.ErrToken)
	})
	return row.member(), err
}
