package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/api"
)

// A request that is handled for longer than its body may take is not cancelled.
func TestAReadRequestHasNoTimeLimitForReading(t *testing.T) {
	const limit = 50 * time.Millisecond
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/operation" { // has a limit of its own
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit))
		}
		if _, err := io.ReadAll(r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
			return
		}
		select {
		case <-r.Context().Done():
			w.WriteHeader(499)
		case <-time.After(6 * limit):
		}
	})
	s := httptest.NewUnstartedServer(api.Unhurried(handler))
	s.Config.ReadTimeout = limit
	s.Start()
	t.Cleanup(s.Close)
	post := func(path string, body io.Reader) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+path, body)
		require.NoError(t, err)
		res, err := s.Client().Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	for _, path := range []string{"/server", "/operation"} {
		require.Equal(t, 200, post(path, strings.NewReader(`{"kmh":20}`)), path)
		require.Equal(t, 200, post(path, nil), path)
	}
	stuck, end := io.Pipe()
	t.Cleanup(func() { _ = end.Close() })
	require.Equal(t, http.StatusRequestTimeout, post("/server", stuck), "a body that does not come")
}
