package testkit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"

	"rodada/internal/devstack"
)

// Migrate brings the empty database at url to the wanted schema and lets go of
// all its connections.
type Migrate func(ctx context.Context, url string) error

// Postgres is the URL of an empty database for this test, dropped after it.
func Postgres(t testing.TB) string {
	t.Helper()
	return freshDatabase(t, need(t, devstack.Postgres).PostgresURL, "template1")
}

// Database is the URL of a migrated database for this test, dropped after it.
// The migration runs once for each key and run; every database is a copy of its
// outcome. The key names what is migrated: HashFS of the migrations.
func Database(t testing.TB, key string, migrate Migrate) string {
	t.Helper()
	base := need(t, devstack.Postgres).PostgresURL
	sum := sha256.Sum256([]byte(key))
	template := "template_" + hex.EncodeToString(sum[:8])
	if err := prepareTemplate(t.Context(), base, template, migrate); err != nil {
		t.Fatalf("postgres: prepare the database that tests copy: %v", err)
	}
	return freshDatabase(t, base, template)
}

// AsRole is the way to a database as one of its roles, such as rodada_api: what that may not do is refused.
func AsRole(t testing.TB, at string, role string) string {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("role", role)
	u.RawQuery = query.Encode()
	return u.String()
}

// HashFS is the same for the same files.
func HashFS(t testing.TB, files fs.FS) string {
	t.Helper()
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		_, _ = fmt.Fprintf(sum, "%q %d\n%s\n", path, len(text), text) // a hash takes everything
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// prepareTemplate makes the template unless a test of another process was first;
// they wait for each other.
func prepareTemplate(ctx context.Context, base, template string, migrate Migrate) error {
	return onServer(ctx, base, func(db *pgx.Conn) error {
		if _, err := db.Exec(ctx, `SELECT pg_advisory_lock(hashtext($1))`, template); err != nil {
			return err
		} // given back with the connection
		var there bool
		if err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, template).Scan(&there); err != nil || there {
			return err
		}
		unfinished := template + "_new"
		if _, err := db.Exec(ctx, `DROP DATABASE IF EXISTS `+unfinished+` WITH (FORCE)`); err != nil {
			return err
		}
		if _, err := db.Exec(ctx, `CREATE DATABASE `+unfinished); err != nil {
			return err
		}
		at, err := sibling(base, unfinished)
		if err != nil {
			return err
		}
		if err := migrate(ctx, at); err != nil {
			return err
		}
		_, err = db.Exec(ctx, `ALTER DATABASE `+unfinished+` RENAME TO `+template)
		return err
	})
}

func freshDatabase(t testing.TB, base, template string) string {
	t.Helper()
	name := "test_" + unique()
	err := onServer(t.Context(), base, func(db *pgx.Conn) error {
		_, err := db.Exec(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+template)
		return err
	})
	if err != nil {
		t.Fatalf("postgres: %v", err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		err := onServer(ctx, base, func(db *pgx.Conn) error {
			_, err := db.Exec(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
			return err
		})
		if err != nil {
			t.Errorf("postgres: %v", err)
		}
	})
	at, err := sibling(base, name)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func onServer(ctx context.Context, at string, do func(*pgx.Conn) error) error {
	db, err := pgx.Connect(ctx, at)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	return do(db)
}

// sibling is another database of the same server.
func sibling(base, name string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}
