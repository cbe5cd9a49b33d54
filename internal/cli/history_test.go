package cli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/cli"
)

func TestHistory(t *testing.T) {
	d := newDesk(t)
	d.answer = `{"sends":[
		{"asked_at":"2026-11-23T12:00:00Z","name":"set-speed-limit","origin":"command","by":{"email":"eva@example.org"},"outcome":"done",
			"meaning":"success","sent":"{\"a\":13}","received":"\u001b[2J","took_ms":43.2},
		{"asked_at":"2026-11-23T11:00:00Z","name":"power-on","origin":"rental","outcome":"unsent","unsent":"moving"}]}`
	out, err := d.types("12/AB", "history", "--limit", "2")
	require.NoError(t, err)
	require.Equal(t, "/admin/v1/scooters/12%2FAB/commands", d.path)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	require.Regexp(t, `^2026-11-23T12:00:00Z +set-speed-limit +eva@example.org +done \(success\) +43.2 ms +\{"a":13\} +\\x1b\[2J$`, lines[1])
	require.Regexp(t, `power-on +rental +unsent \(moving\)`, lines[2])

	out, err = d.types("12AB", "history", "--json")
	require.NoError(t, err)
	require.JSONEq(t, d.answer, out)
	_, err = d.types("12AB", "history", "--limit", "0")
	require.Equal(t, cli.ExitUsage, cli.ExitCode(err))
	d.status, d.answer = 404, `{"status":404,"code":"scooter_unknown","detail":"There is no such scooter."}`
	_, err = d.types("12AB", "history")
	require.ErrorContains(t, err, "no such scooter")
}

// The list says what can't be given one by one, and what needs more than the permission to operate.
func TestListMarksWhatIsGivenElsewhere(t *testing.T) {
	out, err := newDesk(t).types("list")
	require.NoError(t, err)
	for name, mark := range map[string]string{
		"set-plate": "another plate only by renumber", "start-upgrade": "only by a firmware upgrade", "unlock-motor": "dangerous: needs dangerous_commands",
	} {
		require.Regexp(t, name+` .*`+mark, out)
	}
}
