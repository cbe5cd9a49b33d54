package main_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const patience = 30 * time.Second

func build(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "run")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return file
}

func TestTheCommandsExitCodeIsPassedOn(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), build(t), "--", "sh", "-c", `test -s "$RODADA_TEST_STACK" && exit 7`)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, string(out))
	require.Equal(t, 7, exit.ExitCode())
}

func TestWithoutACommand(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), build(t)).CombinedOutput()
	require.Error(t, err)
	require.Contains(t, string(out), "usage")
}

// TestNothingIsLeftBehind ends it in the middle of a command: kindly, and as a
// crash, when only the kernel can end the services.
func TestNothingIsLeftBehind(t *testing.T) {
	program := build(t)
	for name, sig := range map[string]syscall.Signal{"told to end": syscall.SIGTERM, "killed": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), program, "--", "sh", "-c", "echo up; exec cat")
			cmd.Env = append(cmd.Environ(), "TMPDIR="+openFolder(t))
			_, err := cmd.StdinPipe() // Wait closes it, and cat ends with it
			require.NoError(t, err)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			up, err := bufio.NewReader(out).ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "up\n", up)

			pids := descendants(t, cmd.Process.Pid)
			require.GreaterOrEqual(t, len(pids), 4, "temporal, postgres, influxd and the command")
			require.NoError(t, cmd.Process.Signal(sig))
			require.Error(t, cmd.Wait())
			require.Eventually(t, func() bool {
				return !slices.ContainsFunc(pids, alive)
			}, patience, 20*time.Millisecond)
		})
	}
}

// openFolder takes what a crash leaves in its temporary folder away with it. Other
// users may pass, so that all of it is in there.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "run-test-") //nolint:usetesting // a test's own folder is closed to others
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// descendants are the processes below one, as the kernel tells.
func descendants(t *testing.T, pid int) []int {
	t.Helper()
	tasks, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	require.NoError(t, err)
	if len(tasks) == 0 {
		t.Skip("this system does not list a process's children")
	}
	var all []int
	for _, file := range tasks {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // a thread that ended
		}
		require.NoError(t, err)
		for _, field := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(field)
			require.NoError(t, err)
			all = append(append(all, child), descendants(t, child)...)
		}
	}
	return all
}

// alive is false for a process that only waits to be reaped.
func alive(pid int) bool {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(state, "Z")
}
