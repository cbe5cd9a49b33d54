// Package broker is a connection to the MQTT broker as every role of Rodada needs it: credentials, TLS, reconnecting
// quickly, and a publish that fails instead of pretending when there is no connection.
//
// A command must reach its scooter now or never. The MQTT library keeps what it could not deliver and sends it after it
// has reconnected, whatever the kind of session, and reports success meanwhile. Therefore each network connection here is
// a client of its own that never reconnects and takes what it had not sent with it; Conn replaces it.
package broker
