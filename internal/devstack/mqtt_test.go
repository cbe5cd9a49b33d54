package devstack_test

import (
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
)

var scooters = []devstack.Account{{User: "P1", Password: "one"}, {User: "P2", Password: "two"}}

// onEachBroker runs a test on the embedded broker and on Mosquitto.
func onEachBroker(t *testing.T, test func(t *testing.T, s *devstack.Stack, kind devstack.BrokerKind)) {
	t.Helper()
	for _, kind := range []devstack.BrokerKind{devstack.Mochi, devstack.Mosquitto} {
		t.Run(string(kind), func(t *testing.T) {
			if _, ok := devstack.LookProgram("mosquitto"); kind == devstack.Mosquitto && !ok {
				t.Skip("mosquitto is not here")
			}
			test(t, start(t, devstack.Options{
				Only: []devstack.Service{devstack.MQTT}, MQTTBroker: kind, Scooters: scooters,
			}), kind)
		})
	}
}

func TestWhoMayConnect(t *testing.T) {
	onEachBroker(t, func(t *testing.T, s *devstack.Stack, _ devstack.BrokerKind) {
		at := s.Addresses()
		require.NoError(t, connect(t, at.MQTT, "backend", at.MQTTUser, at.MQTTPassword))
		require.NoError(t, connect(t, at.MQTT, "P1", "P1", "one"))
		for name, a := range map[string]devstack.Account{
			"anonymous":         {},
			"wrong password":    {User: "P1", Password: "two"},
			"no password":       {User: "P1"},
			"unknown":           {User: "P3", Password: "one"},
			"backend, no right": {User: at.MQTTUser, Password: "guess"},
		} {
			require.Error(t, connect(t, at.MQTT, "x", a.User, a.Password), name)
		}
		require.NoError(t, s.AddScooter(t.Context(), devstack.Account{User: "P3", Password: "three"}))
		require.Eventually(t, func() bool { return connect(t, at.MQTT, "P3", "P3", "three") == nil },
			patience, 50*time.Millisecond, "added while it runs")
	})
}

func TestAccountsAreAsked(t *testing.T) {
	s := start(t, devstack.Options{
		Only:     []devstack.Service{devstack.MQTT},
		Accounts: func(plate, password string) bool { return plate == "P9" && password == "nine" },
	})
	require.NoError(t, connect(t, s.Addresses().MQTT, "P9", "P9", "nine"))
	require.Error(t, connect(t, s.Addresses().MQTT, "P9", "P9", "ten"))
}

// TestWhoMaySayWhat sends what must not arrive first and a mark after it: when
// the mark is there, the rest would have been.
func TestWhoMaySayWhat(t *testing.T) {
	onEachBroker(t, func(t *testing.T, s *devstack.Stack, kind devstack.BrokerKind) {
		heard := listenAll(t, s)
		p1 := scooter(t, s, "P1", "one")
		publish := func(topic string, retained bool, payload string) {
			require.True(t, p1.Publish(topic, 0, retained, payload).WaitTimeout(patience))
		}
		publish("P2", false, `{"a":3,"i":"P1","n":"a foreign topic"}`)
		publish("else", false, `{"a":3,"i":"P1","n":"an unknown topic"}`)
		if kind == devstack.Mochi { // Mosquitto does not look inside
			publish("bike", false, `{"a":4,"i":"P2","n":"a foreign number"}`)
			publish("bike", true, `{"a":4,"i":"P1","n":"kept"}`)
			publish("bike", false, `not JSON`)
		}
		publish("o", false, `{"a":54,"i":"P1"}`)
		publish("P1", false, `{"a":78,"i":"P1"}`)
		publish("bike", false, `{"a":4,"i":"P1"}`)
		require.Equal(t, []string{"o", "P1", "bike"}, []string{<-heard, <-heard, <-heard})
		require.Empty(t, heard)
	})
}

func TestWhoMayListenToWhat(t *testing.T) {
	onEachBroker(t, func(t *testing.T, s *devstack.Stack, _ devstack.BrokerKind) {
		p1 := scooter(t, s, "P1", "one")
		got := make(chan string, 16)
		listen := func(_ mqtt.Client, m mqtt.Message) { got <- m.Topic() }
		for _, filter := range []string{"P2", "#", "+", "bike", "$share/g/P2"} {
			p1.Subscribe(filter, 0, listen).WaitTimeout(patience)
		}
		require.True(t, p1.Subscribe("P1", 0, listen).WaitTimeout(patience))
		back := backend(t, s)
		for _, topic := range []string{"P2", "bike", "P1"} {
			require.True(t, back.Publish(topic, 0, false, `{"a":1}`).WaitTimeout(patience))
		}
		require.Equal(t, "P1", <-got)
	})
}

func TestASessionIsItsOwners(t *testing.T) {
	s := start(t, devstack.Options{Only: []devstack.Service{devstack.MQTT}, Scooters: scooters})
	scooter(t, s, "P1", "one").Disconnect(0)
	require.Error(t, connect(t, s.Addresses().MQTT, "P1", "P2", "two"), "P2 under P1's client ID")
	_, err := dial(t, s.Addresses().MQTT, "P2", "P2", "two", func(o *mqtt.ClientOptions) {
		o.SetWill("bike", `{"a":4,"i":"P1"}`, 0, false)
	})
	require.Error(t, err, "a last will in another's name")
}

// TestAMessageWaitsThroughARestart is a command to a box that is away while the
// broker restarts.
func TestAMessageWaitsThroughARestart(t *testing.T) {
	onEachBroker(t, func(t *testing.T, s *devstack.Stack, _ devstack.BrokerKind) {
		p1 := scooter(t, s, "P1", "one")
		token := p1.Subscribe("P1", 1, nil)
		require.True(t, token.WaitTimeout(patience))
		p1.Disconnect(0)
		token2 := backend(t, s).Publish("P1", 1, false, `{"a":3}`)
		require.True(t, token2.WaitTimeout(patience))
		require.NoError(t, token2.Error())

		require.NoError(t, s.StopService(t.Context(), devstack.MQTT))
		require.Error(t, connect(t, s.Addresses().MQTT, "x", "P1", "one"))
		require.NoError(t, s.StartService(t.Context(), devstack.MQTT))

		got := make(chan string, 1)
		_, err := dial(t, s.Addresses().MQTT, "P1", "P1", "one", func(o *mqtt.ClientOptions) {
			o.SetCleanSession(false).SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) { got <- string(m.Payload()) })
		})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return len(got) == 1 }, patience, 10*time.Millisecond)
		require.JSONEq(t, `{"a":3}`, <-got)
	})
}

func scooter(t *testing.T, s *devstack.Stack, plate, password string) mqtt.Client {
	t.Helper()
	c, err := dial(t, s.Addresses().MQTT, plate, plate, password, func(o *mqtt.ClientOptions) { o.SetCleanSession(false) })
	require.NoError(t, err)
	return c
}

func backend(t *testing.T, s *devstack.Stack) mqtt.Client {
	t.Helper()
	c, err := dial(t, s.Addresses().MQTT, "backend", s.Addresses().MQTTUser, s.Addresses().MQTTPassword, nil)
	require.NoError(t, err)
	return c
}

// listenAll returns the topics of everything that is published.
func listenAll(t *testing.T, s *devstack.Stack) <-chan string {
	t.Helper()
	heard := make(chan string, 64)
	token := backend(t, s).Subscribe("#", 0, func(_ mqtt.Client, m mqtt.Message) { heard <- m.Topic() })
	require.True(t, token.WaitTimeout(patience))
	require.NoError(t, token.Error())
	return heard
}
