package deploy_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"rodada/broker"
	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/providers/brokeraccounts"
)

const patience = 20 * time.Second

// server is a real Mosquitto with the configuration that is deployed and the accounts of the script.
type server struct {
	url      string            // the backend's
	boxes    string            // scooters'
	accounts map[string]string // passwords
	admin    string            // password of the account for accounts
	data     string
	command  func() *exec.Cmd
	stop     func()
}

func startMosquitto(t *testing.T, plates ...string) server {
	t.Helper()
	testkit.RequireProgram(t, "mosquitto")
	program, _ := devstack.LookProgram("mosquitto")
	plugin, err := devstack.LookSecurityPlugin()
	require.NoError(t, err)
	dir := secrets(t)
	s := server{
		accounts: map[string]string{"rodada": secret(t, dir, "mqtt_password")},
		admin:    secret(t, dir, "mqtt_accounts_password"), data: t.TempDir(),
	}
	address, boxes := freeAddress(t), freeAddress(t)
	s.url, s.boxes = "tcp://"+address, "tcp://"+boxes
	conf := filepath.Join(t.TempDir(), "mosquitto.conf")
	require.NoError(t, os.WriteFile(conf, []byte(moved(t, address, boxes, s.data, plugin)), 0o600))
	s.command = func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), "sh", "mosquitto/start.sh")
		cmd.Env = append(cmd.Environ(), "MOSQUITTO="+program, "MOSQUITTO_CONFIG="+conf, "MOSQUITTO_DATA="+s.data,
			"MOSQUITTO_FIRST_ACCOUNTS="+filepath.Join(dir, "mqtt_accounts"), "MOSQUITTO_OWNER="+ownUser(t))
		return cmd
	}
	s.start(t, address)
	for _, plate := range plates {
		s.accounts[plate] = "secret of " + plate
		err := s.provision(t).Put(t.Context(), brokeraccounts.Account{User: plate, Password: s.accounts[plate], Numbers: []string{plate}})
		require.NoError(t, err)
	}
	return s
}

// start runs the script that the container runs.
func (s *server) start(t *testing.T, address string) {
	t.Helper()
	var said strings.Builder
	cmd := s.command()
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	s.stop = func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
	}
	t.Cleanup(func() { // after the test's context has ended
		<-ended
		for line := range strings.Lines(said.String()) {
			require.NotContains(t, line, "Error")
			require.NotContains(t, line, "Unknown configuration")
		}
	})
	listens(t, address)
}

// provision is the worker's way to scooters' accounts, with the account that the script made for it.
func (s *server) provision(t *testing.T) *brokeraccounts.Broker {
	t.Helper()
	b, err := brokeraccounts.Dial(broker.Options{
		URL: s.url, Username: "rodada-accounts", Password: s.admin, Log: slog.New(slog.DiscardHandler),
	}, brokeraccounts.Topics{Bike: "bike", Other: "o"})
	require.NoError(t, err)
	t.Cleanup(b.Close)
	return b
}

// moved is the deployed configuration with the paths and the address of this test.
func moved(t *testing.T, address, boxes, data, plugin string) string {
	t.Helper()
	conf := read(t, "deploy/mosquitto/mosquitto.conf")
	for from, to := range map[string]string{
		"listener 1883":                          listener(t, boxes),
		"listener 1884":                          listener(t, address),
		"/usr/lib/mosquitto_dynamic_security.so": plugin,
		"/mosquitto/data/accounts/":              data + "/accounts/",
		"persistence_location /mosquitto/data/":  "persistence_location " + data + "/",
	} {
		require.Equal(t, 1, strings.Count(conf, from), "%q in mosquitto.conf", from)
		conf = strings.Replace(conf, from, to, 1)
	}
	return conf + asRoot()
}

func listener(t *testing.T, address string) string {
	t.Helper()
	host, port, err := net.SplitHostPort(address)
	require.NoError(t, err)
	return "listener " + port + " " + host
}

// ownUser owns the files of this test's server.
func ownUser(t *testing.T) string {
	t.Helper()
	me, err := user.Current()
	require.NoError(t, err)
	return me.Username
}

