package deploy_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

func TestRedisTakesItsConfiguration(t *testing.T) {
	testkit.RequireProgram(t, "redis-server")
	program, _ := devstack.LookProgram("redis-server")
	dir, address := secrets(t), freeAddress(t)
	_, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	conf := read(t, "deploy/redis/redis.conf")
	for from, to := range map[string]string{
		"bind * -::*": "bind 127.0.0.1", "port 6379": "port " + port,
		"/run/secrets/redis_acl": filepath.Join(dir, "redis_acl"), "dir /data": "dir " + t.TempDir(),
	} {
		require.Equal(t, 1, strings.Count(conf, from), "%q in redis.conf", from)
		conf = strings.Replace(conf, from, to, 1)
	}
	file := filepath.Join(t.TempDir(), "redis.conf")
	require.NoError(t, os.WriteFile(file, []byte(conf), 0o600))
	cmd := exec.CommandContext(t.Context(), program, file)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Wait() })
	listens(t, address)

	role := redis.NewClient(&redis.Options{Addr: address, Password: secret(t, dir, "redis_password")})
	defer role.Close()
	require.NoError(t, role.Set(t.Context(), "rodada:x", "1", 0).Err())
	for setting, want := range map[string]string{"appendonly": "yes", "maxmemory-policy": "noeviction"} {
		got, err := role.ConfigGet(t.Context(), setting).Result()
		require.NoError(t, err)
		require.Equal(t, want, got[setting])
	}

	stranger := redis.NewClient(&redis.Options{Addr: address})
	defer stranger.Close()
	require.ErrorContains(t, stranger.Get(t.Context(), "rodada:x").Err(), "NOAUTH")
}
