package api

import (
	"bufio"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/internal/config"
)

// counted is an endpoint that sends what it is given; ended says why it stopped.
type counted struct {
	numbers  chan int
	ended    chan error
	registry *prometheus.Registry
}

func (c counted) Meta() meta {
	return meta{ID: "count", Summary: "Numbers", Events: map[string]any{"number": 0}}
}

func (c counted) Execute(ctx context.Context, _ *struct{}) (*streamOut, error) {
	return stream(ctx, func(ctx context.Context, send func(event) error) error {
		for {
			select {
			case n, more := <-c.numbers:
				if !more {
					return nil
				}
				if err := send(event{Name: "number", ID: itoa(int64(n)), Data: n}); err != nil {
					return err
				}
			case <-ctx.Done():
				c.ended <- ctx.Err()
				return nil
			}
		}
	}), nil
}

// streaming serves the endpoint as the API would, with no time for any other answer.
func streaming(t *testing.T) (c counted, url string, stop context.CancelFunc, stopped <-chan error) {
	t.Helper()
	c = counted{numbers: make(chan int), ended: make(chan error, 1), registry: prometheus.NewRegistry()}
	router := chi.NewRouter()
	router.Use(identify(slog.New(slog.DiscardHandler), origin{}), newMeters(c.registry).record, survive, unhurried, middleware.GetHead, within(time.Nanosecond))
	m := &mounter{limits: &limits{}, api: humachi.New(router, huma.Config{OpenAPI: newDocument(), Formats: huma.DefaultFormats, DefaultFormat: "application/json"})}
	mount(m, forAll, "GET /count", c)
	require.Contains(t, m.api.OpenAPI().Paths["/count"].Get.Responses["200"].Content, "text/event-stream")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	server := NewServer(router, config.HTTP{Deadline: time.Minute}, slog.New(slog.DiscardHandler))
	go func() { done <- server.Serve(ctx, l) }()
	t.Cleanup(stop)
	return c, "http://" + l.Addr().String() + "/count", stop, done
}

// lines reads a stream up to the next blank line.
func lines(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var text strings.Builder
	for {
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		if line == "\n" {
			return text.String()
		}
		text.WriteString(line)
	}
}

func TestAStreamOutlastsTheLimitOfOtherAnswers(t *testing.T) {
	c, url, _, _ := streaming(t)
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	r := bufio.NewReader(res.Body)
	require.Equal(t, "retry: 2000\n", lines(t, r))
	for n := range 3 { // each comes at once, not with the next
		c.numbers <- n
		require.Equal(t, "id: "+itoa(int64(n))+"\nevent: number\ndata: "+itoa(int64(n))+"\n", lines(t, r))
	}
	close(c.numbers)
	_, err = r.ReadByte()
	require.Error(t, err, "it ends itself")
}

func TestAStreamEndsWithItsClient(t *testing.T) {
	c, url, _, _ := streaming(t)
	open := func() float64 {
		families, err := c.registry.Gather()
		require.NoError(t, err)
		for _, f := range families {
			if f.GetName() == "rodada_http_streams" {
				return f.GetMetric()[0].GetGauge().GetValue()
			}
		}
		return -1
	}
	res, err := http.Get(url)
	require.NoError(t, err)
	require.Equal(t, "retry: 2000\n", lines(t, bufio.NewReader(res.Body)))
	require.InDelta(t, 1, open(), 0)
	require.NoError(t, res.Body.Close())
	require.ErrorIs(t, <-c.ended, context.Canceled)
	require.Eventually(t, func() bool { return open() == 0 }, 10*time.Second, time.Millisecond)
}

// Who takes nothing in fills the connection, and is cut off.
func TestAStreamEndsWithWhoDoesNotRead(t *testing.T) {
	failed := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		to := &eventWriter{to: w, connection: http.NewResponseController(w), end: cancel, within: 50 * time.Millisecond}
		var err error
		for ctx.Err() == nil {
			err = to.send(event{Name: "much", Data: strings.Repeat("x", 1<<20)})
		}
		failed <- err
	}))
	defer server.Close()
	res, err := http.Get(server.URL)
	require.NoError(t, err)
	defer res.Body.Close()
	require.ErrorIs(t, <-failed, os.ErrDeadlineExceeded)
}

func TestAStreamEndsWithTheServer(t *testing.T) {
	c, url, stop, stopped := streaming(t)
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	stop()
	require.ErrorIs(t, <-c.ended, context.Canceled)
	require.NoError(t, <-stopped, "nobody had to be cut off")
}

func TestTheHeadOfAStream(t *testing.T) {
	_, url, _, _ := streaming(t)
	res, err := http.Head(url)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, 200, res.StatusCode, "and nothing that lasts")
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
}
