package meter_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/internal/meter"
	"rodada/workflows"
)

// books are counted.
type books struct {
	asked int
	err   error
}

func (b *books) CountOpen(context.Context) (map[rental.State]int, map[staff.AlertKind]int, error) {
	b.asked++
	return map[rental.State]int{rental.Riding: 7 * b.asked, rental.Securing: 1}, map[staff.AlertKind]int{staff.NotSecured: 2}, b.err
}

func (b *books) Outbox(context.Context) (staff.Outbox, error) {
	return staff.Outbox{Waiting: 3, Overdue: 90 * time.Second}, b.err
}

func TestCensus(t *testing.T) {
	b, now := &books{}, time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var log strings.Builder
	registry := prometheus.NewRegistry()
	registry.MustRegister(meter.NewCensus(b, slog.New(slog.NewTextHandler(&log, nil)), func() time.Time { return now }))
	riding := func(want string) {
		t.Helper()
		got := shown(t, registry)
		require.Equal(t, want, got[`rodada_rentals{state="riding"}`])
		require.Equal(t, "1", got[`rodada_rentals{state="securing"}`])
		require.Equal(t, "0", got[`rodada_rentals{state="paused"}`])
		require.NotContains(t, got, `rodada_rentals{state="ended"}`)
		require.Equal(t, "2", got[`rodada_alerts_open{kind="not_secured"}`])
		require.Equal(t, "0", got[`rodada_alerts_open{kind="fault_at_start"}`])
		require.Equal(t, "3", got["rodada_webhook_waiting"])
		require.Equal(t, "90", got["rodada_webhook_overdue_seconds"])
		require.Len(t, got, 6+len(staff.AlertKinds())+3)
	}
	b.err = errors.New("postgres is away")
	require.Empty(t, shown(t, registry), "nothing is better than a zero that nobody counted")
	require.Contains(t, log.String(), "postgres is away")

	b.asked, b.err = 0, nil
	riding("7")
	now = now.Add(9 * time.Second)
	riding("7")
	require.Equal(t, 1, b.asked, "asked again too soon")
	now = now.Add(time.Second)
	riding("14")
	now, b.err = now.Add(time.Hour), errors.New("postgres is away")
	riding("14")
}

// keeper is a store that keeps nothing.
type keeper struct{ err error }

func (keeper) BeginRental(context.Context, string, string) (bool, error) { return true, nil }
func (k keeper) Advance(context.Context, rental.Change) error            { return k.err }
func (keeper) AddEvent(context.Context, string, rental.Event) error      { return nil }

func TestRentals(t *testing.T) {
	registry := prometheus.NewRegistry()
	store := &keeper{}
	m := meter.NewRentals(registry, store)
	for _, c := range []rental.Change{
		{State: rental.Riding, Cause: rental.ByScooter},
		{State: rental.Locking, Cause: rental.ByRider},
		{State: rental.Ended, Cause: rental.ByScooter, Outcome: rental.Ridden},
		{State: rental.Locking, Cause: rental.ByLimit},
		{State: rental.Securing, Cause: rental.ByScooter, Outcome: rental.Voided, Reason: rental.ScooterSilent},
		{State: rental.Void, Cause: rental.ByScooter},
		{State: rental.Void, Cause: rental.ByRider, Outcome: rental.Voided, Reason: rental.Cancelled},
	} {
		require.NoError(t, m.Advance(t.Context(), c))
	}
	store.err = errors.New("postgres is away")
	require.Error(t, m.Advance(t.Context(), rental.Change{State: rental.Locking, Cause: rental.ByRider}))
	require.Equal(t, map[string]string{
		`rodada_rentals_ended_total{cause="limit"}`:            "1",
		`rodada_rentals_ended_total{cause="rider"}`:            "1",
		`rodada_rentals_voided_total{reason="cancelled"}`:      "1",
		`rodada_rentals_voided_total{reason="scooter_silent"}`: "1",
	}, shown(t, registry))
}

func TestTemporalsMeasurementsGetTheNamesOfPrometheus(t *testing.T) {
	registry := prometheus.NewRegistry()
	h := meter.NewTemporal(registry).Handler()
	task := h.WithTags(map[string]string{"namespace": "default", "task_queue": "rodada", "workflow_type": "none"})
	for range 2 {
		task.Counter("temporal_request").Inc(2)
	}
	task.WithTags(map[string]string{"task_queue": "other", "operation": "Poll"}).Counter("temporal_request").Inc(1)
	h.Gauge("temporal_num_pollers").Update(5)
	h.Timer("temporal_request_latency").Record(20 * time.Millisecond)
	own := h.WithTags(map[string]string{"command": "power-on", "outcome": "done", "workflow_type": "Rental"})
	own.Counter(workflows.CommandsTotal).Inc(1)
	own.Timer(workflows.CommandSeconds).Record(300 * time.Millisecond)

	got := shown(t, registry)
	named := func(name, set string) string {
		for line, value := range got {
			if strings.HasPrefix(line, name+"{") && strings.Contains(line, set) {
				return value
			}
		}
		return "nothing"
	}
	require.Equal(t, "4", named("temporal_request_total", `task_queue="rodada"`))
	require.Equal(t, "1", named("temporal_request_total", `task_queue="other"`))
	require.Equal(t, "1", named("temporal_request_total", `operation="Poll"`))
	require.Equal(t, "5", named("temporal_num_pollers", ""))
	require.Equal(t, "0.02", named("temporal_request_latency_seconds_sum", ""))
	require.Equal(t, "1", got[`rodada_commands_total{command="power-on",outcome="done"}`])
	require.Equal(t, "0.3", got[`rodada_command_seconds_sum{command="power-on"}`])
	for line := range got {
		require.NotContains(t, line, "none")
		require.NotContains(t, line, "namespace")
	}
}

// shown is what Prometheus would read: the values by name and labels.
func shown(t *testing.T, registry *prometheus.Registry) map[string]string {
	t.Helper()
	res := httptest.NewRecorder()
	promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError}).
		ServeHTTP(res, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	require.Equal(t, 200, res.Code, res.Body.String())
	values := map[string]string{}
	for line := range strings.Lines(res.Body.String()) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			values[name] = value
		}
	}
	return values
}
