package postgres

import (
	"context"
	"time"

	"rodada/domain/rider"
)

// BeginLogin stores a log-in that another service is asked for, and forgets those that nobody finished.
func (s *Store) BeginLogin(ctx context.Context, f rider.LoginFlow, now time.Time) error {
	return s.once(ctx, "begin login", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			WITH over AS (DELETE FROM login_flows WHERE expires_at < $6), late AS (DELETE FROM login_codes WHERE expires_at < $6)
			INSERT INTO login_flows (state, browser, service, challenge, expires_at) VALUES ($1, $2, $3, $4, $5)`,
			f.State, f.Browser, f.Service, f.Challenge, f.ExpiresAt, now)
		return err
	})
}

// TakeLogin takes a log-in that its service sent back, once and for the browser that began it: rider.ErrLoginLost. It gives the
// challenge of the app.
func (s *Store) TakeLogin(ctx context.Context, f rider.LoginFlow, now time.Time) (challenge string, err error) {
	err = s.once(ctx, "take login", func(db executor) error {
		return orElse(db.GetContext(ctx, &challenge, `
			DELETE FROM login_flows WHERE state = $1 AND browser = $2 AND service = $3 AND expires_at > $4 RETURNING challenge`,
			f.State, f.Browser, f.Service, now), rider.ErrLoginLost)
	})
	return challenge, err
}

// KeepLogin stores what came of a log-in until its app fetches it.
func (s *Store) KeepLogin(ctx context.Context, c rider.LoginCode) error {
	return s.once(ctx, "keep login", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			INSERT INTO login_codes (hash, challenge, service, subject, email, first_name, last_name, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			c.Hash, c.Challenge, c.Identity.Service, c.Identity.Subject, c.Identity.Email, c.Identity.FirstName, c.Identity.LastName, c.ExpiresAt)
		return err
	})
}

type loginCodeRow struct {
	Challenge string    `db:"challenge"`
	Service   string    `db:"service"`
	Subject   string    `db:"subject"`
	Email     string    `db:"email"`
	FirstName string    `db:"first_name"`
	LastName  string    `db:"last_name"`
	ExpiresAt time.Time `db:"expires_at"`
}

// FetchLogin gives what came of a log-in to whoever has its code and the challenge of the app that began it: rider.ErrLoginCode. The
// code is spent with the first try, right or wrong.
func (s *Store) FetchLogin(ctx context.Context, hash []byte, challenge string, now time.Time) (rider.Identity, error) {
	var row loginCodeRow
	err := s.once(ctx, "fetch login", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `
			DELETE FROM login_codes WHERE hash = $1
			RETURNING challenge, service, subject, email, first_name, last_name, expires_at`, hash), rider.ErrLoginCode)
	})
	if err == nil && (row.Challenge != challenge || !now.Before(row.ExpiresAt)) {
		err = rider.ErrLoginCode
	}
	if err != nil {
		return rider.Identity{}, err
	}
	return rider.Identity{
		Service: row.Service, Subject: row.Subject, Email: row.Email, FirstName: row.FirstName, LastName: row.LastName,
	}, nil
}
