package devstack

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/storage"
	"github.com/mochi-mqtt/server/v2/packets"
)

// sessionHook keeps persistent sessions through a restart of the broker in this
// process: it writes them when the broker stops and hands them back when it
// starts. Nothing is written while messages flow. The library's own stores are
// no choice: they write on every message, and lose the packet's number, without
// which a waiting message can't be delivered.
type sessionHook struct {
	mqtt.HookBase
	file   string
	server *mqtt.Server
	kept   sessions
}

type sessions struct {
	Clients       []storage.Client
	Subscriptions []storage.Subscription
	Waiting       []storage.Message
	Retained      []storage.Message
}

func (h *sessionHook) ID() string { return "sessions" }

func (h *sessionHook) Provides(b byte) bool {
	return slices.Contains([]byte{
		mqtt.StoredClients, mqtt.StoredSubscriptions, mqtt.StoredInflightMessages, mqtt.StoredRetainedMessages,
	}, b)
}

// Init reads what the last stop wrote.
func (h *sessionHook) Init(any) error {
	text, err := os.ReadFile(h.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &h.kept)
}

// Stop writes the sessions, once the broker has let everybody go.
func (h *sessionHook) Stop() error {
	h.kept = h.collect()
	text, err := json.Marshal(h.kept)
	if err != nil {
		return err
	}
	if err := os.WriteFile(h.file+".new", text, 0o600); err != nil {
		return err
	}
	return os.Rename(h.file+".new", h.file)
}

func (h *sessionHook) StoredClients() ([]storage.Client, error) { return h.kept.Clients, nil }
func (h *sessionHook) StoredSubscriptions() ([]storage.Subscription, error) {
	return h.kept.Subscriptions, nil
}
func (h *sessionHook) StoredInflightMessages() ([]storage.Message, error) { return h.kept.Waiting, nil }
func (h *sessionHook) StoredRetainedMessages() ([]storage.Message, error) {
	return h.kept.Retained, nil
}

func (h *sessionHook) collect() sessions {
	var all sessions
	for _, c := range h.server.Clients.GetAll() {
		if c.Net.Inline || endsWithItsConnection(c) {
			continue
		}
		all.Clients = append(all.Clients, storage.Client{
			ID: c.ID, Listener: c.Net.Listener, Username: c.Properties.Username,
			Clean: c.Properties.Clean, ProtocolVersion: c.Properties.ProtocolVersion,
			Properties: storage.ClientProperties{
				SessionExpiryInterval:     c.Properties.Props.SessionExpiryInterval,
				SessionExpiryIntervalFlag: c.Properties.Props.SessionExpiryIntervalFlag,
				ReceiveMaximum:            c.Properties.Props.ReceiveMaximum,
			},
		})
		for _, s := range c.State.Subscriptions.GetAll() {
			all.Subscriptions = append(all.Subscriptions, storage.Subscription{
				Client: c.ID, Filter: s.Filter, Qos: s.Qos, Identifier: s.Identifier,
				RetainHandling: s.RetainHandling, RetainAsPublished: s.RetainAsPublished, NoLocal: s.NoLocal,
			})
		}
		for _, pk := range c.State.Inflight.GetAll(false) {
			all.Waiting = append(all.Waiting, stored(c.ID, pk))
		}
	}
	for topic, pk := range h.server.Topics.Retained.GetAll() {
		if !strings.HasPrefix(topic, "$") {
			all.Retained = append(all.Retained, stored("", pk))
		}
	}
	return all
}

func endsWithItsConnection(c *mqtt.Client) bool {
	const v5 = 5
	if c.Properties.ProtocolVersion == v5 {
		return c.Properties.Props.SessionExpiryInterval == 0
	}
	return c.Properties.Clean
}

func stored(client string, pk packets.Packet) storage.Message {
	return storage.Message{
		Client: client, PacketID: pk.PacketID, FixedHeader: pk.FixedHeader,
		TopicName: pk.TopicName, Payload: pk.Payload, Origin: pk.Origin, Created: pk.Created,
		Properties: storage.MessageProperties{
			PayloadFormat: pk.Properties.PayloadFormat, PayloadFormatFlag: pk.Properties.PayloadFormatFlag,
			MessageExpiryInterval: pk.Properties.MessageExpiryInterval, ContentType: pk.Properties.ContentType,
			ResponseTopic: pk.Properties.ResponseTopic, CorrelationData: pk.Properties.CorrelationData,
			User: pk.Properties.User,
		},
	}
}
