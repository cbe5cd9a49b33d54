package migrations_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
	"rodada/migrations"
)

func database(t *testing.T) string {
	t.Helper()
	return testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close(t.Context()) })
	return db
}

func list(t *testing.T, db *pgx.Conn, query string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), query, args...)
	require.NoError(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return all
}

// stated is every table that rights.sql says something of.
func stated() (granted, closed map[string]bool) {
	granted, closed = map[string]bool{}, map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^-- closed: ([a-z_, ]+)`).FindAllStringSubmatch(migrations.Rights, -1) {
		for _, table := range strings.Split(m[1], ",") {
			closed[strings.TrimSpace(table)] = true
		}
	}
	for _, m := range regexp.MustCompile(`(?s)\bON ([a-z_, \n]+?)\s+TO :`).FindAllStringSubmatch(migrations.Rights, -1) {
		for _, table := range strings.Split(m[1], ",") {
			granted[strings.TrimSpace(table)] = true
		}
	}
	return granted, closed
}

// A table that nobody was given is invisible to the parts of Rodada, which work all the same for the owner of a test.
func TestEveryTableAndColumnHasAStatedRight(t *testing.T) {
	db := connect(t, database(t))
	granted, closed := stated()
	tables := list(t, db, `SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')`)
	for _, table := range tables {
		if !granted[table] && !closed[table] {
			t.Errorf("nobody may use the table %[1]s. Say in migrations/rights.sql who may do what with it, such as\n"+
				"\tGRANT SELECT, INSERT ON %[1]s TO :api;\n"+
				"\tGRANT SELECT, UPDATE ON %[1]s TO :worker;\n"+
				"(no more than the code of each does; what never changes is not updated or deleted), or write there\n"+
				"\t-- closed: %[1]s\n"+
				"if it is the owner's alone.", table)
		}
	}
	require.Subset(t, tables, slices.Collect(maps.Keys(granted)), "rights.sql names what is no table")

	unread := list(t, db, `
		SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.relname = ANY ($2)
			AND NOT EXISTS (SELECT FROM unnest($1::text[]) AS r WHERE has_column_privilege(r, c.oid, a.attnum, 'SELECT'))
		ORDER BY 1`, names(migrations.Prefix), slices.Collect(maps.Keys(granted)))
	for _, column := range unread {
		table, name, _ := strings.Cut(column, ".")
		t.Errorf("nobody may read %s. The rights on %s are given column by column in migrations/rights.sql: add %s to each list "+
			"that needs it (SELECT, and UPDATE where the code changes it)", column, table, name)
	}
}

func names(prefix string) []string {
	all := []string{}
	for _, r := range migrations.Roles() {
		all = append(all, r.Name(prefix))
	}
	return all
}

