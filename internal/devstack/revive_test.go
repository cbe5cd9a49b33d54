package devstack_test

import (
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
)

// told collects what a person at the terminal reads.
type told struct {
	mu    sync.Mutex
	lines []string
}

func (s *told) line(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

func (s *told) count(part string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range s.lines {
		n += strings.Count(line, part)
	}
	return n
}

func TestAServiceThatDiesIsStartedAgain(t *testing.T) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("the stand-in for redis-server is no process")
	}
	var said told
	s, err := devstack.Start(t.Context(), devstack.Options{Only: []devstack.Service{devstack.Redis}, Revive: true, Progress: said.line})
	require.NoError(t, err)
	t.Cleanup(s.Stop)
	client := redis.NewClient(&redis.Options{Addr: s.Addresses().Redis, MaxRetries: -1})
	defer client.Close()
	require.NoError(t, client.Set(t.Context(), "k", "v", 0).Err())

	kill := func() {
		pid := s.PIDs()[devstack.Redis]
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	}
	for i := range 3 {
		kill()
		require.Eventually(t, func() bool { return said.count("redis is back") == i+1 }, patience, 10*time.Millisecond)
		require.Equal(t, i+1, said.count("redis ended by itself (signal: killed); starting it again"))
		require.Equal(t, "v", client.Get(t.Context(), "k").Val())
	}
	kill()
	require.Eventually(t, func() bool { return said.count("stays down") == 1 }, patience, 10*time.Millisecond)
	require.Equal(t, 1, said.count("redis.log"))
	require.Error(t, client.Ping(t.Context()).Err())

	require.NoError(t, s.StartService(t.Context(), devstack.Redis))
	require.NoError(t, s.StopService(t.Context(), devstack.Redis), "an end that was asked for")
	s.Stop()
	require.Equal(t, 3, said.count("starting it again"))
}
