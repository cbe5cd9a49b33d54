package devstack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"rodada/providers/brokeraccounts"
)

// mosquittoServer is the program. Its rights end at topics: unlike the broker in
// this process it does not look into a report for somebody else's number.
type mosquittoServer struct {
	port     int
	service  Account
	scooters []Account // known from the start
	tls      TLS
	proc     process
}

func newMosquitto(s *Stack, port int) *mosquittoServer {
	return &mosquittoServer{port: port, service: s.opt.MQTTService, scooters: s.opt.Scooters, tls: s.opt.TLS, proc: s.process(MQTT, syscall.SIGTERM)}
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

const mosquittoInstall = "install your distribution's package mosquitto (`make deps-debian` on Debian), or use the embedded broker"

func mosquittoProgram(name string) (string, error) {
	if file, ok := LookProgram(name); ok {
		return file, nil
	}
	return "", &MissingProgramError{
		Service: MQTT, Program: name,
		Install: mosquittoInstall,
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
	if err := m.configure(); err != nil {
		return err
	}
	m.proc.program, m.proc.args = program, []string{"-c", m.file("mosquitto.conf")}
	return m.proc.start(ctx, func(ctx context.Context) error { return accepts(ctx, m.Addr()) })
}

func (m *mosquittoServer) file(name string) string { return filepath.Join(m.proc.dir, name) }

// config has Nagle off (it stalls small messages for 40 ms) and queues that hold
// what a bridge missed; a user line keeps the program from leaving root for a
// user who can't read these files.
func (m *mosquittoServer) config(plugin string) string {
	user := ""
	if os.Geteuid() == 0 {
		user = "user root\n"
	}
	return user + fmt.Sprintf(`listener %d 127.0.0.1
%sallow_anonymous false
plugin %s
plugin_opt_config_file %s
set_tcp_nodelay true
max_inflight_messages 1000
max_queued_messages 100000
persistence true
persistence_location %s/
autosave_interval 5
log_dest stderr
log_type error
log_type warning
`, m.port, m.tls.mosquitto(), plugin, m.file(accountsFile), m.proc.dir)
}

// accountsFile is the plugin's, which writes it anew at each change.
const accountsFile = "dynamic-security.json"

func (m *mosquittoServer) configure() error {
	plugin, err := LookSecurityPlugin()
	if err != nil {
		return err
	}
	files := map[string][]byte{"mosquitto.conf": []byte(m.config(plugin))}
	if _, err := os.Stat(m.file(accountsFile)); errors.Is(err, fs.ErrNotExist) {
		if files[accountsFile], err = m.accounts(); err != nil {
			return &StateError{Dir: m.proc.dir, Reason: "can't hold the accounts", Cause: err}
		}
	}
	for name, text := range files {
		if err := os.WriteFile(m.file(name), text, 0o600); err != nil {
			return &StateError{Dir: m.proc.dir, Reason: "can't be written", Cause: err}
		}
	}
	return nil
}

// accounts is what the broker begins with.
func (m *mosquittoServer) accounts() ([]byte, error) {
	backend := brokeraccounts.Login(m.service)
	p := brokeraccounts.Plan{
		Topics: brokeraccounts.Topics{Bike: topicBike, Other: topicOther}, Backend: backend, Accounts: backend,
	}
	for _, a := range m.scooters {
		p.Scooters = append(p.Scooters, brokeraccounts.Account{User: a.User, Password: a.Password, Numbers: []string{a.User}})
	}
	return p.File()
}

// LookSecurityPlugin finds the plugin where distributions and the official image
// put it.
func LookSecurityPlugin() (string, error) {
	const name = "mosquitto_dynamic_security.so"
	for _, pattern := range []string{"/usr/lib/*/" + name, "/usr/lib/" + name, "/usr/lib64/" + name, "/usr/local/lib/" + name, "/opt/*/lib/" + name} {
		if found, err := filepath.Glob(pattern); err == nil && len(found) > 0 {
			return found[0], nil
		}
	}
	return "", &MissingProgramError{Service: MQTT, Program: name, Install: mosquittoInstall}
}

func (m *mosquittoServer) Stop()        { m.proc.stop() }
func (m *mosquittoServer) Kill()        { m.proc.kill() }
func (m *mosquittoServer) Addr() string { return loopback(m.port) }
