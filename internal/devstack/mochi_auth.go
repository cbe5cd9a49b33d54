package devstack

import (
	"slices"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"rodada/providers/brokeraccounts"
)

// authHook applies the rights to the broker in this process.
type authHook struct {
	mqtt.HookBase
	rights *rights
	// owner is the user whose session has this client ID.
	owner func(clientID string) (user string, found bool)
	// answer publishes what became of a change of accounts.
	answer func(payload []byte)
}

func (h *authHook) ID() string { return "rights" }

func (h *authHook) Provides(b byte) bool {
	return slices.Contains([]byte{mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnPublish}, b)
}

// OnConnectAuthenticate checks the password, the last will, which the broker
// would publish unchecked, and that the session is the user's own: whoever
// connects under a client ID takes over its session with all that waits in it.
// A box that changes its credential is the same box.
func (h *authHook) OnConnectAuthenticate(c *mqtt.Client, pk packets.Packet) bool {
	user := string(pk.Connect.Username)
	if !h.rights.knows(user, string(pk.Connect.Password)) {
		return false
	}
	if pk.Connect.WillFlag && (!h.rights.mayWrite(user, pk.Connect.WillTopic) ||
		!h.rights.maySay(user, pk.Connect.WillPayload, pk.Connect.WillRetain)) {
		return false
	}
	owner, found := h.owner(c.ID)
	return !found || h.rights.related(owner, user)
}

func (h *authHook) OnACLCheck(c *mqtt.Client, topic string, write bool) bool {
	user := string(c.Properties.Username)
	if write {
		return h.rights.mayWrite(user, topic)
	}
	return h.rights.mayRead(user, topic)
}

// OnPublish drops what a scooter may not say. The sender is told nothing: a real
// box could do nothing about it.
func (h *authHook) OnPublish(c *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if pk.TopicName == brokeraccounts.ControlTopic { // the rights: only the backend gets here
		h.answer(brokeraccounts.Serve(h.rights, pk.Payload))
		return pk, packets.CodeSuccessIgnore
	}
	if c.Net.Inline || h.rights.maySay(string(c.Properties.Username), pk.Payload, pk.FixedHeader.Retain) {
		return pk, nil
	}
	if pk.FixedHeader.Qos > 0 {
		return pk, packets.CodeSuccessIgnore // acknowledged, delivered to nobody
	}
	return pk, packets.ErrRejectPacket
}
