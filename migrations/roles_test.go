package migrations_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// user is a database for somebody else.
func user(at, name, password string) string {
	u, err := url.Parse(at)
	if err != nil {
		panic(err)
	}
	u.User = url.User(name)
	if password != "" {
		u.User = url.UserPassword(name, password)
	}
	return u.String()
}

// forget drops roles of a test's own at its end, before its databases are dropped.
func forget(t *testing.T, urls []string, roles ...string) {
	t.Helper()
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		for i, at := range urls {
			db, err := pgx.Connect(ctx, at)
			require.NoError(t, err)
			for _, r := range roles {
				_, err := db.Exec(ctx, `DROP OWNED BY `+r+` CASCADE`)
				require.NoError(t, err)
				if i == len(urls)-1 {
					_, err = db.Exec(ctx, `DROP ROLE `+r)
					require.NoError(t, err)
				}
			}
			require.NoError(t, db.Close(ctx))
		}
	})
}
