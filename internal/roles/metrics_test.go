package roles_test

import (
	"log/slog"
	"os"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/broker"
	"rodada/internal/config"
	"rodada/internal/meter"
	"rodada/internal/roles"
	"rodada/lease"
	"rodada/mqttbridge"
	"rodada/protocol"
	"rodada/telemetry/alerts"
	"rodada/telemetry/history"
	"rodada/telemetry/live"
	"rodada/telemetry/poll"
	"rodada/telemetry/spool"
	"rodada/worker"
)

// described is the names of everything that a registry may show, whether it has a value yet or not.
func described(registry *prometheus.Registry) []string {
	descs := make(chan *prometheus.Desc)
	go func() { registry.Describe(descs); close(descs) }()
	var names []string
	for d := range descs {
		names = append(names, ours.FindString(d.String()))
	}
	return names
}

var ours = regexp.MustCompile(`\brodada_[a-z_]+\b`)

// nobody is signalled.
type nobody struct{ mqttbridge.Signaler }

// TestEveryMetricIsDocumented compares what the roles register with docs/metrics.md, both ways.
func TestEveryMetricIsDocumented(t *testing.T) {
	c, err := config.Read([]string{"RODADA_TOKEN_SECRET=0123456789abcdef0123456789abcdef"})
	require.NoError(t, err)
	log := slog.New(slog.DiscardHandler)

	apis, workers, bridges := roles.NewRegistry(), roles.NewRegistry(), roles.NewRegistry()
	_, err = api.New(api.Options{Config: c, Log: log, Registry: apis})
	require.NoError(t, err)
	apis.MustRegister(meter.NewCensus(nil, log, time.Now))
	meter.NewTemporal(workers)
	meter.NewRentals(workers, nil)
	alerts.NewRounds(workers)
	worker.NewAttempts(workers)
	worker.NewLetterAttempts(workers)
	worker.NewDebtAttempts(workers)
	_, err = mqttbridge.New(mqttbridge.Options{
		Broker: broker.Options{URL: c.MQTT.URL, ClientID: "test", Log: log}, Topics: protocol.Topics{Bike: "bike", Other: "o"},
		Leases: lease.New(nil, ""), Sinks: []mqttbridge.Sink{live.New(nil, "")}, Signals: nobody{}, Metrics: bridges, Log: log,
	})
	require.NoError(t, err)
	kept, err := spool.Open(spool.Options{Dir: t.TempDir(), Limit: c.Spool.Limit, Log: log})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, kept.Close()) })
	require.NoError(t, kept.Measure(bridges))
	_, err = history.NewWriter(history.WriterOptions{URL: c.Influx.URL, Bucket: c.Influx.Bucket, From: kept, Metrics: bridges, Log: log})
	require.NoError(t, err)
	_, err = poll.New(poll.Options{Metrics: bridges, Log: log})
	require.NoError(t, err)

	shown := map[string][]string{}
	for role, registry := range map[string]*prometheus.Registry{"api": apis, "worker": workers, "bridge": bridges} {
		for _, name := range described(registry) {
			if name != "" {
				shown[name] = append(shown[name], role)
			}
		}
	}
	require.Greater(t, len(shown), 15)

	text, err := os.ReadFile("../../docs/metrics.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `(rodada_[a-z_]+)` \\| (counter|gauge|histogram) \\| [^|]*\\| ([a-z]+) \\| .+\\|$").FindAllStringSubmatch(string(text), -1)
	documented := map[string]bool{}
	for _, row := range rows {
		name, role := row[1], row[3]
		require.False(t, documented[name], "%s twice", name)
		documented[name] = true
		if role == "all" {
			require.Len(t, shown[name], 3, name)
			continue
		}
		require.Contains(t, shown[name], role, "%s is documented, and %s does not have it", name, role)
	}
	for name := range shown {
		require.True(t, documented[name], "%s is not in docs/metrics.md", name)
	}
	for _, mentioned := range ours.FindAllString(string(text), -1) {
		base := regexp.MustCompile(`_(count|sum|bucket)$`).ReplaceAllString(mentioned, "")
		require.True(t, documented[mentioned] || documented[base], "%s is mentioned, and nothing is called so", mentioned)
	}
	require.True(t, slices.IsSortedFunc(rows, func(a, b []string) int {
		order := []string{"all", "api", "worker", "bridge"}
		return slices.Index(order, a[3]) - slices.Index(order, b[3])
	}), "by role")
}
