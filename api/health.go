package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Check reports why a part is not ready, or nil.
type Check func(ctx context.Context) error

// readyWithin is how long a part may take to say that it is ready.
const readyWithin = 2 * time.Second

// healthy says that the process answers.
func healthy(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
}

// ready asks every part at once and names those that are not ready. Why they are not goes into the log only.
func ready(checks map[string]Check) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
		defer cancel()
		var (
			mu    sync.Mutex
			wait  sync.WaitGroup
			parts = make(map[string]string, len(checks))
			all   = true
		)
		for name, check := range checks {
			wait.Go(func() {
				err := check(ctx)
				mu.Lock()
				defer mu.Unlock()
				parts[name] = "ok"
				if err != nil {
					parts[name], all = "not ready", false
					logFrom(ctx).LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("part", name), slog.String("error", err.Error()))
				}
			})
		}
		wait.Wait()
		if !all {
			p := newProblem(ctx, http.StatusServiceUnavailable, codeUnavailable, "")
			p.Facts = map[string]any{"parts": parts}
			writeProblem(w, p)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"parts": parts})
	}
}

func metrics(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
}

func serve(contentType string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body)
	}
}

func noRoute(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, newProblem(r.Context(), http.StatusNotFound, codeNoRoute, ""))
}

func noMethod(routes chi.Routes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			if !routes.Match(chi.NewRouteContext(), method, r.URL.Path) {
				continue
			}
			w.Header().Add("Allow", method)
			if method == http.MethodGet {
				w.Header().Add("Allow", http.MethodHead)
			}
		}
		writeProblem(w, newProblem(r.Context(), http.StatusMethodNotAllowed, codeNotAllowed, ""))
	}
}
