package roles_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api/password"
	"rodada/domain/listing"
	"rodada/domain/person"
	"rodada/domain/staff"
	"rodada/internal/cli"
	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/internal/testkit"
	"rodada/migrations"
	"rodada/postgres"
)

func TestAddStaff(t *testing.T) {
	c := config.Config{Postgres: config.Postgres{URL: testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)}}
	eva := cli.NewMember{
		Email: "eva@example.org", FirstName: "Eva", LastName: "Gil", Permissions: []string{"view", "operate"}, Password: "a long password",
	}
	require.NoError(t, roles.AddStaff(t.Context(), c, eva))

	store, err := postgres.Open(t.Context(), c.Postgres.URL, 2)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	m, err := store.StaffByEmail(t.Context(), "EVA@example.org")
	require.NoError(t, err)
	require.Equal(t, []staff.Permission{staff.View, staff.Operate}, m.Permissions)
	fits, err := password.New(1).Matches(t.Context(), "a long password", m.PasswordHash)
	require.NoError(t, err)
	require.True(t, fits)
	log, _, _, err := store.AuditLog(t.Context(), staff.AuditFilter{Action: "staff.create"}, listing.Query{Order: listing.Order{By: "at", Descending: true}, Limit: 10})
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, "eva@example.org", log[0].Subject)
	require.NotContains(t, string(log[0].After), "password")

	again := eva
	again.Email, again.Permissions = "Eva@Example.org", []string{"admin"}
	require.ErrorContains(t, roles.AddStaff(t.Context(), c, again), "has an account already")
	same, err := store.StaffByEmail(t.Context(), eva.Email)
	require.NoError(t, err)
	require.Equal(t, m, same, "a second run changes nothing")
}

func TestAddStaffRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*cli.NewMember)
		says string
	}{
		"what is no email":            {func(m *cli.NewMember) { m.Email = "eva" }, person.ErrEmail.Code},
		"nobody":                      {func(m *cli.NewMember) { m.FirstName = " " }, "--first-name"},
		"a permission there is not":   {func(m *cli.NewMember) { m.Permissions = []string{"root"} }, `no permission "root"`},
		"a password soon guessed":     {func(m *cli.NewMember) { m.Password = "hunter2" }, "12 to 200"},
		"a database that is not ours": {func(*cli.NewMember) {}, "postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			m := cli.NewMember{Email: "eva@example.org", FirstName: "Eva", LastName: "Gil", Permissions: []string{"view"}, Password: "a long password"}
			c.edit(&m)
			nowhere := config.Config{Postgres: config.Postgres{URL: "postgres://rodada@127.0.0.1:1/rodada?sslmode=disable"}}
			require.ErrorContains(t, roles.AddStaff(t.Context(), nowhere, m), c.says)
		})
	}
}

func TestAPasswordIsResetFromTheConsole(t *testing.T) {
	c := config.Config{Postgres: config.Postgres{URL: testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)}}
	eva := cli.NewMember{Email: "eva@example.org", FirstName: "Eva", LastName: "Gil", Permissions: []string{"admin"}, Password: "a long password"}
	require.NoError(t, roles.AddStaff(t.Context(), c, eva))
	given, expires, err := roles.ResetStaffPassword(t.Context(), c, "EVA@example.org", "Forgot it.")
	require.NoError(t, err)
	list, err := roles.ListStaff(t.Context(), c)
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, expires, list[0].PasswordExpires)
	require.Empty(t, list[0].PasswordHash, "a list has no passwords")
	store, err := postgres.Open(t.Context(), c.Postgres.URL, 1)
	require.NoError(t, err)
	defer store.Close()
	m, err := store.StaffByEmail(t.Context(), eva.Email)
	require.NoError(t, err)
	fits, err := password.New(1).Matches(t.Context(), given, m.PasswordHash)
	require.NoError(t, err)
	require.True(t, fits)
	_, _, err = roles.ResetStaffPassword(t.Context(), c, "nobody@example.org", "Forgot it.")
	require.ErrorContains(t, err, "has no account")
	_, _, err = roles.ResetStaffPassword(t.Context(), c, eva.Email, " ")
	require.ErrorContains(t, err, "--reason")
	end, err := roles.VerifyAudit(t.Context(), c, nil, func(f staff.Flaw) { t.Error(f) })
	require.NoError(t, err)
	require.EqualValues(t, 2, end.Seq)
}

func TestTheConsolePermitsAndReinstates(t *testing.T) {
	c := config.Config{}
	c.Postgres.URL = testkit.Database(t, testkit.HashFS(t, migrations.Files), migrations.Up)
	eva := cli.NewMember{Email: "eva@example.org", FirstName: "Eva", LastName: "Gil", Permissions: []string{"admin"}, Password: "a long password"}
	luis := eva
	luis.Email, luis.FirstName, luis.Permissions = "luis@example.org", "Luis", []string{"view"}
	require.NoError(t, roles.AddStaff(t.Context(), c, eva))
	require.NoError(t, roles.AddStaff(t.Context(), c, luis))
	require.ErrorIs(t, roles.PermitStaff(t.Context(), c, eva.Email, []string{"view"}, "To the workshop."), staff.ErrLastAdmin)
	require.ErrorContains(t, roles.PermitStaff(t.Context(), c, luis.Email, []string{"root"}, "For fun."), `no permission "root"`)
	require.ErrorContains(t, roles.PermitStaff(t.Context(), c, luis.Email, []string{"view"}, " "), "--reason")
	require.ErrorContains(t, roles.PermitStaff(t.Context(), c, "nobody@example.org", []string{"view"}, "To the office."), "has no account")
	require.NoError(t, roles.PermitStaff(t.Context(), c, " LUIS@example.org", []string{"admin"}, "To the office."))
	require.NoError(t, roles.PermitStaff(t.Context(), c, eva.Email, []string{"view"}, "To the workshop."))

	require.ErrorContains(t, roles.ReinstateStaff(t.Context(), c, eva.Email, "Came back."), "is not suspended")
	store, err := postgres.Open(t.Context(), c.Postgres.URL, 1)
	require.NoError(t, err)
	defer store.Close()
	m, err := store.StaffByEmail(t.Context(), eva.Email)
	require.NoError(t, err)
	require.Equal(t, []staff.Permission{staff.View}, m.Permissions)
	_, err = store.SuspendMember(t.Context(), m.ID, "Lost the phone.", time.Now())
	require.NoError(t, err)
	require.NoError(t, roles.ReinstateStaff(t.Context(), c, eva.Email, "Came back."))
	m, err = store.StaffByEmail(t.Context(), eva.Email)
	require.NoError(t, err)
	require.False(t, m.Suspended())
	log, _, _, err := store.AuditLog(t.Context(), staff.AuditFilter{Action: "staff.reinstate"}, listing.Query{Order: listing.Order{By: "at", Descending: true}, Limit: 9})
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Equal(t, "console", log[0].Email)
}
