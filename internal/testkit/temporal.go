package testkit

import (
	"log/slog"
	"testing"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"rodada/internal/devstack"
)

// Temporal is a client of the shared server and a task queue for this test.
// Workflow IDs are shared by all tests: build them from Plate.
func Temporal(t testing.TB) (c client.Client, taskQueue string) {
	t.Helper()
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: need(t, devstack.Temporal).Temporal, Namespace: devstack.TemporalNamespace,
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		t.Fatalf("temporal: %v", err)
	}
	t.Cleanup(c.Close)
	return c, "test-" + unique()
}
