package devstack

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
)

// mosquittoServer is the program. Its rights end at topics: unlike the broker in
// this process it does not look into a report for somebody else's number.
type mosquittoServer struct {
	port   int
	rights *rights
	proc   process
	mu     sync.Mutex // one writer of the password file
}

func newMosquitto(s *Stack, port int) *mosquittoServer {
	return &mosquittoServer{port: port, rights: s.rights, proc: s.process(MQTT, syscall.SIGTERM)}
}

// LookProgram finds a program on PATH or where Debian keeps its servers, which
// is not on every user's PATH.
func LookProgram(name string) (string, bool) {
	if file, err := exec.LookPath(name); err == nil {
		return file, true
	}
	file := filepath.Join("/usr/sbin", name)
	return file, isProgram(file)
}

func mosquittoProgram(name string) (string, error) {
	if file, ok := LookProgram(name); ok {
		return file, nil
	}
	return "", &MissingProgramError{
		Service: MQTT, Program: name,
		Install: "install your distribution's package mosquitto (`make deps-debian` on Debian), or use the embedded broker",
	}
}

func (m *mosquittoServer) Start(ctx context.Context) error {
	program, err := mosquittoProgram("mosquitto")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.proc.dir, 0o700); err != nil {
		return &StateError{Dir: m.proc.dir, Reason: "can't be created", Cause: err}
	}
	if err := m.configure(ctx); err != nil {
		return err
	}
	m.proc.program, m.proc.args = program, []string{"-c", m.file("mosquitto.conf")}
	return m.proc.start(ctx, func(ctx context.Context) error { return accepts(ctx, m.Addr()) })
}

func (m *mosquittoServer) file(name string) string { return filepath.Join(m.proc.dir, name) }

// config has Nagle off (it stalls small messages for 40 ms) and queues that hold
// what a bridge missed; a user line keeps the program from leaving root for a
// user who can't read these files.
func (m *mosquittoServer) config() string {
	user := ""
	if os.Geteuid() == 0 {
		user = "user root\n"
	}
	return user + fmt.Sprintf(`listener %d 127.0.0.1
allow_anonymous false
password_file %s
acl_file %s
set_tcp_nodelay true
max_inflight_messages 1000
max_queued_messages 100000
persistence true
persistence_location %s/
autosave_interval 5
log_dest stderr
log_type error
log_type warning
`, m.port, m.file("passwords"), m.file("acl"), m.proc.dir)
}

func (m *mosquittoServer) configure(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	acl := "user " + m.rights.service.User + "\ntopic readwrite #\n\n" +
		"pattern readwrite %u\npattern write " + topicBike + "\npattern write " + topicOther + "\n"
	for name, text := range map[string]string{"mosquitto.conf": m.config(), "acl": acl} {
		if err := os.WriteFile(m.file(name), []byte(text), 0o600); err != nil {
			return &StateError{Dir: m.proc.dir, Reason: "can't be written", Cause: err}
		}
	}
	return m.passwords(ctx)
}

// passwords writes the file of accounts, hashed by mosquitto's own program.
func (m *mosquittoServer) passwords(ctx context.Context) error {
	program, err := mosquittoProgram("mosquitto_passwd")
	if err != nil {
		return err
	}
	var plain strings.Builder
	for _, a := range m.rights.list() {
		fmt.Fprintf(&plain, "%s:%s\n", a.User, a.Password)
	}
	fresh := m.file("passwords.new")
	if err := os.WriteFile(fresh, []byte(plain.String()), 0o600); err != nil {
		return &StateError{Dir: m.proc.dir, Reason: "can't be written", Cause: err}
	}
	if out, err := exec.CommandContext(ctx, program, "-U", fresh).CombinedOutput(); err != nil { //nolint:gosec // found above
		return &StartError{Service: MQTT, Cause: fmt.Errorf("mosquitto_passwd: %w", err), LastLine: strings.TrimSpace(string(out))}
	}
	return os.Rename(fresh, m.file("passwords"))
}

// reload makes the running server read its accounts again.
func (m *mosquittoServer) reload(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.passwords(ctx); err != nil {
		return err
	}
	m.proc.signal(syscall.SIGHUP)
	return nil
}

func (m *mosquittoServer) Stop()        { m.proc.stop() }
func (m *mosquittoServer) Kill()        { m.proc.kill() }
func (m *mosquittoServer) Addr() string { return loopback(m.port) }
