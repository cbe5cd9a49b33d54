package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"
)

// sink is an endpoint that reads a file, works until it may go on, and answers with the file.
type sink struct {
	id       string
	patience time.Duration
	began    chan context.Context
	goOn     chan struct{}
}

type sinkIn struct {
	RawBody []byte `contentType:"text/plain"`
}

func (s sink) Meta() meta {
	return meta{
		ID: s.id, Summary: s.id, Patience: s.patience, UploadLimit: 1 << 10, Files: []string{"text/plain"},
		Upload: &huma.RequestBody{Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}},
	}
}

func (s sink) Execute(ctx context.Context, in *sinkIn) (*fileOut, error) {
	s.began <- ctx
	select {
	case <-s.goOn:
		return &fileOut{ContentType: "text/plain", Body: in.RawBody}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sinks serves a patient endpoint beside an ordinary one, where any other has next to no time.
func sinks(t *testing.T) (patientOne, ordinary sink, url string) {
	t.Helper()
	const limit = 50 * time.Millisecond
	patientOne = sink{id: "patient", patience: time.Minute, began: make(chan context.Context, 1), goOn: make(chan struct{}, 1)}
	ordinary = sink{id: "ordinary", began: make(chan context.Context, 1), goOn: make(chan struct{}, 1)}
	router := chi.NewRouter()
	router.Use(identify(slog.New(slog.DiscardHandler), origin{}), survive, unhurried, within(limit))
	m := &mounter{
		limits:   &limits{},
		api:      humachi.New(router, huma.Config{OpenAPI: newDocument(), Formats: huma.DefaultFormats, DefaultFormat: "application/json"}),
		bodyTime: limit, workTime: limit,
	}
	mount(m, forAll, "POST /patient", patientOne)
	mount(m, forAll, "POST /ordinary", ordinary)
	server := httptest.NewUnstartedServer(router)
	server.Config.ReadTimeout, server.Config.WriteTimeout = limit, 2*limit
	server.Start()
	t.Cleanup(server.Close)
	return patientOne, ordinary, server.URL
}

// posting sends a body that is written by and by; the answer is its status and what it says.
func posting(t *testing.T, url string) (body *io.PipeWriter, answer <-chan []any) {
	t.Helper()
	r, w := io.Pipe()
	t.Cleanup(func() { _ = w.Close() })
	answers := make(chan []any, 1)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, r)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "text/plain")
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			answers <- []any{0, err.Error()}
			return
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		answers <- []any{res.StatusCode, string(text)}
	}()
	return w, answers
}

func TestAnUploadLastsAsLongAsItsEndpointHasPatience(t *testing.T) {
	patientOne, ordinary, url := sinks(t)
	slow, slowAnswer := posting(t, url+"/patient")
	_, err := io.WriteString(slow, "first, ")
	require.NoError(t, err)
	for range 3 { // each takes longer than any other body may, and the server's limits too
		_, refused := posting(t, url+"/ordinary")
		got := <-refused
		require.Equal(t, http.StatusRequestTimeout, got[0])
		require.Contains(t, got[1], codeTooSlow)
		_, err = io.WriteString(slow, "again, ")
		require.NoError(t, err)
	}
	_, err = io.WriteString(slow, "last")
	require.NoError(t, err)
	require.NoError(t, slow.Close())
	ctx := <-patientOne.began
	working, answer := posting(t, url+"/ordinary")
	require.NoError(t, working.Close())
	<-(<-ordinary.began).Done()
	require.Equal(t, http.StatusServiceUnavailable, (<-answer)[0], "other work has its limit too")
	require.NoError(t, ctx.Err())
	patientOne.goOn <- struct{}{}
	require.Equal(t, []any{200, "first, again, again, again, last"}, <-slowAnswer)
}

func TestAPatientRequestEndsWithItsClient(t *testing.T) {
	patientOne, _, url := sinks(t)
	ctx, hangUp := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/patient", strings.NewReader("whole"))
	require.NoError(t, err)
	gone := make(chan error, 1)
	go func() {
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		gone <- err
	}()
	working := <-patientOne.began
	hangUp()
	require.ErrorIs(t, <-gone, context.Canceled)
	<-working.Done()
}
