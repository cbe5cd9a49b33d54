package devstack_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
)

// A program so small that its build says little about time, on the proxy as the
// real ones are.
const (
	smallPkg     = "golang.org/x/tools/cmd/stringer"
	smallName    = "stringer"
	smallVersion = "v0.51.0"
)

func TestAMissingProgramIsBuiltOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	t.Setenv("PATH", goOnly(t))
	cache := t.TempDir()
	var mu sync.Mutex
	var said []string
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, line)
	}
	var both sync.WaitGroup
	var files [2]string
	var errs [2]error
	for i := range files {
		both.Go(func() {
			files[i], errs[i] = devstack.FindGoProgram(t.Context(), smallName, smallPkg, smallVersion, cache, say)
		})
	}
	both.Wait()
	require.Equal(t, [2]error{}, errs)
	require.Equal(t, files[0], files[1])
	require.FileExists(t, files[0])
	built := 0
	for _, line := range said {
		if strings.Contains(line, "once and for") {
			built++
		}
	}
	require.Equal(t, 1, built, "said: %v", said)
	left, err := filepath.Glob(filepath.Join(filepath.Dir(files[0]), "build-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestAProgramThatCannotBeHad(t *testing.T) {
	t.Setenv("PATH", t.TempDir()) // not even go
	_, err := devstack.FindGoProgram(t.Context(), "nothing", "example.invalid/nothing", "v1.0.0", t.TempDir(), func(string) {})
	var e *devstack.MissingProgramError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "nothing", e.Program)
	require.Contains(t, err.Error(), "go install example.invalid/nothing@v1.0.0")
	require.NotContains(t, err.Error(), "\n")
}

func TestMosquittoIsMissing(t *testing.T) {
	if _, ok := devstack.LookProgram("mosquitto"); ok {
		t.Skip("it is here")
	}
	_, err := devstack.Start(t.Context(), devstack.Options{Only: []devstack.Service{devstack.MQTT}, MQTTBroker: devstack.Mosquitto})
	var e *devstack.MissingProgramError
	require.ErrorAs(t, err, &e)
}

func TestALockWaits(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	unlock, err := devstack.LockFile(t.Context(), file, func() { t.Error("nobody has it") })
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	_, err = devstack.LockFile(ctx, file, cancel)
	require.ErrorIs(t, err, context.Canceled)

	waits, got := make(chan struct{}), make(chan error, 1)
	go func() {
		again, err := devstack.LockFile(t.Context(), file, func() { close(waits) })
		if err == nil {
			again()
		}
		got <- err
	}()
	<-waits
	unlock()
	require.NoError(t, <-got)
}

func TestNewestPostgres(t *testing.T) {
	root := t.TempDir()
	_, ok := devstack.NewestPostgres(root)
	require.False(t, ok)
	for _, file := range []string{"9.6/bin/initdb", "9.6/bin/postgres", "15/bin/initdb", "15/bin/postgres", "16/bin/initdb"} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(file)), 0o750))
		require.NoError(t, os.WriteFile(filepath.Join(root, file), nil, 0o700))
	}
	bin, ok := devstack.NewestPostgres(root)
	require.True(t, ok)
	require.Equal(t, filepath.Join(root, "15", "bin"), bin, "16 has no server")
}

func TestReachable(t *testing.T) {
	require.True(t, devstack.Reachable("/usr"))
	closed := t.TempDir()
	inside := filepath.Join(closed, "in")
	require.NoError(t, os.Mkdir(inside, 0o755))
	require.NoError(t, os.Chmod(closed, 0o700))
	require.False(t, devstack.Reachable(inside))
	require.NotEqual(t, devstack.OutsideOf(inside), devstack.OutsideOf(closed))
}

func TestTheRedisStandIn(t *testing.T) {
	port, err := devstack.FreePort()
	require.NoError(t, err)
	m := devstack.NewMiniRedis(port)
	require.NoError(t, m.Start(t.Context()))
	t.Cleanup(m.Stop)
	r := redis.NewClient(&redis.Options{Addr: m.Addr(), MaxRetries: -1})
	t.Cleanup(func() { _ = r.Close() })
	ctx := t.Context()
	require.NoError(t, r.Set(ctx, "lease", "x", 100*time.Millisecond).Err())
	require.NoError(t, r.Set(ctx, "kept", "x", time.Hour).Err())
	require.Eventually(t, func() bool { return r.Exists(ctx, "lease").Val() == 0 }, patience, 10*time.Millisecond, "its clock moves")

	m.Stop()
	require.Error(t, r.Ping(ctx).Err())
	require.NoError(t, m.Start(ctx))
	require.Equal(t, "x", r.Get(ctx, "kept").Val())
}

// goOnly is a PATH with go and the system's own, and nothing else.
func goOnly(t *testing.T) string {
	t.Helper()
	tool, err := exec.LookPath("go")
	require.NoError(t, err)
	return filepath.Dir(tool) + ":/usr/bin:/bin"
}
