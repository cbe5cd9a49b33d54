package cli_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/internal/cli"
)

func TestAuditVerify(t *testing.T) {
	end := staff.Beginning()
	end.Seq = 3
	away := errors.New("no database")
	for name, c := range map[string]struct {
		args  []string
		flaws []staff.Flaw
		fails error
		exit  int
		says  string
	}{
		"whole":             {nil, nil, nil, 0, "whole, to head " + end.String()},
		"against heads":     {[]string{"--head", end.String(), "--head", staff.Beginning().String()}, nil, nil, 0, "whole"},
		"with flaws":        {nil, []staff.Flaw{{Seq: 2, EntryID: 7, Why: "altered"}, {EntryID: 9, Why: "put in"}}, nil, cli.ExitAltered, "link 2, entry 7: altered\nentry 9: put in"},
		"a head that isn't": {[]string{"--head", "3"}, nil, nil, cli.ExitUsage, ""},
		"no database":       {nil, nil, away, cli.ExitFailed, ""},
		"an argument":       {[]string{"all"}, nil, nil, cli.ExitFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var given []staff.Head
			cmd := cli.Audit(func(_ context.Context, heads []staff.Head, found func(staff.Flaw)) (staff.Head, error) {
				given = heads
				for _, f := range c.flaws {
					found(f)
				}
				return end, c.fails
			})
			var out bytes.Buffer
			cmd.SetOut(&out)
			cmd.SetErr(&out)
			cmd.SilenceUsage, cmd.SilenceErrors = true, true
			cmd.SetArgs(append([]string{"verify"}, c.args...))
			err := cmd.ExecuteContext(t.Context())
			require.Equal(t, c.exit, cli.ExitCode(err))
			require.Contains(t, out.String(), c.says)
			require.Equal(t, c.exit == 0, strings.HasPrefix(out.String(), "whole"))
			if name == "against heads" {
				require.Equal(t, []staff.Head{end, staff.Beginning()}, given)
			}
		})
	}
}
