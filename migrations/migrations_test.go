package migrations_test

import (
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
	"rodada/migrations"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func TestNumbersHaveNoGapAndEachAWayDown(t *testing.T) {
	names, err := fs.Glob(migrations.Files, "[0-9]*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	form := regexp.MustCompile(`^(\d{5})_[a-z_]+\.sql$`)
	for i, name := range names {
		parts := form.FindStringSubmatch(name)
		require.NotNil(t, parts, name)
		n, err := strconv.Atoi(parts[1])
		require.NoError(t, err)
		require.Equal(t, i+1, n, name)
		text, err := fs.ReadFile(migrations.Files, name)
		require.NoError(t, err)
		up, down, both := strings.Cut(string(text), "-- +goose Down\n")
		require.True(t, both, name)
		require.True(t, strings.HasPrefix(up, "-- +goose Up\n"), name)
		require.NotEmpty(t, strings.TrimSpace(down), name)
	}
}

// Every step down undoes exactly its step up.
func TestEachStepDownAndUpAgain(t *testing.T) {
	url, ctx := testkit.Postgres(t), t.Context()
	require.NoError(t, migrations.Up(ctx, url))
	has, brings, err := migrations.Version(ctx, url)
	require.NoError(t, err)
	require.Equal(t, brings, has)

	schemas := map[int64]string{brings: schema(t, url)}
	for v := brings - 1; v >= 0; v-- {
		require.NoError(t, migrations.Down(ctx, url, v))
		schemas[v] = schema(t, url)
		require.NotEqual(t, schemas[v+1], schemas[v], "version %d does nothing that can be seen", v+1)
	}
	require.Empty(t, schemas[0])
	for v := range brings {
		require.NoError(t, migrations.Up(ctx, url))
		require.NoError(t, migrations.Down(ctx, url, v))
		require.Equal(t, schemas[v], schema(t, url), "version %d", v)
	}
	require.NoError(t, migrations.Up(ctx, url))
	require.Equal(t, schemas[brings], schema(t, url))
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	url := testkit.Postgres(t)
	errs := make(chan error, 5)
	for range cap(errs) {
		go func() { errs <- migrations.Up(t.Context(), url) }()
	}
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
	has, brings, err := migrations.Version(t.Context(), url)
	require.NoError(t, err)
	require.Equal(t, brings, has)
}

func TestNoDatabase(t *testing.T) {
	const nowhere = "postgres://rodada@127.0.0.1:1/rodada?sslmode=disable"
	require.ErrorContains(t, migrations.Up(t.Context(), nowhere), "migrations: ")
	_, _, err := migrations.Version(t.Context(), "postgres://%")
	require.ErrorContains(t, err, "migrations: ")
}

// schema is all that the migrations make, one object a line; what goose makes for itself is left out.
func schema(t *testing.T, url string) string {
	t.Helper()
	db, err := sqlx.Connect("pgx", url)
	require.NoError(t, err)
	defer db.Close()
	var lines []string
	require.NoError(t, db.SelectContext(t.Context(), &lines, `
		SELECT line FROM (
			SELECT format('column %s.%s %s %s %s', table_name, column_name, data_type, is_nullable,
				coalesce(column_default, generation_expression, identity_generation))
			FROM information_schema.columns WHERE table_schema = 'public'
			UNION ALL SELECT format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
			FROM pg_constraint WHERE connamespace = 'public'::regnamespace
			UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
			UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
			UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		) AS all_of_it (line) WHERE line NOT LIKE '%goose_db_version%' ORDER BY line`))
	return strings.Join(lines, "\n")
}
