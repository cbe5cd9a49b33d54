package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/rider"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

// openAs is a store of the books at url for the roles of the two pools.
func openAs(t *testing.T, url string, main, login migrations.Role) *postgres.Store {
	t.Helper()
	s, err := postgres.OpenAs(t.Context(), postgres.Access{
		URL: testkit.AsRole(t, url, main.Name(migrations.Prefix)), MaxOpen: 4,
		LoginURL: testkit.AsRole(t, url, login.Name(migrations.Prefix)), LoginMaxOpen: 1,
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestAPartKnowsWhetherItsUserSeesTooMuchOrTooLittle(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	owner := newBooksAt(t, url)
	much, err := owner.ReadsPasswords(t.Context())
	require.NoError(t, err)
	require.True(t, much)
	require.NoError(t, owner.MayLogin(t.Context()))

	api := openAs(t, url, migrations.API, migrations.Login)
	much, err = api.ReadsPasswords(t.Context())
	require.NoError(t, err)
	require.False(t, much)
	require.NoError(t, api.MayLogin(t.Context()))
	require.ErrorIs(t, openAs(t, url, migrations.API, migrations.API).MayLogin(t.Context()), postgres.ErrLoginRights)
}

// The log-in pool has one connection here: a password that is changed while it is held waits, and is not stuck.
func TestPasswordsAreCheckedBesideTheAPIsRights(t *testing.T) {
	url := testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	b := newBooksAt(t, url)
	r, m := b.rider(), b.member()
	api := openAs(t, url, migrations.API, migrations.Login)

	known, err := api.RiderByEmail(t.Context(), r.Email)
	require.NoError(t, err)
	require.NotEmpty(t, known.PasswordHash)
	name := "Nerea"
	changed, err := api.ChangeRider(t.Context(), r.ID, rider.Edit{FirstName: &name})
	require.NoError(t, err)
	require.Equal(t, name, changed.FirstName)

	eva, err := api.StaffByEmail(t.Context(), m.Email)
	require.NoError(t, err)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() { errs <- api.SetOwnPassword(b.as(m).ctx, eva, "another") }()
	}
	set := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			set++
		} else {
			require.ErrorIs(t, err, rider.ErrPassword)
		}
	}
	require.Equal(t, 1, set, "of those who knew the one of before, one is first")
	eva, err = api.StaffByEmail(t.Context(), m.Email)
	require.NoError(t, err)
	require.Equal(t, "another", eva.PasswordHash)
	_, err = api.SuspendMember(b.as(b.member()).ctx, eva.ID, "Gone.", time.Now())
	require.NoError(t, err)
	eva, err = api.StaffByID(t.Context(), eva.ID)
	require.NoError(t, err)
	require.Equal(t, "another", eva.PasswordHash, "kept by a change of something else")
}
