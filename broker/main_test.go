package broker_test

import (
	"context"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"rodada/broker"
)

const patience = 20 * time.Second

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server is a broker that can be stopped and started again on the same port.
type server interface {
	start(t *testing.T)
	stop(t *testing.T)
	url() string
}

// eachBroker runs a test against the embedded broker and against the one of production.
func eachBroker(t *testing.T, test func(t *testing.T, s server)) {
	t.Helper()
	for name, create := range map[string]func(*testing.T) server{"embedded": newEmbedded, "mosquitto": newMosquitto} {
		t.Run(name, func(t *testing.T) {
			s := create(t)
			s.start(t)
			t.Cleanup(func() { s.stop(t) })
			test(t, s)
		})
	}
}

// embedded forgets its sessions when it stops.
type embedded struct {
	addr   string
	server *mochi.Server
}

func newEmbedded(t *testing.T) server {
	t.Helper()
	return &embedded{addr: freeAddr(t)}
}

func (e *embedded) url() string { return "tcp://" + e.addr }

func (e *embedded) start(t *testing.T) {
	t.Helper()
	e.server = mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, e.server.AddHook(new(guard), nil))
	require.NoError(t, e.server.AddListener(listeners.NewTCP(listeners.Config{ID: "t", Address: e.addr})))
	require.NoError(t, e.server.Serve())
}

func (e *embedded) stop(t *testing.T) {
	t.Helper()
	if e.server != nil {
		require.NoError(t, e.server.Close())
		e.server = nil
	}
}

// guard knows one password and one forbidden topic.
type guard struct{ mochi.HookBase }

func (*guard) ID() string { return "guard" }

func (*guard) Provides(b byte) bool { return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck }

func (*guard) OnConnectAuthenticate(_ *mochi.Client, p packets.Packet) bool {
	return string(p.Connect.Password) == "right"
}

func (*guard) OnACLCheck(_ *mochi.Client, topic string, _ bool) bool { return topic != "forbidden" }

// mosquitto keeps its sessions on disk.
type mosquitto struct {
	dir, addr string
	cmd       *exec.Cmd
}

func newMosquitto(t *testing.T) server {
	t.Helper()
	program, err := exec.LookPath("mosquitto")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/mosquitto"); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatal("mosquitto is needed")
			}
			t.Skip("mosquitto is not installed")
		}
	}
	m := &mosquitto{dir: t.TempDir(), addr: freeAddr(t)}
	m.cmd = exec.Command(program)
	_, port, _ := net.SplitHostPort(m.addr)
	conf := "listener " + port + " 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\nuser root\n" +
		"persistence true\npersistence_location " + m.dir + "/\nautosave_interval 1\nautosave_on_changes true\n"
	require.NoError(t, os.WriteFile(filepath.Join(m.dir, "m.conf"), []byte(conf), 0o600))
	return m
}

func (m *mosquitto) url() string { return "tcp://" + m.addr }

func (m *mosquitto) start(t *testing.T) {
	t.Helper()
	m.cmd = exec.Command(m.cmd.Path, "-c", filepath.Join(m.dir, "m.conf"))
	require.NoError(t, m.cmd.Start())
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", m.addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, patience, 5*time.Millisecond)
}

func (m *mosquitto) stop(t *testing.T) {
	t.Helper()
	if m.cmd.Process != nil && m.cmd.ProcessState == nil {
		require.NoError(t, m.cmd.Process.Signal(os.Interrupt))
		_ = m.cmd.Wait()
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // nothing was sent
	return l.Addr().String()
}

func options(url string) broker.Options {
	return broker.Options{
		URL: url, Username: "rodada", Password: "right",
		ReconnectMin: 10 * time.Millisecond, ReconnectMax: 50 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
	}
}

func connect(t *testing.T, o broker.Options) *broker.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := broker.Connect(ctx, o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// inbox collects what arrives.
type inbox struct {
	mu  sync.Mutex
	got []string
}

func (i *inbox) add(m broker.Message) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.got = append(i.got, string(m.Payload))
}

func (i *inbox) String() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return strings.Join(i.got, " ")
}

func (i *inbox) listen(o broker.Options, filters ...string) broker.Options {
	for _, f := range filters {
		o.Subscriptions = append(o.Subscriptions, broker.Subscription{Filter: f, QoS: 1})
	}
	o.OnMessage = i.add
	return o
}

func (i *inbox) await(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return i.String() == want }, patience, time.Millisecond, "want %q", want)
}

// awaitAll is await in any order, once or more often: so does the embedded broker deliver what it kept.
func (i *inbox) awaitAll(t *testing.T, want string) {
	t.Helper()
	require.Eventually(t, func() bool { return sorted(i.String()) == sorted(want) }, patience, time.Millisecond, "want %q", want)
}

func sorted(words string) string {
	all := strings.Fields(words)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func numbers(from, to int) string {
	var all []string
	for n := from; n <= to; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return strings.Join(all, " ")
}
