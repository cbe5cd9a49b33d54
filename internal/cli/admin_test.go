package cli_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
			cmd := cli.Admin([]string{"view", "admin"}, func(_ context.Context, m cli.NewMember) error {
				got = m
				return c.fails
			})
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
