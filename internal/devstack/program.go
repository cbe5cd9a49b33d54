package devstack

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// goProgram is a program that `go install` can build when it is not on PATH.
type goProgram struct {
	service  Service
	name     string // as on PATH
	pkg      string // what go install takes
	version  string
	duration string // about how long the build takes
}

var (
	temporalProgram = goProgram{Temporal, "temporal", "github.com/temporalio/cli/cmd/temporal", "v1.5.1", "three minutes"}
	influxProgram   = goProgram{Influx, "influxd", "github.com/influxdata/influxdb/cmd/influxd", "v1.8.3", "a minute"}
)

const progressEvery = 15 * time.Second

// find returns the program on PATH, else the one in the cache, which it builds
// first if need be.
func (g goProgram) find(ctx context.Context, cache string, progress func(string)) (string, error) {
	if onPath, err := exec.LookPath(g.name); err == nil {
		return onPath, nil
	}
	dir := filepath.Join(cache, "bin", g.name+"-"+g.version)
	built := filepath.Join(dir, g.name)
	if isProgram(built) {
		return built, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // programs are for everybody
		return "", g.missing(err)
	}
	unlock, err := lockFile(ctx, filepath.Join(dir, ".lock"), func() {
		progress(fmt.Sprintf("%s: another run is building %s, waiting for it", g.service, g.name))
	})
	if err != nil {
		return "", g.missing(err)
	}
	defer unlock()
	if isProgram(built) {
		return built, nil
	}
	if err := g.build(ctx, dir, progress); err != nil {
		return "", g.missing(err)
	}
	return built, nil
}

func (g goProgram) build(ctx context.Context, dir string, progress func(string)) error {
	progress(fmt.Sprintf("%s: building %s %s, once and for about %s", g.service, g.name, g.version, g.duration))
	began := time.Now()
	// A build that is cut short leaves nothing that looks finished.
	fresh, err := os.MkdirTemp(dir, "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(fresh) }()

	cmd := exec.CommandContext(ctx, "go", "install", g.pkg+"@"+g.version) //nolint:gosec // constants
	cmd.Dir = dir                                                         // outside of any module
	cmd.Env = append(cmd.Environ(), "GOBIN="+fresh, "GOFLAGS=", "GOWORK=off")
	cmd.SysProcAttr = childAttributes(nil, syscall.SIGTERM)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = stopGrace
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	stop := report(began, func(d time.Duration) {
		progress(fmt.Sprintf("%s: still building %s (%s)", g.service, g.name, d.Round(time.Second)))
	})
	defer stop()
	if err := cmd.Start(); err != nil {
		return err
	}
	last := ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		last = lines.Text()
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("go install %s@%s: %w: %s", g.pkg, g.version, err, last)
	}
	if err := os.Rename(filepath.Join(fresh, g.name), filepath.Join(dir, g.name)); err != nil {
		return err
	}
	progress(fmt.Sprintf("%s: built %s in %s", g.service, g.name, time.Since(began).Round(time.Second)))
	return nil
}

func (g goProgram) missing(cause error) error {
	return &MissingProgramError{
		Service: g.service, Program: g.name, Cause: cause,
		Install: fmt.Sprintf("install it on PATH, or run: go install %s@%s", g.pkg, g.version),
	}
}

// report calls f every now and then until stopped.
func report(began time.Time, f func(time.Duration)) (stop func()) {
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case now := <-tick.C:
				f(now.Sub(began))
			}
		}
	}()
	return func() { close(quit); <-gone }
}

func isProgram(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
