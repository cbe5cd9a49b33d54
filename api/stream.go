package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// event is one server-sent event.
type event struct {
	ID   string // what a client that comes back sends as Last-Event-ID; empty: it has none
	Name string
	Data any // as JSON
}

// streamOut is an answer that goes on: server-sent events.
type streamOut = huma.StreamResponse

const (
	heartbeat    = 15 * time.Second       // between comments that keep proxies from giving up on a silent stream
	streamWrite  = 10 * time.Second       // for one event; who reads more slowly is cut off
	streamRetry  = 2 * time.Second        // before a client comes back, unless it knows better
	streamPace   = 500 * time.Millisecond // of looks at what changes, where nobody tells
	streamAtMost = 15 * time.Minute       // then it ends; a client that comes back shows that it still may see it
)

// stream answers with the events that feed sends, until feed returns, the client goes, the server stops or the stream has lasted
// for streamAtMost. feed lasts as long as its ctx; send may be called by one goroutine at a time, and its error means that
// nobody listens any more.
func stream(ctx context.Context, feed func(ctx context.Context, send func(event) error) error) *streamOut {
	return &streamOut{Body: func(answer huma.Context) {
		answer.SetHeader("Content-Type", "text/event-stream")
		answer.SetHeader("X-Accel-Buffering", "no")
		answer.SetStatus(http.StatusOK)
		if answer.Method() == http.MethodHead {
			return
		}
		defer counting(ctx)()
		ctx, end := lasting(ctx, requestEnd{}, serverEnd{})
		defer end()
		ctx, cancel := context.WithTimeout(ctx, streamAtMost)
		defer cancel()
		w := &eventWriter{to: answer.BodyWriter(), end: cancel, within: streamWrite}
		if flusher, ok := w.to.(http.ResponseWriter); ok {
			w.connection = http.NewResponseController(flusher)
		}
		if w.write("retry: %d\n\n", streamRetry.Milliseconds()) != nil {
			return
		}
		var beats sync.WaitGroup
		beats.Go(func() { w.beat(ctx) })
		err := feed(ctx, w.send)
		cancel()
		beats.Wait()
		if err != nil && ctx.Err() == nil {
			logFrom(ctx).WarnContext(ctx, "a stream broke off", "error", err)
		}
	}}
}

// streamOver is the event after which nothing follows: a client that would come back by itself must not.
const streamOver = "end"

// StreamEnd says that nothing follows in a stream.
type StreamEnd struct{}

// following streams what look sees, at once and whenever it has changed, until it says that nothing follows. What it can't find
// at first is no stream. Who comes back is told how it is now, so the events need no IDs.
func following[T any](ctx context.Context, name string, pace time.Duration, look func(context.Context) (seen T, over bool, err error)) (*streamOut, error) {
	last, over, err := look(ctx)
	if err != nil {
		return nil, err
	}
	bye := event{Name: streamOver, Data: StreamEnd{}}
	return stream(ctx, func(ctx context.Context, send func(event) error) error {
		looks := time.NewTicker(pace)
		defer looks.Stop()
		if err := send(event{Name: name, Data: last}); err != nil {
			return err
		}
		for !over {
			select {
			case <-looks.C:
			case <-ctx.Done():
				return nil
			}
			seen, ended, err := look(ctx)
			if err != nil {
				return err
			}
			if over = ended; !reflect.DeepEqual(seen, last) {
				if err := send(event{Name: name, Data: seen}); err != nil {
					return err
				}
				last = seen
			}
		}
		return send(bye)
	}), nil
}

// openStreams finds in a request's context where open streams are counted.
type openStreams struct{}

func counting(ctx context.Context) (over func()) {
	open, measured := ctx.Value(openStreams{}).(*prometheus.GaugeVec)
	if !measured {
		return func() {}
	}
	one := open.WithLabelValues(chi.RouteContext(ctx).RoutePattern())
	one.Inc()
	return one.Dec
}

// eventWriter writes events and heartbeats one after the other.
type eventWriter struct {
	mu         sync.Mutex
	to         io.Writer
	connection *http.ResponseController // nil in a test without a server
	end        context.CancelFunc       // when nobody listens any more
	within     time.Duration            // an event is written, or nobody reads
}

func (w *eventWriter) send(e event) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("api: event %s: %w", e.Name, err)
	}
	head := "event: " + e.Name + "\n"
	if e.ID != "" {
		head = "id: " + e.ID + "\n" + head
	}
	return w.write("%sdata: %s\n\n", head, data)
}

func (w *eventWriter) write(format string, args ...any) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.connection != nil {
		_ = w.connection.SetWriteDeadline(time.Now().Add(w.within)) // a connection of tests has none
	}
	_, err := fmt.Fprintf(w.to, format, args...)
	if err == nil && w.connection != nil {
		err = w.connection.Flush()
	}
	if err != nil {
		w.end()
	}
	return err //nolint:wrapcheck // whoever sends only stops
}

func (w *eventWriter) beat(ctx context.Context) {
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if w.write(": still here\n\n") != nil {
				return
			}
		}
	}
}

// streams writes into the document what events an endpoint sends.
func streams(api huma.API, op *huma.Operation, events map[string]any) {
	if len(events) == 0 {
		return
	}
	var kinds []*huma.Schema
	for _, name := range slices.Sorted(maps.Keys(events)) {
		data := api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(events[name]), true, name)
		kinds = append(kinds, &huma.Schema{
			Type: huma.TypeObject, Required: []string{"event", "data"},
			Properties: map[string]*huma.Schema{"event": {Type: huma.TypeString, Enum: []any{name}}, "data": data, "id": {Type: huma.TypeString}},
		})
	}
	op.Responses["200"] = &huma.Response{
		Description: "Server-sent events, with comments as heartbeats.",
		Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{OneOf: kinds}}},
		},
	}
}
