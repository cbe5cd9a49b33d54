package devstack

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
)

// BrokerKind chooses the MQTT broker.
type BrokerKind string

const (
	// Mochi is the broker in this process; it checks that a scooter speaks for
	// itself alone. The default.
	Mochi BrokerKind = "mochi"
	// Mosquitto is the program of that name.
	Mosquitto BrokerKind = "mosquitto"
)

// Account is a name and a password at the MQTT broker.
type Account struct{ User, Password string }

// Options says what to start and where. The zero value is a complete stack on
// free ports with temporary state.
type Options struct {
	// Dir keeps the state. Empty: a temporary folder, removed by Stop.
	Dir string
	// Cache keeps built and fetched programs. Empty: rodada in the user's cache.
	Cache string
	// Ports fixes ports; 0 is any free one.
	Ports Ports
	// Only names the services to start. Empty: all.
	Only []Service
	// TLS closes the services to whoever does not speak it. Empty: they speak none.
	TLS TLS
	// MQTTBroker is Mochi unless set.
	MQTTBroker BrokerKind
	// MQTTService is the account of the backend, which may do all. Empty:
	// DefaultMQTTService.
	MQTTService Account
	// Scooters are accounts known from the start; the user is the plate.
	Scooters []Account
	// Accounts is asked about scooters that are not in Scooters. Mochi only:
	// Mosquitto knows its accounts in advance.
	Accounts func(plate, password string) bool
	// Revive starts a service again that ends by itself, and tells it by
	// Progress. Without it such an end is logged.
	Revive bool
	// Log receives what goes wrong while the stack runs. Empty: discarded.
	Log *slog.Logger
	// Progress receives one line per slow step. Empty: discarded.
	Progress func(line string)
}

// DefaultMQTTService is the backend's account at the local broker. It opens
// nothing but a broker on 127.0.0.1.
var DefaultMQTTService = Account{User: "rodada", Password: "rodada"}

// DefaultDir is where `make dev` keeps its state, seen from the repository.
const DefaultDir = ".rodada/dev"

func (o Options) withDefaults() (Options, error) {
	if o.Cache == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			base = os.TempDir()
		}
		o.Cache = filepath.Join(base, "rodada")
	}
	if len(o.Only) == 0 {
		o.Only = All()
	}
	for _, s := range o.Only {
		if !slices.Contains(All(), s) {
			return o, &UnknownServiceError{Service: s}
		}
	}
	if o.MQTTBroker == "" {
		o.MQTTBroker = Mochi
	}
	if o.MQTTService == (Account{}) {
		o.MQTTService = DefaultMQTTService
	}
	if o.Log == nil {
		o.Log = silent
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	return o, nil
}
