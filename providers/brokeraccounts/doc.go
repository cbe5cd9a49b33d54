// Package brokeraccounts gives scooters their accounts at the MQTT broker: who may log in, and for which vehicle numbers it
// may speak. A credential and a number are two things here: a box keeps its number when it gets another credential, keeps its
// credential when it gets another number, and in between both hold.
//
// The broker is told over MQTT, in the language of Mosquitto's dynamic-security plugin: no file to share and no process to
// signal, so that the backend and the broker may live on two machines. See docs/design/0006-broker-accounts.md for what was
// measured, and docs/mqtt.md for what a broker can't check.
package brokeraccounts
