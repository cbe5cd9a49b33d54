package devstack

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// The local database: any user of this machine may connect as its owner.
const (
	postgresUser     = "rodada"
	postgresDatabase = "rodada"
)

// postgresServer runs Postgres straight from its programs. It refuses to run as
// root, so root hands it to another user.
type postgresServer struct {
	opt    Options
	dir    string // the state folder of the stack
	bin    string // holds initdb and postgres
	user   *runAs // nil: as us
	data   string
	brief  bool // the state is temporary: nobody needs it to survive a power cut
	port   int
	proc   process
	locate func(context.Context) (string, error)
}

func newPostgres(s *Stack, port int) *postgresServer {
	// SIGINT is Postgres' fast shutdown; SIGTERM would wait for clients to leave.
	p := &postgresServer{opt: s.opt, dir: s.dir, brief: s.temporary, port: port, proc: s.process(Postgres, syscall.SIGINT)}
	p.locate = func(ctx context.Context) (string, error) { return findPostgres(ctx, s.opt) }
	return p
}

func (p *postgresServer) Start(ctx context.Context) error {
	if err := p.prepare(ctx); err != nil {
		return err
	}
	p.proc.program = filepath.Join(p.bin, "postgres")
	p.proc.args = []string{
		"-D", p.data, "-p", strconv.Itoa(p.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "max_connections=300", "-c", "log_min_messages=warning",
	}
	secure, err := p.opt.TLS.postgres(p.data, p.user)
	if err != nil {
		return &StateError{Dir: p.dir, Reason: "can't hold Postgres' certificate", Cause: err}
	}
	p.proc.args = append(p.proc.args, secure...)
	if p.brief {
		p.proc.args = append(p.proc.args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	return p.proc.start(ctx, p.ready)
}

// prepare finds the programs, the user and the data folder, and fills the latter once.
func (p *postgresServer) prepare(ctx context.Context) error {
	if p.data != "" {
		return nil
	}
	user, err := postgresRunAs()
	if err != nil {
		return err
	}
	if p.bin, err = p.locate(ctx); err != nil {
		return err
	}
	data, err := placeFor(user, p.dir, "postgres")
	if err != nil {
		return err
	}
	p.user, p.proc.dir = user, data
	if user != nil {
		p.proc.user = user.credential()
	}
	cluster := filepath.Join(data, "data")
	if _, err := os.Stat(filepath.Join(cluster, "PG_VERSION")); err != nil {
		if err := p.initialise(ctx, cluster); err != nil {
			return err
		}
	} else if err := p.sameMajor(ctx, cluster); err != nil {
		return err
	}
	p.data = cluster
	return nil
}

// initialise makes the cluster and the database beside the final place, and
// moves it there when it is complete.
func (p *postgresServer) initialise(ctx context.Context, cluster string) error {
	fresh := cluster + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return &StateError{Dir: p.dir, Reason: "can't be cleaned", Cause: err}
	}
	initdb := []string{"-D", fresh, "-U", postgresUser, "--auth=trust", "--encoding=UTF8", "--no-instructions", "--no-sync"}
	err := p.run(ctx, "", "initdb", append(initdb, "--locale=C.UTF-8")...)
	if err != nil { // a system without that locale
		err = p.run(ctx, "", "initdb", append(initdb, "--locale=C")...)
	}
	if err != nil {
		return err
	}
	if err := p.run(ctx, "CREATE DATABASE "+postgresDatabase+"\n", "postgres", "--single", "-D", fresh, "postgres"); err != nil {
		return err
	}
	if err := os.RemoveAll(cluster); err != nil {
		return &StateError{Dir: p.dir, Reason: "can't be cleaned", Cause: err}
	}
	return os.Rename(fresh, cluster)
}

// sameMajor refuses data that another major version wrote.
func (p *postgresServer) sameMajor(ctx context.Context, cluster string) error {
	wrote, err := os.ReadFile(filepath.Join(cluster, "PG_VERSION")) //nolint:gosec // our folder
	if err != nil {
		return &StateError{Dir: p.dir, Reason: "Postgres' data can't be read", Cause: err}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(p.bin, "postgres"), "--version").Output() //nolint:gosec // a program found above
	if err != nil {
		return &StartError{Service: Postgres, Cause: err}
	}
	major := strings.TrimSpace(string(wrote))
	if _, version, ok := strings.Cut(string(out), ") "); ok && !strings.HasPrefix(version, major) {
		return &StateError{Dir: p.dir, Reason: fmt.Sprintf("its data is of Postgres %s and the program here is %s", major, strings.TrimSpace(version))}
	}
	return nil
}

// run runs one of Postgres' programs to its end.
func (p *postgresServer) run(ctx context.Context, input, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(p.bin, program), args...) //nolint:gosec // programs of Postgres
	cmd.Dir, cmd.Stdin = p.proc.dir, strings.NewReader(input)
	cmd.SysProcAttr = childAttributes(p.proc.user, syscall.SIGTERM)
	if out, err := cmd.CombinedOutput(); err != nil {
		out = bytes.TrimSpace(out)
		return &StartError{
			Service: Postgres, Cause: fmt.Errorf("%s: %w", program, err),
			LastLine: string(out[bytes.LastIndexByte(out, '\n')+1:]), OldState: p.proc.oldState,
		}
	}
	return nil
}

// ready reads what the server writes about itself: its process, and whether it
// takes connections.
func (p *postgresServer) ready(context.Context) error {
	text, err := os.ReadFile(filepath.Join(p.data, "postmaster.pid"))
	if err != nil {
		return err
	}
	const pidLine, statusLine = 0, 7
	lines := strings.Split(string(text), "\n")
	if len(lines) <= statusLine || lines[pidLine] != strconv.Itoa(p.proc.id()) || strings.TrimSpace(lines[statusLine]) != "ready" {
		return fmt.Errorf("it is not ready yet")
	}
	return nil
}

// Kill uses Postgres' immediate shutdown, which recovers like a crash. A killed
// parent would leave children behind that hold its memory for a moment.
func (p *postgresServer) Kill()        { p.proc.end(syscall.SIGQUIT) }
func (p *postgresServer) Stop()        { p.proc.stop() }
func (p *postgresServer) Addr() string { return loopback(p.port) }

func (p *postgresServer) url() string {
	mode := "disable"
	if p.opt.TLS.used() {
		mode = "require" // whoever has the authority asks for verify-full
	}
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=%s", postgresUser, p.Addr(), postgresDatabase, mode)
}
