package e2e_test

import (
	"fmt"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	"github.com/stretchr/testify/require"

	"rodada/internal/testkit"
)

// beginAcking logs in at the broker as one scooter and goes on acknowledging unlocks in the name of a plate, until the
// returned function ends it.
func beginAcking(t *testing.T, w *world, login, inTheNameOf string) (end func()) {
	t.Helper()
	c := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(w.at.MQTT).SetClientID("forger-" + login).
		SetUsername(login).SetPassword(testkit.ScooterPassword).SetAutoReconnect(true).SetConnectRetry(true))
	token := c.Connect()
	require.True(t, token.WaitTimeout(patience))
	require.NoError(t, token.Error())
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		every := time.NewTicker(50 * time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-quit:
				return
			case <-every.C:
				c.Publish("bike", 0, false, fmt.Sprintf(`{"a":2,"i":"%s","s":0,"t":%d}`, inTheNameOf, time.Now().Unix()))
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
		c.Disconnect(0)
	}
}