// No right comes to a role from elsewhere: not by being everybody, not by the tables that are still to come.
func TestRightsComeFromTheFileAlone(t *testing.T) {
	url := database(t)
	owner := connect(t, url)
	_, err := owner.Exec(t.Context(), `CREATE TABLE news (id integer); CREATE SEQUENCE numbers`, pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	for _, r := range migrations.Roles() {
		db := connect(t, testkit.AsRole(t, url, r.Name(migrations.Prefix)))
		for _, forbidden := range []string{
			`SELECT * FROM news`, `INSERT INTO news VALUES (1)`, `SELECT nextval('numbers')`, `CREATE TABLE mine (id integer)`,
			`SELECT * FROM goose_db_version`, `DROP TABLE riders`, `TRUNCATE audit_log`, `ALTER TABLE audit_log DISABLE TRIGGER ALL`,
			`CREATE ROLE friend`, `SELECT pg_read_file('/etc/hostname')`, `COPY riders TO PROGRAM 'cat'`,
		} {
			_, err := db.Exec(t.Context(), forbidden, pgx.QueryExecModeSimpleProtocol)
			refused(t, err, "%s: %s", r, forbidden)
		}
	}
}

func refused(t *testing.T, err error, as string, args ...any) {
	t.Helper()
	var pg *pgconn.PgError
	require.ErrorAs(t, err, &pg, "%s was not refused", fmt.Sprintf(as, args...))
	require.Equal(t, "42501", pg.Code, "%s: %s", fmt.Sprintf(as, args...), pg.Message)
}

// What each role must be able to do and must not, as SQL that somebody would write. Postgres looks at rights before it looks for rows.
func TestWhatEachRoleMayDo(t *testing.T) {
	url := database(t)
	for role, c := range map[migrations.Role]struct{ may, not []string }{
		migrations.Login: {
			may: []string{
				`SELECT id, email, password_hash, suspended_at FROM riders WHERE lower(email) = 'a@b.c'`,
				`SELECT id, password_hash, permissions, totp_secret <> '' FROM staff WHERE lower(email) = 'a@b.c'`,
				`SELECT 1 FROM sessions WHERE family = gen_random_uuid() AND ended_at IS NULL`,
				`SELECT v.permissions FROM services v JOIN service_secrets k ON k.service_id = v.id WHERE k.hash = ''`,
			},
			not: []string{
				`UPDATE riders SET password_hash = 'x'`, `UPDATE staff SET permissions = '{admin}'`, `DELETE FROM riders`,
				`SELECT totp_pending FROM staff`, `SELECT phone FROM riders`, `SELECT created_at FROM riders`, `SELECT hash FROM session_tokens`, `UPDATE services SET permissions = '{money}'`, `DELETE FROM service_secrets`, `SELECT * FROM staff_recovery_codes`,
				`INSERT INTO sessions (family) VALUES (gen_random_uuid())`, `UPDATE sessions SET ended_at = NULL`,
				`SELECT 1 FROM rentals`, `SELECT 1 FROM ledger_entries`, `SELECT 1 FROM scooters`, `SELECT 1 FROM audit_log`,
				`SELECT 1 FROM mqtt_credentials`, `SELECT 1 FROM letters`, `SELECT id FROM riders FOR UPDATE`,
			},
		},
		migrations.API: {
			may: []string{
				`SELECT id, email, phone FROM riders`, `UPDATE riders SET password_hash = 'x' WHERE id = gen_random_uuid()`,
				`UPDATE riders SET suspended_at = now() WHERE id = gen_random_uuid()`,
				`SELECT action FROM audit_log`, `SELECT 1 FROM ledger_entries`, `DELETE FROM sessions WHERE family = gen_random_uuid()`,
				`DELETE FROM proofs WHERE expires_at < now()`, `SELECT * FROM rentals`, `SELECT * FROM scooters FOR UPDATE`,
			},
			not: []string{
				`SELECT hash FROM service_secrets`, `UPDATE service_secrets SET hash = ''`, `DELETE FROM services`, `UPDATE services SET id = gen_random_uuid()`,
				`SELECT password_hash FROM riders`, `SELECT * FROM riders`, `SELECT 1 FROM riders WHERE password_hash = 'x'`,
				`UPDATE riders SET language = 'es' RETURNING password_hash`, `SELECT password_hash FROM staff`, `SELECT r FROM riders r`,
				`UPDATE riders SET first_name = password_hash`, `DELETE FROM riders`, `UPDATE riders SET id = gen_random_uuid()`,
				`DELETE FROM staff`, `UPDATE staff SET email = 'me@example.com'`,
				`UPDATE audit_log SET reason = ''`, `DELETE FROM audit_log`, `TRUNCATE audit_log`, `SELECT 1 FROM audit_chain`, `DELETE FROM audit_chain`,
				`INSERT INTO audit_chain VALUES (1, 1, '')`, `SELECT 1 FROM audit_turns FOR UPDATE`, `SELECT * FROM audit_tell('1 hour', 1000)`,
				`INSERT INTO audit_log (at, staff_email, action, subject) VALUES ('2020-01-01', 'x', 'zone.change', 'y')`,
				`UPDATE ledger_entries SET minor = 0`, `DELETE FROM ledger_entries`, `UPDATE ledger_transactions SET note = ''`,
				`DELETE FROM ledger_transactions`, `UPDATE ledger_accounts SET currency = 'USD'`, `DELETE FROM rentals`,
				`UPDATE tariff_versions SET plan = '{}'`, `DELETE FROM rental_events`, `SELECT content FROM letters`,
			},
		},
		migrations.Worker: {
			may: []string{
				`SELECT * FROM audit_chain`, `SELECT * FROM audit_heads`, `SELECT * FROM audit_tell('1 hour', 1000)`, `SELECT content FROM letters FOR UPDATE SKIP LOCKED`,
				`UPDATE rentals SET state = state WHERE id = gen_random_uuid()`, `SELECT 1 FROM ledger_entries`,
				`SELECT email FROM staff`, `DELETE FROM webhook_deliveries WHERE due_at IS NULL AND created_at < now()`,
			},
			not: []string{
				`SELECT id FROM riders`, `SELECT email FROM riders`, `UPDATE riders SET suspended_at = NULL`, `SELECT password_hash FROM staff`,
				`SELECT totp_secret FROM staff`, `SELECT 1 FROM sessions`, `SELECT 1 FROM session_tokens`, `SELECT 1 FROM proofs`, `SELECT 1 FROM services`, `SELECT 1 FROM service_secrets`,
				`UPDATE audit_chain SET hash = ''`, `DELETE FROM audit_chain`, `UPDATE audit_heads SET seq = 0`, `DELETE FROM audit_heads`,
				`INSERT INTO audit_heads (seq, hash) VALUES (9, '')`, `UPDATE audit_turns SET what = 'link'`,
				`INSERT INTO audit_log (at, staff_email, action, subject) VALUES ('2020-01-01', 'x', 'zone.change', 'y')`,
				`UPDATE audit_log SET reason = ''`, `DELETE FROM audit_log`, `SELECT before FROM audit_log`,
				`UPDATE ledger_entries SET minor = 0`, `DELETE FROM ledger_transactions`,
				`INSERT INTO rentals (id) VALUES (gen_random_uuid())`, `INSERT INTO scooters (plate) VALUES ('x')`, `DELETE FROM scooters`,
				`UPDATE firmware_images SET retired_at = now()`, `UPDATE letters SET rider_id = NULL`,
			},
		},
		migrations.Bridge: {
			may: []string{`SELECT * FROM zone_versions WHERE until_set IS NULL`, `SELECT max(version) FROM zone_sets`},
			not: []string{
				`SELECT 1 FROM riders`, `SELECT 1 FROM staff`, `SELECT 1 FROM rentals`, `SELECT 1 FROM scooters`, `SELECT 1 FROM mqtt_credentials`,
				`SELECT 1 FROM ledger_entries`, `SELECT 1 FROM audit_log`, `INSERT INTO zone_sets (version) VALUES (9)`,
				`UPDATE zone_versions SET until_set = 1`, `SELECT 1 FROM commands`, `SELECT 1 FROM sessions`,
			},
		},
	} {
		t.Run(string(role), func(t *testing.T) {
			db := connect(t, testkit.AsRole(t, url, role.Name(migrations.Prefix)))
			for _, sql := range c.may {
				_, err := db.Exec(t.Context(), sql)
				require.NoError(t, err, sql)
			}
			for _, sql := range c.not {
				_, err := db.Exec(t.Context(), sql)
				refused(t, err, "%s", sql)
			}
		})
	}
}

// What somebody gave by hand is gone with the next migrate, and what somebody took is back.
func TestRightsAreSetAgain(t *testing.T) {
	url := database(t)
	owner := connect(t, url)
	api := migrations.API.Name(migrations.Prefix)
	for _, sql := range []string{
		`GRANT DELETE ON audit_log TO ` + api, `GRANT SELECT (password_hash) ON riders TO ` + api, `GRANT SELECT ON riders TO PUBLIC`,
		`REVOKE SELECT ON rentals FROM ` + api,
		`CREATE TABLE another (id integer)`, `ALTER TABLE another OWNER TO pg_monitor`, `GRANT SELECT ON another TO PUBLIC`,
	} {
		_, err := owner.Exec(t.Context(), sql)
		require.NoError(t, err)
	}
	may := func(sql string) error {
		_, err := connect(t, testkit.AsRole(t, url, api)).Exec(t.Context(), sql)
		return err
	}
	require.NoError(t, may(`SELECT password_hash FROM riders`))
	refused(t, may(`SELECT 1 FROM rentals`), "rentals")
	require.NoError(t, migrations.Up(t.Context(), url))
	refused(t, may(`SELECT password_hash FROM riders`), "the hash")
	refused(t, may(`DELETE FROM audit_log`), "the audit log")
	require.NoError(t, may(`SELECT 1 FROM another`), "not ours to close")
	require.NoError(t, may(`SELECT 1 FROM rentals`))
}

// Roles belong to the server: databases that are migrated at once make the same ones.
func TestManyDatabasesGrantAtOnce(t *testing.T) {
	prefix := "t" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12] + "_"
	urls := []string{database(t), database(t), database(t), database(t)}
	forget(t, urls, names(prefix)...)
	users := map[migrations.Role]string{
		migrations.API:   user(urls[0], prefix+"u1", "secret"),
		migrations.Login: user(urls[0], prefix+"u2", ""),
	}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			url := urls[i%len(urls)]
			if err := migrations.UpWith(t.Context(), url, prefix); err != nil {
				t.Error(err)
			} else if err := migrations.Users(t.Context(), url, prefix, users); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	forget(t, urls, prefix+"u1", prefix+"u2")
	for _, url := range urls {
		_, err := connect(t, user(url, prefix+"u1", "secret")).Exec(t.Context(), `SELECT 1 FROM rentals`)
		require.NoError(t, err)
		_, err = connect(t, user(url, prefix+"u1", "secret")).Exec(t.Context(), `SELECT password_hash FROM riders`)
		refused(t, err, "the hash")
		_, err = connect(t, user(url, prefix+"u2", "")).Exec(t.Context(), `SELECT password_hash FROM riders`)
		require.NoError(t, err)
	}
	var kept string
	require.NoError(t, connect(t, urls[0]).QueryRow(t.Context(), `SELECT rolpassword FROM pg_authid WHERE rolname = $1`, prefix+"u1").Scan(&kept))
	require.True(t, strings.HasPrefix(kept, "SCRAM-SHA-256$4096:"), kept)
}

