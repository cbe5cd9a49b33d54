package testkit

import (
	"testing"

	"rodada/internal/devstack"
)

// Redis is the address of the shared Redis and a prefix for this test's keys.
func Redis(t testing.TB) (addr, prefix string) {
	t.Helper()
	return need(t, devstack.Redis).Redis, "test:" + unique() + ":"
}
