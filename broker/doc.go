// Package broker is a connection to the MQTT broker as every role of Rodada needs it: credentials, TLS, reconnecting
// quickly, and a publish that fails instead of pretending when there is no connection.
package broker
