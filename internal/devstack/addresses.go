package devstack

import "cmp"

// Addresses are where the services of a stack answer. What was not started is
// empty. They travel to other processes as JSON.
type Addresses struct {
	Temporal     string `json:"temporal"`      // host:port
	TemporalUI   string `json:"temporal_ui"`   // URL
	PostgresURL  string `json:"postgres_url"`  // of the database rodada, as its owner
	Redis        string `json:"redis"`         // host:port
	InfluxURL    string `json:"influx_url"`    // any token and organisation will do
	InfluxBucket string `json:"influx_bucket"` // database/policy
	MQTT         string `json:"mqtt"`          // tcp://host:port
	MQTTUser     string `json:"mqtt_user"`     // the backend's account
	MQTTPassword string `json:"mqtt_password"`
}

// Addresses of this stack.
func (s *Stack) Addresses() Addresses { return s.addresses }

// And fills what is empty in a from b.
func (a Addresses) And(b Addresses) Addresses {
	return Addresses{
		Temporal: cmp.Or(a.Temporal, b.Temporal), TemporalUI: cmp.Or(a.TemporalUI, b.TemporalUI),
		PostgresURL: cmp.Or(a.PostgresURL, b.PostgresURL), Redis: cmp.Or(a.Redis, b.Redis),
		InfluxURL: cmp.Or(a.InfluxURL, b.InfluxURL), InfluxBucket: cmp.Or(a.InfluxBucket, b.InfluxBucket),
		MQTT: cmp.Or(a.MQTT, b.MQTT), MQTTUser: cmp.Or(a.MQTTUser, b.MQTTUser),
		MQTTPassword: cmp.Or(a.MQTTPassword, b.MQTTPassword),
	}
}
