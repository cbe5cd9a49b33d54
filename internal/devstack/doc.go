// Package devstack starts the real services that Rodada leans on, on this
// machine and without Docker: Temporal with its UI, Postgres, Redis, InfluxDB
// and an MQTT broker. `make dev` and the tests use the same code, so that what
// passes in a test runs on the parts it will meet outside of it.
//
// Every part listens on 127.0.0.1 only, keeps its state in one folder, and ends
// with the process that started it, however that process ends.
package devstack
