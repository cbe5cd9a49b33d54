package api_test

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
	"rodada/domain/rider"
)

// TestEveryAnswerIsGuarded asks every operation of the document as nobody, as a rider and as staff, and what is beside the document.
func TestEveryAnswerIsGuarded(t *testing.T) {
	s := newStage(t)
	guarded := func(t *testing.T, res *httptest.ResponseRecorder) {
		t.Helper()
		h := res.Header()
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
		require.Equal(t, "DENY", h.Get("X-Frame-Options"))
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
		require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"))
		require.Equal(t, "same-origin", h.Get("Cross-Origin-Resource-Policy"))
		require.NotEmpty(t, h.Get("Permissions-Policy"))
		require.NotEmpty(t, h.Get("Cache-Control"))
		require.Empty(t, h.Get("Strict-Transport-Security"), "this is no TLS")
		for _, part := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
			require.Contains(t, h.Get("Content-Security-Policy"), part)
		}
		require.NotContains(t, h.Get("Content-Security-Policy"), "unsafe")
		require.Empty(t, h.Get("Access-Control-Allow-Origin"), "no page of another origin reads it")
		require.NotEmpty(t, h.Get("X-Request-Id"))
	}
	tokens := map[string]string{"": "", "rider": s.token(t, ana, rider.ForRiders), "staff": s.token(t, support, rider.ForStaff)}
	place := strings.NewReplacer("{id}", ana, "{plate}", plate, "{name}", "unlock")
	for _, op := range operations(t) {
		for who, bearer := range tokens {
			t.Run(op.id+" "+who, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				time.AfterFunc(100*time.Millisecond, cancel) // a stream would go on
				req := httptest.NewRequestWithContext(ctx, strings.ToUpper(op.method), place.Replace(op.path), strings.NewReader("{}"))
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Origin", "https://elsewhere.example")
				if bearer != "" {
					req.Header.Set("Authorization", "Bearer "+bearer)
				}
				res := httptest.NewRecorder()
				s.handler.ServeHTTP(res, req)
				guarded(t, res)
			})
		}
	}
	for _, path := range []string{"/", "/docs", "/docs/docs.js", "/docs/none", "/openapi.json", "/healthz", "/readyz", "/metrics", "/v1/unicorns", "/..%2f"} {
		guarded(t, s.do(t, "GET", path, "", nil))
		guarded(t, s.do(t, "BREW", path, "", nil))
	}
}

// Only who came over TLS is told to come no other way, and only proxies of ours say so for others.
func TestStrictTransport(t *testing.T) {
	asked := func(keep time.Duration, over func(*http.Request)) string {
		s := newStage(t, func(o *api.Options) { o.Config.HTTP.HSTS, o.Config.HTTP.Proxies = keep, []string{"192.0.2.1"} })
		req := httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil)
		over(req)
		res := httptest.NewRecorder()
		s.handler.ServeHTTP(res, req)
		return res.Header().Get("Strict-Transport-Security")
	}
	const year = 8760 * time.Hour
	ours := func(r *http.Request) { r.TLS = &tls.ConnectionState{} }
	proxied := func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }
	require.Equal(t, "max-age=31536000", asked(year, ours))
	require.Equal(t, "max-age=31536000", asked(year, proxied))
	require.Empty(t, asked(year, func(*http.Request) {}))
	require.Empty(t, asked(0, ours))
	require.Empty(t, asked(year, func(r *http.Request) { proxied(r); r.RemoteAddr = "203.0.113.1:1" }), "anybody may say so")
	require.Empty(t, asked(year, func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "http") }))
}
