package roles_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
	"rodada/seal"
)

// The change of a key as docs/security.md has it: the key to come is known to all before any seals with it.
func TestKeysAreChanged(t *testing.T) {
	c := config.Config{Postgres: config.Postgres{URL: testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)}}
	store, err := postgres.Open(t.Context(), c.Postgres.URL, 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	v1, v2 := seal.NewKey("v1"), seal.NewKey("v2")
	hook := func(keys string) {
		k, err := seal.Parse(keys)
		require.NoError(t, err)
		w := staff.Webhook{ID: uuid.NewString(), URL: "https://example.com"}
		w.Secret, err = k.Seal("secret", staff.WebhookPurpose(w.ID))
		require.NoError(t, err)
		_, err = store.CreateWebhook(t.Context(), w)
		require.NoError(t, err)
	}
	run := func(do func(*testing.T, config.Config) (string, error), keys string) (string, error) {
		c := c
		c.SealKeys = keys
		return do(t, c)
	}
	check := func(t *testing.T, c config.Config) (string, error) {
		var out strings.Builder
		err := roles.CheckKeys(t.Context(), c, &out)
		return out.String(), err
	}
	rotate := func(t *testing.T, c config.Config) (string, error) {
		var out strings.Builder
		err := roles.RotateKeys(t.Context(), c, &out)
		return out.String(), err
	}

	_, err = run(rotate, "")
	require.ErrorContains(t, err, "RODADA_SEAL_KEYS is not set")
	hook(v1)
	hook(v1)
	out, err := run(check, v1)
	require.NoError(t, err)
	require.Equal(t, "webhooks.secret  v1  2\n", out)
	out, err = run(check, v2+","+v1)
	require.ErrorContains(t, err, "2 values do not lie under v2")
	require.Equal(t, "webhooks.secret  v1  2\n", out, "a look changes nothing")
	out, err = run(rotate, v2)
	require.ErrorContains(t, err, "2 values lie under keys that RODADA_SEAL_KEYS does not have (v1)")
	require.Equal(t, "webhooks.secret  v1  2\n", out)

	out, err = run(rotate, v2+","+v1)
	require.NoError(t, err)
	require.Equal(t, "webhooks.secret: 2 sealed anew\nwebhooks.secret  v2  2\nv1 seals nothing in the database any more.\n", out)
	hook(v1) // by a part that was not restarted
	out, err = run(check, v2+","+v1)
	require.ErrorContains(t, err, "1 values do not lie under v2")
	require.Equal(t, "webhooks.secret  v1  1\nwebhooks.secret  v2  2\n", out)
	_, err = run(rotate, v2+","+v1)
	require.NoError(t, err)
	out, err = run(check, v2)
	require.NoError(t, err)
	require.Equal(t, "webhooks.secret  v2  3\n", out)
	require.NotContains(t, out, strings.TrimPrefix(v2, "v2:"))

	out, err = run(check, seal.NewKey("v2")) // by its name it is the same
	require.ErrorContains(t, err, "webhooks.secret: 3 values can't be opened with v2")
	require.Equal(t, "webhooks.secret  v2  3\n", out)
}
