package roles_test

import (
	"bytes"
	"log/slog"
	"net"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/internal/roles"
)

func TestATakenAddressComesWithAdvice(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	addr := taken.Addr().String()
	err = roles.CheckFree(t.Context(), addr, "RODADA_HTTP_ADDR")
	require.EqualError(t, err, "another program listens on "+addr+"; stop it, or set RODADA_HTTP_ADDR to another address")

	_, err = roles.Listen(t.Context(), "256.0.0.1:80", "RODADA_HTTP_ADDR")
	require.ErrorContains(t, err, "RODADA_HTTP_ADDR: ")
	require.NoError(t, roles.CheckFree(t.Context(), "127.0.0.1:0", "RODADA_HTTP_ADDR"))
}

func TestBuildInOneLine(t *testing.T) {
	vcs := func(revision, modified string) []debug.BuildSetting {
		return []debug.BuildSetting{{Key: "-trimpath", Value: "true"}, {Key: "vcs.revision", Value: revision}, {Key: "vcs.modified", Value: modified}}
	}
	for want, info := range map[string]debug.BuildInfo{
		"v1.2.0 go1.26.0":                      {GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.0"}},
		"(devel)":                              {},
		"(devel) (revision 4f2c01a9) go1.26.0": {GoVersion: "go1.26.0", Settings: vcs("4f2c01a9", "false")},
		"v1.2.0 (revision 4f2c01a9, modified) go1.26.0": {GoVersion: "go1.26.0", Main: debug.Module{Version: "v1.2.0"}, Settings: vcs("4f2c01a9", "true")},
	} {
		require.Equal(t, want, roles.BuildOf(&info).String())
	}
	require.NotEmpty(t, roles.ReadBuild().Go)
}

// lines is a log that others write.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// The Redis library complains to the standard error of every connection that it can't open, unless it is given a log.
func TestTheRedisLibraryComplainsToTheLog(t *testing.T) {
	var log lines
	roles.Quieten(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", DialTimeout: time.Second})
	require.Error(t, client.Ping(t.Context()).Err())
	require.NoError(t, client.Close())
	require.Eventually(t, func() bool { return strings.Contains(log.String(), `level=DEBUG msg="redis library"`) }, 10*time.Second, 10*time.Millisecond)
}