// asRoot keeps a server that root starts from becoming a user who can't read this test's files.
func asRoot() string {
	if os.Geteuid() == 0 {
		return "user root\n"
	}
	return ""
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func listens(t *testing.T, address string) {
	t.Helper()
	require.Eventually(t, func() bool {
		c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, patience, 10*time.Millisecond)
}

// peer is somebody connected to the broker.
type peer struct {
	mqtt.Client
	got  chan string
	lost chan error
}

func (s server) dial(ctx context.Context, user, password string) (*peer, error) {
	return s.dialAs(ctx, "test-"+user, user, password)
}

// dialAs connects under a client ID, to the listener that is meant for whoever it is.
func (s server) dialAs(ctx context.Context, clientID, user, password string) (*peer, error) {
	url := s.boxes
	if strings.HasPrefix(user, "rodada") {
		url = s.url
	}
	p := &peer{got: make(chan string, 100), lost: make(chan error, 1)}
	o := mqtt.NewClientOptions().AddBroker(url).SetClientID(clientID).SetUsername(user).SetPassword(password).
		SetAutoReconnect(false).SetConnectTimeout(patience)
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { p.got <- m.Topic() })
	o.SetConnectionLostHandler(func(_ mqtt.Client, err error) { p.lost <- err })
	p.Client = mqtt.NewClient(o)
	return p, wait(ctx, p.Connect())
}

func (s server) connect(t *testing.T, user string) *peer {
	t.Helper()
	p, err := s.dial(t.Context(), user, s.accounts[user])
	require.NoError(t, err, user)
	t.Cleanup(func() { p.Disconnect(0) })
	return p
}

func wait(ctx context.Context, token mqtt.Token) error {
	select {
	case <-token.Done():
		return token.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *peer) listen(t *testing.T, filters ...string) {
	t.Helper()
	all := map[string]byte{}
	for _, f := range filters {
		all[f] = 1
	}
	require.NoError(t, wait(t.Context(), p.SubscribeMultiple(all, nil)))
}

func (p *peer) say(t *testing.T, topic string) {
	t.Helper()
	require.NoError(t, wait(t.Context(), p.Publish(topic, 1, false, "x")))
}

// next is the topic of the next message.
func (p *peer) next(t *testing.T) string {
	t.Helper()
	select {
	case topic := <-p.got:
		return topic
	case <-time.After(patience):
		t.Fatal("nothing came")
		return ""
	}
}

func TestScootersWriteOnlyWhatIsTheirs(t *testing.T) {
	s := startMosquitto(t, "AAA111", "BBB222")
	backend, scooter := s.connect(t, "rodada"), s.connect(t, "AAA111")
	backend.listen(t, "#")
	for topic, may := range map[string]bool{
		"bike": true, "o": true, "AAA111": true,
		"BBB222": false, "rodada": false, "bike/AAA111": false, "AAA111/x": false, "anything": false,
	} {
		scooter.say(t, topic)
		scooter.say(t, "o") // comes after the other, if that comes
		if may {
			require.Equal(t, topic, backend.next(t))
		}
		require.Equal(t, "o", backend.next(t), "a scooter wrote to %s", topic)
	}
}

func TestScootersReadOnlyTheirCommands(t *testing.T) {
	s := startMosquitto(t, "AAA111", "BBB222")
	backend, scooter := s.connect(t, "rodada"), s.connect(t, "AAA111")
	scooter.listen(t, "#", "BBB222", "+", "bike", "o", "AAA111")
	for _, topic := range []string{"BBB222", "bike", "o", "AAA111/x", "anything"} {
		backend.say(t, topic)
	}
	backend.say(t, "AAA111")
	require.Equal(t, "AAA111", scooter.next(t))
}

func TestTheBackendSharesASubscription(t *testing.T) {
	s := startMosquitto(t, "AAA111")
	backend, scooter := s.connect(t, "rodada"), s.connect(t, "AAA111")
	backend.listen(t, "$share/rodada/bike")
	scooter.say(t, "bike")
	require.Equal(t, "bike", backend.next(t))
}

func TestNobodyComesInWithoutAnAccount(t *testing.T) {
	s := startMosquitto(t, "AAA111")
	for name, login := range map[string][2]string{
		"anonymous":        {"", ""},
		"unknown":          {"CCC333", "x"},
		"a wrong password": {"rodada", s.accounts["AAA111"]},
		"no password":      {"AAA111", ""},
	} {
		_, err := s.dial(t.Context(), login[0], login[1])
		require.Error(t, err, name)
	}
}

func TestNobodyLeavesAMessageForLater(t *testing.T) {
	s := startMosquitto(t, "AAA111")
	backend, scooter := s.connect(t, "rodada"), s.connect(t, "AAA111")
	backend.listen(t, "bike")
	scooter.Publish("bike", 1, true, "x")
	select {
	case <-scooter.lost:
	case topic := <-backend.got:
		t.Fatalf("a retained message came through on %s", topic)
	case <-time.After(patience):
		t.Fatal("the broker took a retained message")
	}
}

// The accounts for accounts and for everything else are two, and neither can do the other's work.
func TestWhoMayChangeAccounts(t *testing.T) {
	s := startMosquitto(t, "AAA111", "BBB222")
	for _, name := range []string{"rodada", "AAA111"} {
		b, err := brokeraccounts.Dial(broker.Options{
			URL: s.url, Username: name, Password: s.accounts[name], Log: slog.New(slog.DiscardHandler),
		}, brokeraccounts.Topics{Bike: "bike", Other: "o"})
		require.NoError(t, err)
		t.Cleanup(b.Close)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		require.ErrorIs(t, b.Remove(ctx, "BBB222"), brokeraccounts.ErrSilent, name)
		cancel()
	}
	s.connect(t, "BBB222")
	backend := s.connect(t, "rodada")
	backend.listen(t, "bike", "o")
	admin, err := s.dial(t.Context(), "rodada-accounts", s.admin)
	require.NoError(t, err)
	t.Cleanup(func() { admin.Disconnect(0) })
	admin.say(t, "bike")
	s.connect(t, "AAA111").say(t, "o")
	require.Equal(t, "o", backend.next(t))
}

// The script begins with the secret's accounts once; what was changed since is not lost.
func TestARestartKeepsTheAccounts(t *testing.T) {
	s := startMosquitto(t, "AAA111")
	s.stop()
	s.start(t, strings.TrimPrefix(s.url, "tcp://"))
	s.connect(t, "AAA111")
	s.connect(t, "rodada")
	file, err := os.Stat(filepath.Join(s.data, "accounts", "dynamic-security.json"))
	require.NoError(t, err)
	require.Zero(t, file.Mode().Perm()&0o077, "others may read it")
}

// A box that comes under the bridge's client ID, or another box's, is itself: who has that one stays connected and hears what is
// for it.
func TestAScooterCantThrowAnotherOff(t *testing.T) {
	s := startMosquitto(t, "AAA111", "BBB222")
	bridge, err := s.dialAs(t.Context(), "rodada-bridge", "rodada", s.accounts["rodada"])
	require.NoError(t, err)
	t.Cleanup(func() { bridge.Disconnect(0) })
	bridge.listen(t, "bike")
	other := s.connect(t, "BBB222")
	other.listen(t, "BBB222")
	for _, id := range []string{"rodada-bridge", "test-rodada", "test-BBB222", "BBB222", "rodada"} {
		box, err := s.dialAs(t.Context(), id, "AAA111", s.accounts["AAA111"])
		require.NoError(t, err)
		box.say(t, "bike")
		require.Equal(t, "bike", bridge.next(t), "the bridge after a box came as %s", id)
		wrote := s.connect(t, "rodada")
		wrote.say(t, "BBB222")
		require.Equal(t, "BBB222", other.next(t), "the other box after a box came as %s", id)
		wrote.Disconnect(0)
		box.Disconnect(0)
	}
	require.Empty(t, bridge.lost)
	require.Empty(t, other.lost)
}
