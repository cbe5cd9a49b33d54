package e2e_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"math/rand/v2"

	"github.com/stretchr/testify/require"
)

// process is one role of the binary.
type process struct {
	role    string
	env     []string
	ready   string // URL that answers 200 when the role works
	logFile string

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
	exit error // once done is closed
}

// launch starts the role without waiting for it.
func (p *process) launch(t *testing.T) {
	t.Helper()
	out, err := os.OpenFile(p.logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	require.NoError(t, err)
	cmd := exec.Command(binary, p.role) // outlives no test: see childAttributes
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = p.env, out, out, childAttributes()
	started, done := make(chan error, 1), make(chan struct{})
	go func() {
		// The kernel's "parent is gone" means the thread that forked.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		defer func() { _ = out.Close() }()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.exit = cmd.Wait()
		}
	}()
	require.NoError(t, <-started)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.done = cmd, done
}

// start starts the role and waits until it says that it is ready.
func (p *process) start(t *testing.T) {
	t.Helper()
	p.launch(t)
	p.awaitReady(t)
}

func (p *process) awaitReady(t *testing.T) {
	t.Helper()
	ready := false
	require.Eventually(t, func() bool {
		ready = answersOK(t, p.ready)
		return ready || !p.alive()
	}, time.Minute, tick, "the %s does not become ready", p.role)
	require.True(t, ready, "the %s has ended", p.role)
}

// kill is kill -9.
func (p *process) kill() { p.end(syscall.SIGKILL) }

// stop asks the role to end in its orderly way and says how it ended; after a while it insists.
func (p *process) stop() error {
	p.end(syscall.SIGTERM)
	return p.exit
}

func (p *process) end(sig syscall.Signal) {
	p.mu.Lock()
	cmd, done := p.cmd, p.done
	p.cmd = nil
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(sig)
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		_ = cmd.Process.Kill()
		<-done
	}
}

// alive tells whether the role runs without having been told to end.
func (p *process) alive() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// tail is the end of the role's log.
func (p *process) tail(lines int) string {
	text, err := os.ReadFile(p.logFile)
	if err != nil {
		return err.Error()
	}
	all := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	return fmt.Sprintf("%s:\n%s", p.role, bytes.Join(all, []byte("\n")))
}

// logged counts the lines of the role's log with all of these in it.
func (p *process) logged(parts ...string) int {
	text, err := os.ReadFile(p.logFile)
	if err != nil {
		return 0
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		has := true
		for _, part := range parts {
			has = has && strings.Contains(line, part)
		}
		if has {
			n++
		}
	}
	return n
}

func answersOK(t *testing.T, url string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := (&http.Client{Timeout: 2 * time.Second}).Do(req)
	if err != nil {
		return false
	}
	defer func() { _ = res.Body.Close() }()
	return res.StatusCode == http.StatusOK
}

var (
	firstPort  = rand.IntN(5000)
	givenPorts atomic.Int64
)

// freeAddress is a port below the kernel's range for outgoing connections, so that a client that dials a killed role does
// not meet itself. No port is given out twice: a role may take a while until it listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 1000 {
		at := fmt.Sprintf("127.0.0.1:%d", 10000+(firstPort+int(givenPorts.Add(1)))%5000)
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", at)
		if err == nil {
			require.NoError(t, l.Close())
			return at
		}
	}
	t.Fatal("no free port")
	return ""
}

func logFile(t *testing.T, role string) string {
	t.Helper()
	return filepath.Join(t.TempDir(), role+".log")
}
