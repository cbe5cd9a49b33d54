// Package simulator is a fleet of scooters that do not exist.
//
// It exists so that the whole system can be run, shown and tested without a
// single real box: each scooter has a position, a battery, counters and locks,
// holds its own MQTT connection, answers every command of the protocol with
// the report the seed documents, and sends heartbeats and positions at the
// seed's pace. It shares nothing with the backend but package protocol and the
// broker.
//
// Real scooters fail, so these do on request: every Scooter has switches to be
// deaf, silent, slow, late, repetitive, refusing, offline or fast, which may be
// turned at any time from any goroutine.
package simulator
