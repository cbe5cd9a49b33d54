// Package postgres keeps what must never be lost: riders, scooters, tariffs, zones, rentals and the ledger. It is the only
// package that speaks SQL. An exported method is a transaction; what the database refuses comes back as a fault of the
// domain, known by the name of the constraint.
package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/jmoiron/sqlx"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	db     *sqlx.DB
	logins *sqlx.DB // finds out who somebody is, and is alone in reading what passwords are checked against
	zones  loadedZones
	prices loadedPrices
}

// Access is how the database is reached: by two users, so that whoever makes the one do what it should not still sees no password.
type Access struct {
	URL     string
	MaxOpen int // connections, which all stay open while there is work for them
	// LoginURL is the way to who somebody is; empty: URL is. Its connections are its own in either case.
	LoginURL     string
	LoginMaxOpen int // 0: as MaxOpen
}

// Open connects to the database at url, as one user, with at most maxOpen connections of each kind.
func Open(ctx context.Context, url string, maxOpen int) (*Store, error) {
	return OpenAs(ctx, Access{URL: url, MaxOpen: maxOpen})
}

// OpenAs connects to the database.
func OpenAs(ctx context.Context, a Access) (*Store, error) {
	db, err := pool(a.URL, a.MaxOpen)
	if err != nil {
		return nil, err
	}
	logins, err := pool(cmp.Or(a.LoginURL, a.URL), cmp.Or(a.LoginMaxOpen, a.MaxOpen))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &Store{db: db, logins: logins}
	err = s.Ping(ctx)
	if err == nil && a.LoginURL != "" {
		err = s.pingLogins(ctx)
	}
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// pool connects when it is used.
func pool(url string, maxOpen int) (*sqlx.DB, error) {
	db, err := sqlx.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	db.SetMaxOpenConns(maxOpen)
	db.SetMaxIdleConns(maxOpen)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	s.zones.close()
	return errors.Join(s.db.Close(), s.logins.Close())
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return retry(ctx, "ping", func() error { return s.db.PingContext(ctx) })
}

// executor is a transaction, or the pool for a method of one statement.
type executor interface {
	GetContext(ctx context.Context, dest any, query string, args ...any) error
	SelectContext(ctx context.Context, dest any, query string, args ...any) error
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// once runs a method of one statement, which is a transaction of its own: one round trip.
func (s *Store) once(ctx context.Context, what string, do func(executor) error) error {
	return retry(ctx, what, func() error { return do(s.db) })
}

// identify runs a method of one statement that finds out who somebody is. It may read nothing but what rights.sql gives log-in.
func (s *Store) identify(ctx context.Context, what string, do func(executor) error) error {
	return retry(ctx, what, func() error { return do(s.logins) })
}

// atomically runs a method of several statements in one transaction.
func (s *Store) atomically(ctx context.Context, what string, do func(executor) error) error {
	return retry(ctx, what, func() error {
		tx, err := s.db.BeginTxx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
		if err := do(tx); err != nil {
			return err
		}
		return tx.Commit()
	})
}
