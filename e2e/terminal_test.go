package e2e_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/internal/config"
	"rodada/protocol"
)

// typed runs the binary as a person does at a terminal, and returns what it prints and exits with.
func (w *world) typed(t *testing.T, settings set, input string, args ...string) (out, problem string, exit int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	var stdout, stderr bytes.Buffer
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = config.Environ(settings), strings.NewReader(input), &stdout, &stderr
	err := cmd.Run()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		require.NoError(t, err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// From an empty installation to a command at a scooter, with nothing but the binary.
func TestTheFirstMemberOfStaffGivesACommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.box(t)
	email := strings.ToLower(b.plate) + "@staff.example"
	const password = "a password of enough letters"
	create := []string{"admin", "create", "--email", email, "--first-name", "Eva", "--last-name", "Gil", "--permission", "operate"}
	books := set{"POSTGRES_URL": w.at.PostgresURL}
	out, problem, exit := w.typed(t, books, password+"\n", create...)
	require.Zero(t, exit, problem)
	require.Contains(t, out, email)
	_, problem, exit = w.typed(t, books, password+"\n", create...)
	require.Equal(t, 1, exit)
	require.Contains(t, problem, "has an account already")

	eva := set{"URL": strings.TrimSuffix(w.api.ready, "/readyz"), "STAFF_EMAIL": email, "STAFF_PASSWORD": password}
	out, problem, exit = w.typed(t, eva, "", "command", b.plate, "set-speed-limit", "--kmh", "20")
	require.Zero(t, exit, problem)
	require.Contains(t, out, b.plate+" set-speed-limit: done (success)")
	require.Contains(t, out, `{"a":13,"k":2020}`)
	require.Equal(t, 20, b.Snapshot().LimitKmh)

	b.Refuse(protocol.Resume, 1)
	_, problem, exit = w.typed(t, eva, "", "command", b.plate, "resume")
	require.Equal(t, 3, exit)
	require.Contains(t, problem, "failure (status 1)")
	_, problem, exit = w.typed(t, eva, "", "command", b.plate, "power-on", "--reason", "A test.")
	require.Equal(t, 6, exit)
	require.Contains(t, problem, "dangerous_commands")
	require.Equal(t, 0, b.Count(protocol.PowerOn))
	eva["STAFF_PASSWORD"] = "another one"
	_, _, exit = w.typed(t, eva, "", "command", b.plate, "buzz")
	require.Equal(t, 6, exit)
	_, problem, exit = w.typed(t, set{"URL": "http://127.0.0.1:1", "STAFF_EMAIL": email, "STAFF_PASSWORD": password}, "", "command", b.plate, "buzz")
	require.Equal(t, 7, exit, problem)
}
