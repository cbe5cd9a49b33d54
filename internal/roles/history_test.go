package roles_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/internal/config"
	"rodada/internal/roles"
	"rodada/internal/testkit"
)

func TestTheRetentionIsSetUp(t *testing.T) {
	at, bucket := testkit.Influx(t)
	c := config.Config{Influx: config.Influx{URL: at, Bucket: bucket, Retention: 48 * time.Hour}}
	log := &lines{}
	for range 2 {
		require.NoError(t, roles.RetainHistory(t.Context(), c, slog.New(slog.NewTextHandler(log, nil)), time.Minute))
	}
	require.Equal(t, 1, strings.Count(log.String(), "\n"), "the second time there was nothing to do: %s", log)
}

func TestAnInfluxDBThatIsAwayStopsNoMigration(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	c := config.Config{Influx: config.Influx{URL: server.URL, Bucket: "rodada/autogen", Retention: 48 * time.Hour}}
	log := &lines{}
	require.NoError(t, roles.RetainHistory(t.Context(), c, slog.New(slog.NewTextHandler(log, nil)), 20*time.Millisecond))
	require.Contains(t, log.String(), "run migrate again")

	stopped, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, roles.RetainHistory(stopped, c, slog.New(slog.DiscardHandler), time.Minute), context.Canceled)
}

func TestAnInfluxDBThatRefusesStopsTheMigration(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Influxdb-Version", "v2.7.12")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	c := config.Config{Influx: config.Influx{URL: server.URL, Bucket: "rodada", Retention: 48 * time.Hour}}
	require.ErrorContains(t, roles.RetainHistory(t.Context(), c, slog.New(slog.DiscardHandler), time.Minute), "401")
}
