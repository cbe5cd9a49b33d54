package postgres

import (
	"context"
	"errors"
)

// ErrLoginRights says that nobody could log in.
var ErrLoginRights = errors.New("postgres: the user for log-in may not read the passwords")

// readsPasswords asks whether the user may.
const readsPasswords = `SELECT bool_and(has_column_privilege(t, 'password_hash', 'SELECT')) FROM unnest('{riders,staff}'::text[]) AS t` //nolint:gosec // a column's name is no password

// ReadsPasswords reports whether the store's user sees passwords though it is not there for log-in: then it has more rights than it needs.
func (s *Store) ReadsPasswords(ctx context.Context) (yes bool, err error) {
	err = s.once(ctx, "rights", func(db executor) error { return db.GetContext(ctx, &yes, readsPasswords) })
	return yes, err
}

// MayLogin reports ErrLoginRights.
func (s *Store) MayLogin(ctx context.Context) error {
	var may bool
	err := s.identify(ctx, "rights of log-in", func(db executor) error { return db.GetContext(ctx, &may, readsPasswords) })
	if err == nil && !may {
		err = ErrLoginRights
	}
	return err
}

func (s *Store) pingLogins(ctx context.Context) error {
	return retry(ctx, "ping", func() error { return s.logins.PingContext(ctx) })
}
