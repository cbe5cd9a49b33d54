package testkit

import "os"

const (
	// StackFile is the variable that names the file with the addresses of the
	// stack of this run, JSON of devstack.Addresses.
	StackFile = "RODADA_TEST_STACK"
	// continuous is set to true where a missing program must not go unnoticed.
	continuous = "CI"
)

// setting is the one place where the tests' environment is read.
func setting(name string) string { return os.Getenv(name) }
