package e2e_test

import (
	"database/sql"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
	"rodada/seal"
)

// sealedElsewhere are columns that hold something sealed and that a change of keys would not find.
func (w *world) sealedElsewhere(t *testing.T) []string {
	t.Helper()
	known := []string{}
	for _, c := range postgres.SealedColumns() {
		known = append(known, c.String())
	}
	var found []string
	for _, row := range w.rows(t, `
		SELECT table_name || '.' || column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
		WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type IN ('text', 'jsonb', 'json', 'bytea', 'ARRAY')`) {
		if slices.Contains(known, row) {
			continue
		}
		table, column, _ := strings.Cut(row, ".")
		var is bool
		require.NoError(t, w.db.QueryRowContext(lasting(t),
			`SELECT EXISTS (SELECT FROM "`+table+`" WHERE "`+column+`"::text LIKE '%sealed:%')`).Scan(&is))
		if is {
			found = append(found, row)
		}
	}
	return found
}

// kill -9 of a change of keys that has begun: what is done is done, all can be read, and the next goes on.
func TestKillNineWhileKeysAreChanged(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	db, err := sql.Open("pgx", url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	v1, v2 := seal.NewKey("v1"), seal.NewKey("v2")
	old, err := seal.Parse(v1)
	require.NoError(t, err)
	const many = 30_000
	ids, secrets := make([]string, many), make([]string, many)
	for i := range ids {
		ids[i] = uuid.NewString()
		secrets[i], err = old.Seal(ids[i], staff.WebhookPurpose(ids[i]))
		require.NoError(t, err)
	}
	_, err = db.ExecContext(t.Context(), `
		INSERT INTO webhooks (id, url, secret) SELECT id, 'https://example.com', secret FROM unnest($1::uuid[], $2::text[]) AS n (id, secret)`, ids, secrets)
	require.NoError(t, err)
	under := func(key string) (n int) {
		require.NoError(t, db.QueryRowContext(t.Context(), `SELECT count(*) FROM webhooks WHERE secret LIKE 'sealed:' || $1 || ':%'`, key).Scan(&n))
		return n
	}
	run := func(keys string, args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), binary, append([]string{"keys", "rotate"}, args...)...)
		cmd.Env = config.Environ(set{"POSTGRES_URL": url, "SEAL_KEYS": keys})
		return cmd
	}

	victim := run(v2 + "," + v1)
	require.NoError(t, victim.Start())
	require.Eventually(t, func() bool { return under("v2") > 0 }, patience, tick)
	require.NoError(t, victim.Process.Kill())
	require.Error(t, victim.Wait())
	require.Positive(t, under("v1"), "it was killed in the middle")
	require.Equal(t, many, under("%"), "and nothing is lost") // in one look: the last statement may still be under way

	require.Error(t, run(v2+","+v1, "--check").Run())
	out, err := run(v2 + "," + v1).CombinedOutput()
	require.NoError(t, err, string(out))
	out, err = run(v2, "--check").CombinedOutput()
	require.NoError(t, err, string(out))
	require.Equal(t, many, under("v2"))
	fresh, err := seal.Parse(v2)
	require.NoError(t, err)
	rows, err := db.QueryContext(t.Context(), `SELECT id, secret FROM webhooks`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var id, text string
		require.NoError(t, rows.Scan(&id, &text))
		secret, err := fresh.Open(text, staff.WebhookPurpose(id))
		require.NoError(t, err)
		require.Equal(t, id, secret)
	}
	require.NoError(t, rows.Err())
}
