package devstack

import (
	"context"
	"strings"
)

// Service names one part of the stack.
type Service string

const (
	// Temporal is the workflow server with its UI.
	Temporal Service = "temporal"
	// Postgres is the database of record.
	Postgres Service = "postgres"
	// Redis holds live state and the leases of commands.
	Redis Service = "redis"
	// Influx holds the history of telemetry.
	Influx Service = "influxdb"
	// MQTT is the broker that scooters speak to.
	MQTT Service = "mqtt"
)

// All lists every service in the order in which they are shown.
func All() []Service { return []Service{Temporal, Postgres, Redis, Influx, MQTT} }

// PortSetting is the name of the setting that moves this service to another
// port; errors about a taken port name it.
func (s Service) PortSetting() string {
	return "RODADA_DEV_" + strings.ToUpper(string(s)) + "_PORT"
}

// uiPortSetting moves the Temporal UI.
const uiPortSetting = "RODADA_DEV_TEMPORAL_UI_PORT"

// lifecycle is what the stack knows of a service. Start may be called again
// after Stop or Kill, and then finds the port and the state of before.
type lifecycle interface {
	// Start returns once the service answers; ctx bounds the start alone.
	Start(ctx context.Context) error
	// Stop ends the service in its own orderly way. It is safe to call twice.
	Stop()
	// Kill ends the service at once, as a crash would.
	Kill()
	// Addr is host:port.
	Addr() string
}