func TestUsersThatCanNotBe(t *testing.T) {
	url := database(t)
	for name, wrong := range map[string]string{
		"no URL":              "postgres://%",
		"a password to fold":  user(url, "rodada_nobody", "contraseña"),
		"a password of lines": user(url, "rodada_nobody", "a\nb"),
	} {
		t.Run(name, func(t *testing.T) {
			err := migrations.Users(t.Context(), url, migrations.Prefix, map[migrations.Role]string{migrations.API: wrong})
			require.ErrorContains(t, err, "migrations: ")
			require.NotContains(t, err.Error(), "contrase")
		})
	}
	require.Empty(t, list(t, connect(t, url), `SELECT rolname::text FROM pg_roles WHERE rolname = 'rodada_nobody'`))
}

// An owner who may make no roles is told what to do, and one who finds them made needs no more.
func TestAnOwnerWithoutTheRightToMakeRoles(t *testing.T) {
	url := testkit.Postgres(t)
	prefix := "t" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12] + "_"
	root := connect(t, url)
	owner := prefix + "owner"
	forget(t, []string{url}, append(names(prefix), owner)...)
	_, err := root.Exec(t.Context(), fmt.Sprintf(`CREATE ROLE %[1]s LOGIN; GRANT ALL ON SCHEMA public TO %[1]s`, owner), pgx.QueryExecModeSimpleProtocol)
	require.NoError(t, err)
	require.ErrorContains(t, migrations.UpWith(t.Context(), user(url, owner, ""), prefix), "give it CREATEROLE, or make the role yourself")
	for _, name := range names(prefix) {
		_, err := root.Exec(t.Context(), `CREATE ROLE `+name)
		require.NoError(t, err)
	}
	require.NoError(t, migrations.UpWith(t.Context(), user(url, owner, ""), prefix))
	_, err = connect(t, testkit.AsRole(t, url, prefix+"bridge")).Exec(t.Context(), `SELECT 1 FROM zone_sets`)
	require.NoError(t, err)
}
