// Package migrations is the shape of the database: numbered SQL without gaps, each file with its way down; and who may do what with
// it, in rights.sql. The files are the only place where either is written, and they are in the binary, so that a version of Rodada
// brings its own.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Files holds the migrations and the rights by name.
//
//go:embed *.sql
var Files embed.FS

// rightsFile is no migration.
const rightsFile = "rights.sql"

// Processes that migrate at once wait for each other this long, looking once a second.
const lockSeconds = 300

// Up brings the database to the newest version and gives the roles their rights, under their usual names. Processes that do so at
// once take turns.
func Up(ctx context.Context, url string) error { return UpWith(ctx, url, Prefix) }

// UpWith is Up with other names for the roles.
func UpWith(ctx context.Context, url, prefix string) error {
	err := with(url, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
	if err != nil {
		return err
	}
	return Grant(ctx, url, prefix)
}

// Down takes the database back to a version; 0 leaves nothing.
func Down(ctx context.Context, url string, version int64) error {
	return with(url, func(p *goose.Provider) error {
		_, err := p.DownTo(ctx, version)
		return err
	})
}

// Version tells which version the database has and which one this binary brings.
func Version(ctx context.Context, url string) (has, brings int64, err error) {
	err = with(url, func(p *goose.Provider) error {
		has, brings, err = p.GetVersions(ctx)
		return err
	})
	return has, brings, err
}

func with(url string, do func(*goose.Provider) error) error {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, lockSeconds))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, Files, goose.WithSessionLocker(locker), goose.WithExcludeNames([]string{rightsFile}))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer provider.Close()
	if err := do(provider); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}
