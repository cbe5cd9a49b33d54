package cli_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
	"rodada/seal"
)

func TestKeys(t *testing.T) {
	run := func(args ...string) (string, error) {
		says := func(what string) func(context.Context, io.Writer) error {
			return func(_ context.Context, out io.Writer) error {
				_, err := io.WriteString(out, what)
				return err
			}
		}
		var out bytes.Buffer
		cmd := cli.Keys(says("rotated"), says("checked"))
		cmd.SetArgs(args)
		cmd.SetOut(&out)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	out, err := run("rotate")
	require.NoError(t, err)
	require.Equal(t, "rotated", out)
	out, err = run("rotate", "--check")
	require.NoError(t, err)
	require.Equal(t, "checked", out)
	out, err = run("new", "v2")
	require.NoError(t, err)
	keys, err := seal.Parse(strings.TrimSpace(out))
	require.NoError(t, err)
	require.Equal(t, "v2", keys.Current())
	for _, name := range []string{"", "a:b", "a,b", "much-too-long-for-a-key"} {
		_, err = run("new", name)
		require.Error(t, err, name)
		require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	}
}
