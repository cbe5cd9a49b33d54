package api_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/rider"
	"rodada/internal/config"
)

func TestHealth(t *testing.T) {
	down := errors.New("dial tcp 10.0.0.7:5432: refused")
	s := newStage(t, func(o *api.Options) {
		o.Ready = map[string]api.Check{
			"postgres": func(context.Context) error { return down },
			"temporal": func(context.Context) error { return nil },
		}
	})
	require.Equal(t, 200, s.do(t, "GET", "/healthz", "", nil).Code)
	res := s.do(t, "GET", "/readyz", "", nil)
	p := problem(t, res, 503, "not_ready")
	require.Equal(t, map[string]any{"postgres": "not ready", "temporal": "ok"}, p["parts"])
	require.NotContains(t, res.Body.String(), "10.0.0.7")
	require.Contains(t, s.log.String(), "10.0.0.7")
	down = nil
	require.Equal(t, map[string]any{"postgres": "ok", "temporal": "ok"}, body(t, s.do(t, "GET", "/readyz", "", nil), 200)["parts"])
}

func TestMetricsCountByRoute(t *testing.T) {
	s := newStage(t)
	id := s.ride(t)
	s.asRider(t, "GET", "/v1/rentals/"+id, nil)
	s.do(t, "BREW", "/v1/coffee", "", nil)
	text := s.do(t, "GET", "/metrics", "", nil).Body.String()
	require.Contains(t, text, `rodada_http_request_seconds_count{method="GET",route="/v1/rentals/{id}",status="200"} 1`)
	require.Contains(t, text, `method="other"`)
	require.NotContains(t, text, id)
	require.NotContains(t, text, "coffee")
}

func TestRentalsAreMeasured(t *testing.T) {
	s := newStage(t)
	s.ride(t)
	problem(t, s.rent(t, eva, "key-2"), 409, "scooter_held")
	problem(t, s.asRider(t, "POST", "/v1/rentals", map[string]any{"qr": "RD-NOBODY"}, "Idempotency-Key", "key-3"), 404, "scooter_unknown")
	text := s.do(t, "GET", "/metrics", "", nil).Body.String()
	for _, line := range []string{
		`rodada_rentals_opened_total{by="ride"} 1`,
		`rodada_unlock_seconds_count{outcome="riding"} 1`,
		`rodada_unlock_seconds_count{outcome="scooter_held"} 1`,
		`rodada_unlock_seconds_count{outcome="scooter_unknown"} 1`,
	} {
		require.Contains(t, text, line)
	}
}

func TestDocsNeedNoOtherServer(t *testing.T) {
	s := newStage(t)
	for path, contentType := range map[string]string{"/docs": "text/html", "/docs/docs.css": "text/css", "/docs/docs.js": "text/javascript"} {
		res := s.do(t, "GET", path, "", nil)
		require.Equal(t, 200, res.Code)
		require.Contains(t, res.Header().Get("Content-Type"), contentType)
		require.Contains(t, res.Header().Get("Content-Security-Policy"), "default-src 'none'")
		require.NotContains(t, res.Body.String(), "http://")
		require.NotContains(t, res.Body.String(), "https://")
	}
	problem(t, s.do(t, "GET", "/docs/docs.go", "", nil), 404, "route_unknown")
}

func TestNewWantsASecret(t *testing.T) {
	s := newStage(t)
	s.options.Config.Tokens.Secret = "short"
	_, err := api.New(s.options)
	require.ErrorContains(t, err, "secret")
}

// serve starts a server on a free port; stop ends it.
func serve(t *testing.T, handler http.Handler) (addr string, stop context.CancelFunc, stopped <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	server := api.NewServer(handler, config.HTTP{Deadline: time.Second}, slog.New(slog.DiscardHandler))
	go func() { done <- server.Serve(ctx, l) }()
	return l.Addr().String(), cancel, done
}

func TestServerFinishesWhatIsUnderWay(t *testing.T) {
	arrived, release := make(chan struct{}), make(chan struct{})
	addr, stop, stopped := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "whole")
	}))
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + addr)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		answer <- string(text)
	}()
	<-arrived
	stop()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			c.Close()
		}
		return err != nil
	}, 5*time.Second, 5*time.Millisecond, "nobody new gets in")
	close(release)
	require.Equal(t, "whole", <-answer)
	require.NoError(t, <-stopped)
}

func TestServerRefusesEndlessHeaders(t *testing.T) {
	addr, stop, stopped := serve(t, http.NotFoundHandler())
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr, nil)
	require.NoError(t, err)
	req.Header.Set("X-Endless", strings.Repeat("x", 1<<16))
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	res.Body.Close()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, res.StatusCode)
	stop()
	require.NoError(t, <-stopped)
}

func TestTheRootLeadsToTheDocs(t *testing.T) {
	res := newStage(t).do(t, "GET", "/", "", nil)
	require.Equal(t, 302, res.Code)
	require.Equal(t, "/docs", res.Header().Get("Location"))
}

// HEAD is GET without its body, for a prober or a cache, and nothing where there is no GET.
func TestHeadIsGetWithoutABody(t *testing.T) {
	s := newStage(t)
	server := httptest.NewServer(s.handler)
	defer server.Close()
	bearer := "Bearer " + s.token(t, ana, rider.ForRiders)
	for path, want := range map[string]int{
		"/healthz": 200, "/docs": 200, "/openapi.json": 200, "/v1/me": 200, "/v1/rentals/current": 404, "/v1/riders": 405, "/v1/unicorns": 404,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+path, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", bearer)
		res, err := server.Client().Do(req)
		require.NoError(t, err)
		text, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, want, res.StatusCode, path)
		require.Empty(t, text)
		require.NotEmpty(t, res.Header.Get("Content-Type"), path)
	}
}
