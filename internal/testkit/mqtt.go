package testkit

import (
	"testing"

	"rodada/internal/devstack"
)

// ScooterPassword is that of every scooter at the embedded brokers of tests.
const ScooterPassword = "scooter"

// KnowsScooter accepts every plate with ScooterPassword.
func KnowsScooter(_, password string) bool { return password == ScooterPassword }

// Broker is an embedded broker for one test.
func Broker(t testing.TB) *devstack.Stack {
	t.Helper()
	return PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.MQTT}})
}

// Mosquitto is a Mosquitto for one test that knows these plates, with
// ScooterPassword. More may be added to the stack.
func Mosquitto(t testing.TB, plates ...string) *devstack.Stack {
	t.Helper()
	RequireProgram(t, "mosquitto")
	scooters := make([]devstack.Account, 0, len(plates))
	for _, plate := range plates {
		scooters = append(scooters, devstack.Account{User: plate, Password: ScooterPassword})
	}
	return PrivateStack(t, devstack.Options{
		Only: []devstack.Service{devstack.MQTT}, MQTTBroker: devstack.Mosquitto, Scooters: scooters,
	})
}
