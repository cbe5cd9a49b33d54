package migrations

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Rights is what each role may do, as rights.sql says it.
//
//go:embed rights.sql
var Rights string

// Role is a part of Rodada as the database knows it: a group that users are members of, and that nobody logs in as.
type Role string

// The roles.
const (
	Login  Role = "login"  // finds out who somebody is
	API    Role = "api"    // answers riders and staff
	Worker Role = "worker" // runs the workflows
	Bridge Role = "bridge" // carries what scooters say
)

// Roles lists them.
func Roles() []Role { return []Role{Login, API, Worker, Bridge} }

// Prefix begins the roles' names where nothing else is set. Roles belong to the whole server, so installations that share one
// have a prefix each.
const Prefix = "rodada_"

// Grant makes the roles that are missing and gives each exactly the rights of rights.sql, in one transaction: whoever is connected
// notices nothing of what stays. Processes that do so at once take turns.
func Grant(ctx context.Context, url, prefix string) error {
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer func() { _ = db.Close(context.WithoutCancel(ctx)) }()
	for _, r := range Roles() {
		if err := makeRole(ctx, db, r.Name(prefix), "NOLOGIN"); err != nil {
			return err
		}
	}
	names, list := quoted(prefix)
	statements := []string{
		`SELECT pg_advisory_xact_lock(7233021)`,
		`REVOKE CREATE ON SCHEMA public FROM PUBLIC`, // which servers before 15 gave
		strings.ReplaceAll(takeAll, ":all", list),
		`GRANT USAGE ON SCHEMA public TO ` + list,
		names.Replace(Rights),
	}
	err = pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		for _, s := range statements {
			if _, err := tx.Exec(ctx, s, pgx.QueryExecModeSimpleProtocol); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("migrations: rights: %w", err)
	}
	return nil
}

// takeAll is for what is the owner's own: extensions and other programs may have put theirs beside it.
const takeAll = `
	DO $$
	DECLARE
		c record;
	BEGIN
		FOR c IN SELECT oid::regclass AS name, CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind FROM pg_class o
			WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
				AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = o.oid AND deptype = 'e')
		LOOP
			EXECUTE format('REVOKE ALL ON %s %s FROM PUBLIC, :all', c.kind, c.name);
		END LOOP;
	END $$`

// Name is the role in an installation with this prefix.
func (r Role) Name(prefix string) string { return prefix + string(r) }

// quoted is the roles' names for rights.sql, and all of them in a row.
func quoted(prefix string) (names *strings.Replacer, list string) {
	var pairs, all []string
	for _, r := range Roles() {
		name := pgx.Identifier{r.Name(prefix)}.Sanitize()
		pairs, all = append(pairs, ":"+string(r), name), append(all, name)
	}
	return strings.NewReplacer(pairs...), strings.Join(all, ", ")
}

// makeRole makes a role unless there is one. Another database of the server may be about to make it too.
func makeRole(ctx context.Context, db *pgx.Conn, name, options string) error {
	var there bool
	err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, name).Scan(&there)
	if err == nil && !there {
		_, err = db.Exec(ctx, `CREATE ROLE `+pgx.Identifier{name}.Sanitize()+` `+options, pgx.QueryExecModeSimpleProtocol)
	}
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && (refused.Code == "42710" || refused.Code == "23505"): // it is there, or just came
		return nil
	case errors.As(err, &refused) && refused.Code == "42501":
		return fmt.Errorf("migrations: the owner may not make the role %s: give it CREATEROLE, or make the role yourself (docs/security.md)", name)
	}
	return fmt.Errorf("migrations: role %s: %w", name, errors.Join(err, ctx.Err()))
}
