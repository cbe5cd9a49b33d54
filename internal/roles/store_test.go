package roles_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

func TestAPartSaysThatItsUserMayTooMuch(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	as := func(r migrations.Role) string { return testkit.AsRole(t, url, r.Name(migrations.Prefix)) }
	open := func(c config.Postgres) (said string, err error) {
		var log bytes.Buffer
		c.URL, c.MaxOpen, c.LoginMaxOpen = url, 2, 2
		store, err := roles.OpenAPIStore(t.Context(), c, slog.New(slog.NewTextHandler(&log, nil)))
		if err == nil {
			require.NoError(t, store.Close())
		}
		return log.String(), err
	}
	said, err := open(config.Postgres{})
	require.NoError(t, err)
	require.Contains(t, said, "more rights in the database than it needs")
	said, err = open(config.Postgres{APIURL: as(migrations.API), LoginURL: as(migrations.Login)})
	require.NoError(t, err)
	require.Empty(t, said)
	_, err = open(config.Postgres{APIURL: as(migrations.API), LoginURL: as(migrations.API)})
	require.ErrorIs(t, err, postgres.ErrLoginRights)
	require.ErrorContains(t, err, "RODADA_POSTGRES_LOGIN_URL")
}
