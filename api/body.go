package api

import (
	"io"
	"net/http"
	"time"
)

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
	if err != nil {
		b.isRead()
	}
	return n, err //nolint:wrapcheck // an io.Reader says io.EOF
}

func (b *timedBody) isRead() { _ = b.connection.SetReadDeadline(time.Time{}) } // a connection of tests has none
