package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/internal/cli"
)

func TestAdminCreate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("from a file\r\n"), 0o600))
	taken := errors.New("eva@example.org has an account already")
	account := []string{"create", "--email", "eva@example.org", "--first-name", "Eva", "--last-name", "Gil", "--permission", "view,operate", "--permission", "money"}
	for name, c := range map[string]struct {
		args     []string
		typed    string
		fails    error
		password string
		says     string
	}{
		"a password from the input":     {account, "typed in\nand more", nil, "typed in", "may log in: view, operate, money"},
		"without an end of line":        {account, "typed in", nil, "typed in", "may log in"},
		"a password from a file":        {append(account, "--password-file", file), "", nil, "from a file", "may log in"},
		"a file that is not":            {append(account, "--password-file", file+"x"), "", os.ErrNotExist, "", ""},
		"an account that there is":      {account, "x", taken, "x", ""},
		"without a permission":          {account[:7], "x", nil, "", ""},
		"with an argument too many":     {append(account, "more"), "x", nil, "", ""},
		"with a flag that there is not": {append(account, "--password", "x"), "x", nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var got cli.NewMember
			cmd := cli.Admin([]string{"view", "admin"}, cli.Accounts{Create: func(_ context.Context, m cli.NewMember) error {
				got = m
				return c.fails
			}})
			var out bytes.Buffer
			cmd.SetOut(&out)
			cmd.SetErr(&out)
			cmd.SetIn(strings.NewReader(c.typed))
			cmd.SetArgs(c.args)
			err := cmd.ExecuteContext(t.Context())
			require.Equal(t, c.password, got.Password)
			if c.says == "" {
				require.Error(t, err)
				require.NotContains(t, out.String(), "may log in")
				if c.fails != nil {
					require.ErrorIs(t, err, c.fails)
				}
				return
			}
			require.NoError(t, err)
			require.Contains(t, out.String(), c.says)
			require.NotContains(t, out.String(), c.password)
			require.Equal(t, []string{"view", "operate", "money"}, got.Permissions)
			require.Equal(t, "eva@example.org", got.Email)
		})
	}
}

func adminOutput(t *testing.T, a cli.Accounts, args ...string) (out string, err error) {
	t.Helper()
	var all bytes.Buffer
	cmd := cli.Admin(nil, a)
	cmd.SetOut(&all)
	cmd.SetErr(&all)
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(t.Context())
	return all.String(), err
}

func TestAdminList(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	out, err := adminOutput(t, cli.Accounts{List: func(context.Context) ([]staff.Member, error) {
		return []staff.Member{
			{Email: "eva@example.org", FirstName: "Eva", LastName: "Gil", Permissions: []staff.Permission{"view", "money"}, PasswordHash: "$argon2id$"},
			{Email: "luis@example.org", FirstName: "Luis\x1b[2J", LastName: "Paz", SuspendedAt: at, SuspendedReason: "Left us."},
			{Email: "ana@example.org", FirstName: "Ana", LastName: "Sol", PasswordExpires: at},
		}, nil
	}}, "list")
	require.NoError(t, err)
	require.Regexp(t, `eva@example.org\s+Eva Gil\s+view,money\s+active`, out)
	require.Contains(t, out, "suspended: Left us.")
	require.Contains(t, out, "given password, to 2026-11-26T12:00:00Z")
	require.NotContains(t, out, "\x1b")
	require.NotContains(t, out, "argon2")
}

func TestAdminResetFactor(t *testing.T) {
	var asked []string
	a := cli.Accounts{ResetFactor: func(_ context.Context, email, reason string) error {
		asked = []string{email, reason}
		return nil
	}}
	out, err := adminOutput(t, a, "reset-totp", "--email", "eva@example.org", "--reason", "Lost the phone.")
	require.NoError(t, err)
	require.Contains(t, out, "eva@example.org logs in without a code")
	require.Equal(t, []string{"eva@example.org", "Lost the phone."}, asked)
}

func TestAdminResetPassword(t *testing.T) {
	var asked []string
	reset := cli.Accounts{ResetPassword: func(_ context.Context, email, reason string) (string, time.Time, error) {
		asked = []string{email, reason}
		return "GIVEN", time.Time{}, nil
	}}
	out, err := adminOutput(t, reset, "reset-password", "--email", "eva@example.org", "--reason", "Forgot it.")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(out, "GIVEN\n"), out)
	require.Equal(t, []string{"eva@example.org", "Forgot it."}, asked)
	_, err = adminOutput(t, reset, "reset-password", "--email", "eva@example.org")
	require.ErrorContains(t, err, "reason")
}

func TestAdminPermitAndReinstate(t *testing.T) {
	var asked []string
	a := cli.Accounts{
		Permit: func(_ context.Context, email string, permissions []string, reason string) error {
			asked = append([]string{email, reason}, permissions...)
			return nil
		},
		Reinstate: func(_ context.Context, email, reason string) error {
			asked = []string{email, reason}
			return nil
		},
	}
	out, err := adminOutput(t, a, "permit", "--email", "eva@example.org", "--permission", "view,money", "--permission", "people", "--reason", "Moved.")
	require.NoError(t, err)
	require.Contains(t, out, "eva@example.org may: view, money, people")
	require.Equal(t, []string{"eva@example.org", "Moved.", "view", "money", "people"}, asked)
	out, err = adminOutput(t, a, "reinstate", "--email", "eva@example.org", "--reason", "Found.")
	require.NoError(t, err)
	require.Contains(t, out, "eva@example.org may log in again")
	require.Equal(t, []string{"eva@example.org", "Found."}, asked)
	for _, args := range [][]string{{"permit", "--email", "e@example.org", "--reason", "x"}, {"reinstate", "--email", "e@example.org"}} {
		_, err = adminOutput(t, a, args...)
		require.ErrorContains(t, err, "required")
	}
}
