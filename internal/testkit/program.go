package testkit

import (
	"testing"

	"rodada/internal/devstack"
)

// RequireProgram skips a test without a program such as mosquitto or
// redis-server. Where CI is true it fails instead: there the program belongs to
// what is tested.
func RequireProgram(t testing.TB, name string) {
	t.Helper()
	if _, ok := devstack.LookProgram(name); ok {
		return
	}
	if setting(continuous) == "true" {
		t.Fatalf("%s is missing; with CI=true that is a failure (`make deps-debian` installs it on Debian)", name)
	}
	t.Skipf("%s is missing", name)
}
