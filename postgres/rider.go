package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/rider"
)

type riderRow struct {
	ID           string       `db:"id"`
	FirstName    string       `db:"first_name"`
	LastName     string       `db:"last_name"`
	Email        string       `db:"email"`
	PasswordHash string       `db:"password_hash"`
	Phone        string       `db:"phone"`
	Language     string       `db:"language"`
	CreatedAt    time.Time    `db:"created_at"`
	SuspendedAt  sql.NullTime `db:"suspended_at"`
}

func (r riderRow) rider() rider.Rider {
	return rider.Rider{
		ID: r.ID, FirstName: r.FirstName, LastName: r.LastName, Email: r.Email, PasswordHash: r.PasswordHash, Phone: r.Phone,
		Language: r.Language, CreatedAt: r.CreatedAt.UTC(), SuspendedAt: timeOf(r.SuspendedAt),
	}
}

// openColumns is who a rider is, without the password.
const openColumns = `id, first_name, last_name, email, phone, language, created_at, suspended_at`

// identifyRider is what log-in may read of a rider, for identify.
const identifyRider = `SELECT password_hash, id, first_name, last_name, email, language, suspended_at FROM riders `

// CreateRider stores a new account: rider.ErrEmailTaken when there is one with this email, in whatever case. A zero
// CreatedAt is now.
func (s *Store) CreateRider(ctx context.Context, r rider.Rider) error {
	return s.once(ctx, "create rider", func(db executor) error { return createRider(ctx, db, r) })
}

func createRider(ctx context.Context, tx executor, r rider.Rider) error {
	_, err := tx.ExecContext(ctx, `
		INSERT INTO riders (id, first_name, last_name, email, password_hash, phone, language, created_at, suspended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, coalesce($8, now()), $9)`,
		r.ID, r.FirstName, r.LastName, r.Email, r.PasswordHash, r.Phone, r.Language, nullTime(r.CreatedAt), nullTime(r.SuspendedAt))
	return err
}

// RiderByEmail finds the account that logs in with an email, without what log-in does not need: rider.ErrCredentials when there is none.
func (s *Store) RiderByEmail(ctx context.Context, email string) (rider.Rider, error) {
	var row riderRow
	err := s.identify(ctx, "rider by email", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, identifyRider+`WHERE lower(email) = lower($1) AND email <> ''`, email), rider.ErrCredentials)
	})
	return row.rider(), err
}

// RiderByID finds the account that a token names: rider.ErrToken when there is none, or none any more.
func (s *Store) RiderByID(ctx context.Context, id string) (rider.Rider, error) {
	if !isID(id) {
		return rider.Rider{}, rider.ErrToken
	}
	var row riderRow
	err := s.identify(ctx, "rider by id", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, identifyRider+`WHERE id = $1 AND deleted_at IS NULL`, id), rider.ErrToken)
	})
	if err == nil { // the rest, for which log-in has no right
		err = s.once(ctx, "rider by id", func(db executor) error {
			return orElse(db.GetContext(ctx, &row, `SELECT phone, created_at FROM riders WHERE id = $1 AND deleted_at IS NULL`, id), rider.ErrToken)
		})
	}
	return row.rider(), err
}

// orElse says what it means that there was no row.
func orElse(err, none error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return none
	}
	return err
}
