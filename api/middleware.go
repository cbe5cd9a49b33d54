package api

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/fault"
)

// meters is what /metrics shows of the API.
type meters struct {
	seconds *prometheus.HistogramVec
	unlock  *prometheus.HistogramVec
	opened  *prometheus.CounterVec
	streams *prometheus.GaugeVec
}

func newMeters(r prometheus.Registerer) *meters {
	m := &meters{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "rodada_http_request_seconds",
		Help:    "How long requests took, by route and status.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20},
	}, []string{"method", "route", "status"}),
		unlock: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "rodada_unlock_seconds",
			Help:    "From a rider's request to rent to its answer, by what came of it: riding, pending or the code of the refusal.",
			Buckets: []float64{.01, .025, .05, .1, .2, .3, .5, .75, 1, 1.5, 2, 3, 5, 10, 15},
		}, []string{"outcome"}),
		opened: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rodada_rentals_opened_total", Help: "Rentals that were opened, by what was asked for: ride or reservation.",
		}, []string{"by"}),
		streams: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "rodada_http_streams", Help: "Streams that somebody follows now, by route.",
		}, []string{"route"}),
	}
	r.MustRegister(m.seconds, m.unlock, m.opened, m.streams)
	return m
}

// unlocked times a request to rent by what came of it.
func (m *meters) unlocked(began time.Time, out *rentalOut, err error) {
	outcome := codeInternal
	f, refused := fault.From(err)
	switch {
	case refused:
		outcome = f.Code
	case err == nil && out.Status == http.StatusAccepted:
		outcome = "pending"
	case err == nil:
		outcome = "riding"
	}
	m.unlock.WithLabelValues(outcome).Observe(time.Since(began).Seconds())
}

// record logs and measures every request by its route. Query strings, headers and bodies are not logged: they may hold
// secrets.
func (m *meters) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		r = r.WithContext(context.WithValue(r.Context(), openStreams{}, m.streams))
		next.ServeHTTP(ww, r)

		took, status := time.Since(start), ww.Status()
		if status == 0 {
			status = http.StatusOK
		}
		route := chi.RouteContext(r.Context()).RoutePattern()
		if route == "" {
			route = "none"
		}
		if ww.Header().Get("Content-Type") != "text/event-stream" { // which lasts as long as somebody looks
			m.seconds.WithLabelValues(knownMethod(r.Method), route, strconv.Itoa(status)).Observe(took.Seconds())
		}
		level := slog.LevelInfo
		if status >= 500 {
			level = slog.LevelError
		}
		ctx := r.Context()
		logFrom(ctx).LogAttrs(ctx, level, "request",
			slog.String("method", r.Method),
			slog.String("path", r.URL.Path),
			slog.Int("status", status),
			slog.Duration("took", took),
			slog.Int("bytes", ww.BytesWritten()),
			slog.String("subject", subjectFrom(ctx)),
		)
	})
}

// knownMethod keeps a client from making up series.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// survive turns a panic into a 500 and a log line with its stack.
func survive(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if what == http.ErrAbortHandler { //nolint:errorlint // the very value that net/http knows
				panic(what)
			}
			ctx := r.Context()
			logFrom(ctx).LogAttrs(ctx, slog.LevelError, "panic", slog.Any("panic", what), slog.String("stack", string(debug.Stack())))
			if ww, ok := w.(middleware.WrapResponseWriter); ok && ww.Status() != 0 {
				panic(http.ErrAbortHandler) // the answer has begun: cut it off rather than let it look whole
			}
			writeProblem(w, newProblem(ctx, http.StatusInternalServerError, codeInternal, ""))
		}()
		next.ServeHTTP(w, r)
	})
}
