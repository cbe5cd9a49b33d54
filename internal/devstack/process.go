package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

const (
	startTimeout = 60 * time.Second
	stopGrace    = 10 * time.Second
	readyPause   = 20 * time.Millisecond
)

// process is a child that serves on a port: started in a process group of its
// own, so that Ctrl-C in the terminal reaches us and not it, and ended by the
// kernel when we are gone.
type process struct {
	service  Service
	program  string
	args     []string
	env      []string // beside ours
	dir      string   // working folder
	logFile  string
	user     *syscall.Credential // nil: ours
	stopWith syscall.Signal      // its signal for an orderly end; also sent when we die
	oldState bool
	ended    func(exit error) // is told of an end that nobody asked for, once the service was up

	mu   sync.Mutex
	pid  int
	up   bool          // it has answered
	done chan struct{} // closed once the child was waited for
	exit error
}

var errEnded = errors.New("it ended")

// start runs the program and polls ready until it is nil.
func (p *process) start(ctx context.Context, ready func(context.Context) error) error {
	if p.running() {
		return nil
	}
	if err := p.spawn(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(readyPause)
	defer tick.Stop()
	var last error
	for {
		if last = ready(ctx); last == nil {
			break
		}
		select {
		case <-p.done:
			return p.failed(fmt.Errorf("%w (%w)", errEnded, p.exitError()))
		case <-ctx.Done():
			p.kill()
			return p.failed(errors.Join(ctx.Err(), last))
		case <-tick.C:
		}
	}
	// Another program on the port may have answered for a child that is gone.
	select {
	case <-p.done:
		return p.failed(fmt.Errorf("%w (%w)", errEnded, p.exitError()))
	default:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.up = true
		return nil
	}
}

func (p *process) spawn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(p.logFile), 0o755); err != nil { //nolint:gosec // holds nothing secret
		return &StateError{Dir: filepath.Dir(p.logFile), Reason: "can't be created", Cause: err}
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil { //nolint:gosec // each program closes its own
		return &StateError{Dir: p.dir, Reason: "can't be created", Cause: err}
	}
	out, err := os.OpenFile(p.logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return &StateError{Dir: filepath.Dir(p.logFile), Reason: "can't be written", Cause: err}
	}
	// The child outlives ctx, which bounds the start alone.
	cmd := exec.Command(p.program, p.args...) //nolint:gosec,noctx // fixed programs with our arguments
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, out, out
	cmd.Env = append(cmd.Environ(), p.env...)
	cmd.SysProcAttr = childAttributes(p.user, p.stopWith)

	p.mu.Lock()
	defer p.mu.Unlock()
	started, done := make(chan error, 1), make(chan struct{})
	go func() {
		// The kernel's "parent is gone" means the thread that forked.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer func() { _ = out.Close() }()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		err = cmd.Wait()
		p.mu.Lock()
		unasked := p.pid != 0 && p.up
		p.exit = err
		p.mu.Unlock()
		close(done)
		if unasked {
			p.ended(p.exitError())
		}
	}()
	if err := <-started; err != nil {
		return p.failed(err)
	}
	p.pid, p.up, p.done, p.exit = cmd.Process.Pid, false, done, nil
	return nil
}

// stop asks the child to end, and insists after a while.
func (p *process) stop() { p.end(p.stopWith) }

// kill ends the child at once.
func (p *process) kill() { p.end(syscall.SIGKILL) }

func (p *process) end(sig syscall.Signal) {
	p.mu.Lock()
	pid, done := p.pid, p.done
	p.pid = 0 // an end that is expected
	p.mu.Unlock()
	if pid == 0 {
		return
	}
	select {
	case <-done:
		return // its number may be somebody else's by now
	default:
	}
	if sig == syscall.SIGKILL {
		_ = syscall.Kill(-pid, sig)
		<-done
		return
	}
	_ = syscall.Kill(pid, sig)
	grace := time.NewTimer(stopGrace)
	defer grace.Stop()
	select {
	case <-done:
	case <-grace.C:
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		<-done
	}
}

func (p *process) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid == 0 {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// id is the child's process ID, or 0.
func (p *process) id() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid
}

func (p *process) exitError() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exit == nil {
		return errors.New("exit status 0")
	}
	return p.exit
}

func (p *process) failed(cause error) error {
	return &StartError{
		Service: p.service, LogFile: p.logFile, LastLine: lastLine(p.logFile),
		OldState: p.oldState, Cause: cause,
	}
}
