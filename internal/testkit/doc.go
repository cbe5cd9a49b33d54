// Package testkit gives tests real services. `make test` starts one stack for
// the whole run and says in a file where it is; without that file a test binary
// starts what its tests ask for, so that plain `go test ./x` works as well.
//
// What tests share is kept apart by names: a database, a key prefix, a task queue
// and a plate of its own for each test. The MQTT topics on which scooters report
// can't be kept apart, so each test that needs a broker has one to itself.
package testkit
