package simulator_test

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
	"github.com/stretchr/testify/require"

	"rodada/protocol"
	"rodada/simulator"
)

const (
	patience = 10 * time.Second
	tick     = 5 * time.Millisecond
)

// door lets everybody in but the thief, and the newcomer once it is known.
type door struct {
	mochi.HookBase
	knowsNewcomer atomic.Bool
}

func (*door) ID() string { return "door" }

func (*door) Provides(b byte) bool {
	return b == mochi.OnConnectAuthenticate || b == mochi.OnACLCheck
}

func (d *door) OnConnectAuthenticate(_ *mochi.Client, pk packets.Packet) bool {
	user := string(pk.Connect.Username)
	return user != "thief" && (user != "newcomer" || d.knowsNewcomer.Load())
}

func (*door) OnACLCheck(*mochi.Client, string, bool) bool { return true }

// office is the server's side in these tests: a real broker and a client that
// listens to the fleet.
type office struct {
	t      *testing.T
	url    string
	broker *mochi.Server
	door   *door
	client mqtt.Client

	mu   sync.Mutex
	seen []seen
}

type seen struct {
	topic   string
	qos     byte
	payload []byte
	message protocol.Message
}

func openOffice(t *testing.T) *office {
	t.Helper()
	broker := mochi.New(&mochi.Options{Logger: slog.New(slog.DiscardHandler)})
	guard := new(door)
	require.NoError(t, broker.AddHook(guard, nil))
	listener := listeners.NewTCP(listeners.Config{ID: "test", Address: "127.0.0.1:0"})
	require.NoError(t, broker.AddListener(listener))
	require.NoError(t, broker.Serve())
	t.Cleanup(func() { _ = broker.Close() })

	o := &office{t: t, broker: broker, door: guard, url: "tcp://" + listener.Address()}
	o.client = mqtt.NewClient(mqtt.NewClientOptions().AddBroker(o.url).SetClientID("office").SetUsername("office").SetAutoReconnect(false))
	require.True(t, o.client.Connect().WaitTimeout(patience))
	t.Cleanup(func() { o.client.Disconnect(0) })
	o.listen("bike")
	o.listen("o")
	return o
}

func (o *office) listen(topic string) {
	token := o.client.Subscribe(topic, 1, func(_ mqtt.Client, m mqtt.Message) {
		decoded, err := protocol.Decode(m.Payload())
		if err != nil {
			return // our own command on a scooter's topic
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		o.seen = append(o.seen, seen{topic: m.Topic(), qos: m.Qos(), payload: m.Payload(), message: decoded})
	})
	require.True(o.t, token.WaitTimeout(patience))
	require.NoError(o.t, token.Error())
}

// fleet starts scooters that stand still and report only when asked.
func (o *office) fleet(change func(*simulator.Options)) *simulator.Fleet {
	o.t.Helper()
	opts := simulator.Options{Broker: o.url, Plates: []string{"12AB"}, Still: true, Interval: simulator.Intervals{
		Position: time.Hour, Heartbeat: time.Hour, Move: tick, Reboot: 10 * tick,
	}}
	if change != nil {
		change(&opts)
	}
	fleet, err := simulator.New(opts)
	require.NoError(o.t, err)
	ctx, cancel := context.WithTimeout(o.t.Context(), patience)
	defer cancel()
	require.NoError(o.t, fleet.Start(ctx))
	o.t.Cleanup(fleet.Stop)
	return fleet
}

func (o *office) scooter() *simulator.Scooter { return o.fleet(nil).Scooter("12AB") }

func (o *office) send(plate string, code protocol.Code, args protocol.Args) {
	o.t.Helper()
	frame, err := protocol.Encode(protocol.Command{Code: code, Args: args}, protocol.Dialect{})
	require.NoError(o.t, err)
	o.publish(plate, code, frame)
}

func (o *office) publish(plate string, code protocol.Code, frame []byte) {
	o.t.Helper()
	spec, _ := protocol.Lookup(code)
	token := o.client.Publish(plate, spec.QoS, false, frame)
	require.True(o.t, token.WaitTimeout(patience))
	require.NoError(o.t, token.Error())
}

// flush waits until the broker has handed out everything sent so far: it
// acknowledges a message before it does that, but takes one after the other.
func (o *office) flush() {
	o.t.Helper()
	token := o.client.Publish("nobody", 1, false, "")
	require.True(o.t, token.WaitTimeout(patience))
}

// gone waits until the broker knows that a scooter is offline.
func (o *office) gone(plate string) {
	o.t.Helper()
	o.eventually(func() bool {
		c, ok := o.broker.Clients.Get("scooter-" + plate)
		return !ok || c.Closed()
	}, "gone")
}

// from are the messages of a code, so far.
func (o *office) from(code protocol.Code) []seen {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []seen
	for _, s := range o.seen {
		if s.message.Code == code {
			out = append(out, s)
		}
	}
	return out
}

// await waits for the nth message of a code and returns it.
func (o *office) await(code protocol.Code, n int) seen {
	o.t.Helper()
	o.eventually(func() bool { return len(o.from(code)) >= n }, "message "+code.String())
	return o.from(code)[n-1]
}

// ask sends a command and returns its answer.
func (o *office) ask(plate string, code protocol.Code, args protocol.Args) protocol.Message {
	o.t.Helper()
	spec, _ := protocol.Lookup(code)
	n := len(o.from(spec.Ack))
	o.send(plate, code, args)
	return o.await(spec.Ack, n+1).message
}

func (o *office) status(plate string, code protocol.Code, args protocol.Args) int {
	o.t.Helper()
	status, ok := o.ask(plate, code, args).Status()
	require.True(o.t, ok)
	return status
}

// settled makes sure that everything sent to the scooter so far was handled:
// commands are handled in order, and this one is answered.
func (o *office) settled(plate string) { o.ask(plate, protocol.QuerySignal, nil) }

func (o *office) eventually(f func() bool, what string) {
	o.t.Helper()
	require.Eventually(o.t, f, patience, tick, what)
}
