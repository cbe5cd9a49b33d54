package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

// openBooks is a database with its owner's store, for what a test sets up and looks at, and the store that the API has: its users
// may do what they may where Rodada runs.
func openBooks(t *testing.T) (owner, served *postgres.Store, url string) {
	t.Helper()
	url = testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	owner, err := postgres.Open(t.Context(), url, 20)
	require.NoError(t, err)
	served, err = postgres.OpenAs(t.Context(), postgres.Access{
		URL: roleURL(t, url, migrations.API), MaxOpen: 20, LoginURL: roleURL(t, url, migrations.Login),
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, owner.Close())
		require.NoError(t, served.Close())
	})
	return owner, served, url
}

func roleURL(t *testing.T, url string, role migrations.Role) string {
	t.Helper()
	return testkit.AsRole(t, url, role.Name(migrations.Prefix))
}
