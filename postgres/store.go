// Package postgres keeps what must never be lost: riders, scooters, tariffs, zones, rentals and the ledger. It is the only
// package that speaks SQL. An exported method is a transaction; what the database refuses comes back as a fault of the
// domain, known by the name of the constraint.
package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/jmoiron/sqlx"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	db    *sqlx.DB
	zones loadedZones
}

// Open connects to the database at url with at most maxOpen connections, which all stay open while there is work for them.
func Open(ctx context.Context, url string, maxOpen int) (*Store, error) {
	db, err := sqlx.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	db.SetMaxOpenConns(maxOpen)
	db.SetMaxIdleConns(maxOpen)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s := &Store{db: db}
	if err := s.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, err
	}
	return s, nil
}

// Close ends all connections.
func (s *Store) Close() error {
	s.zones.close()
	return s.db.Close()
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
