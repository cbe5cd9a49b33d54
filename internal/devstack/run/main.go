// Command run starts the local stack, runs a command that finds the addresses in
// the file that RODADA_TEST_STACK names, and stops the stack again. It is how
// `make test` shares one stack among all packages.
//
//	go run ./internal/devstack/run -- go test ./...
//	go run ./internal/devstack/run -reset .rodada/dev
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
)

// commandGrace is how long the command may take to end when it is told to.
const commandGrace = 10 * time.Second

func main() {
	reset := flag.String("reset", "", "remove this state `folder` of a stack and end")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code, err := run(ctx, *reset, flag.Args())
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

const failed = 1

var errNoCommand = errors.New("usage: run -- command [argument ...]")

func run(ctx context.Context, reset string, command []string) (int, error) {
	if reset != "" {
		if err := devstack.Reset(reset); err != nil {
			return failed, err
		}
		return 0, nil
	}
	if len(command) == 0 {
		return failed, errNoCommand
	}
	stack, err := devstack.Start(ctx, devstack.Options{
		Accounts: testkit.KnowsScooter,
		Progress: func(line string) { fmt.Fprintln(os.Stderr, line) },
	})
	if err != nil {
		return failed, err
	}
	defer stack.Stop()
	dir, err := os.MkdirTemp("", "rodada-run-")
	if err != nil {
		return failed, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "stack.json")
	text, err := json.Marshal(stack.Addresses())
	if err != nil {
		return failed, err
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return failed, err
	}
	return execute(ctx, command, file)
}

// execute runs the command and returns its exit code. The stack stays until it
// has ended, whatever ends it.
func execute(ctx context.Context, command []string, file string) (int, error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // that is its purpose
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(cmd.Environ(), testkit.StackFile+"="+file)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = commandGrace
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		return exit.ExitCode(), nil
	case err != nil:
		return failed, err
	default:
		return 0, nil
	}
}
