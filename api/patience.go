package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const (
	bodyTime   = 10 * time.Second // for the body of a request
	workSlack  = 5 * time.Second  // on top of the API's own deadline, to answer
	writeSlack = 15 * time.Second // on top of it, for all of a request after its header
)

// within bounds how long any request may keep the parts behind the API busy, but for a stream and for what has patience of its own.
func within(limit time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), requestEnd{}, r.Context()), limit)
			defer cancel()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// patient lets a request last for longer than any other, its body and its answer together: every limit on the way is put off.
// A server that stops waits for it no longer than for others.
func patient(longer, usual time.Duration) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		long, end := lasting(ctx.Context(), requestEnd{})
		defer end()
		long, cancel := context.WithTimeout(long, longer+usual)
		defer cancel()
		if w, ok := ctx.BodyWriter().(http.ResponseWriter); ok {
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(longer + usual + writeSlack)) // a connection of tests has none
		}
		next(huma.WithContext(ctx, long))
	}
}

// Contexts of requests carry these two: the request without the limit that any other answer has, and the server's end.
type (
	requestEnd struct{}
	serverEnd  struct{}
)

// lasting is ctx without its time limit: it ends with those of its values.
func lasting(ctx context.Context, with ...any) (context.Context, context.CancelFunc) {
	long, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stops := []func() bool{}
	for _, key := range with {
		if ends, ok := ctx.Value(key).(context.Context); ok {
			stops = append(stops, context.AfterFunc(ends, cancel))
		}
	}
	return long, func() {
		for _, stop := range stops {
			stop()
		}
		cancel()
	}
}

// unhurried ends the time limit for reading a request once it is read. net/http goes on reading while a handler works, to
// notice that the client has gone, and takes a limit that passes meanwhile for just that: it would cancel the request.
func unhurried(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := &timedBody{r.Body, http.NewResponseController(w)}
		if r.Body == http.NoBody {
			b.isRead()
		}
		r.Body = b
		next.ServeHTTP(w, r)
	})
}

// timedBody is a body that is read against the clock.
type timedBody struct {
	io.ReadCloser
	connection *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) { // after any other error the limit stays, or net/http would wait for the rest without one
		b.isRead()
	}
	return n, err //nolint:wrapcheck // an io.Reader says io.EOF
}

func (b *timedBody) isRead() { _ = b.connection.SetReadDeadline(time.Time{}) } // a connection of tests has none
