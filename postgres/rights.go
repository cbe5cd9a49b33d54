package postgres

import (
	"context"
	"errors"
)

// ErrLoginRights says that nobody could log in.
var ErrLoginRights = errors.New("postgres: the user for log-in may not read the passwords")

const readsPasswords = `SELECT has_column_privilege('riders', 'password_hash', 'SELECT') AND has_column_privilege('staff', 'password_hash', 'SELECT')`

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
