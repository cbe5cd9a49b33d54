package roles

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.temporal.io/sdk/client"

	"rodada/broker"
)

// check reports why a part is not ready.
type check func(context.Context) error

func connected(conn *broker.Conn) check {
	return func(context.Context) error {
		if !conn.Connected() {
			return broker.ErrNotConnected
		}
		return nil
	}
}

func reachable(temporal client.Client) check {
	return func(ctx context.Context) error {
		_, err := temporal.CheckHealth(ctx, &client.CheckHealthRequest{})
		return err
	}
}

func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(ReadBuild().metric(), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// operate waits for the end of ctx and, when addr is set, meanwhile serves /healthz, /readyz and /metrics there for a role
// that has no API of its own.
func operate(ctx context.Context, addr string, log *slog.Logger, registry *prometheus.Registry, checks map[string]check) error {
	if addr == "" {
		<-ctx.Done()
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", readiness(checks, log))
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	listener, err := listen(ctx, addr, "RODADA_HTTP_METRICS_ADDR")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve health and metrics: %w", err)
	}
	return nil
}

func readiness(checks map[string]check, log *slog.Logger) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		answer, status := map[string]string{}, http.StatusOK
		for name, ready := range checks {
			answer[name] = "ready"
			if err := ready(ctx); err != nil {
				log.Warn("not ready", "part", name, "error", err)
				answer[name], status = "not ready", http.StatusServiceUnavailable
			}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(answer)
	}
}
