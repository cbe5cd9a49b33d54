package history

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/influxdata/influxdb-client-go/v2/api/http"
	"github.com/prometheus/client_golang/prometheus"

	"rodada/telemetry/spool"
)

// Feed is where the writer takes lines from, and learns that they are written; a spool.
type Feed interface {
	Take(ctx context.Context, dst []byte, limit int) ([]byte, spool.Mark, error)
	Done(mark spool.Mark) error
}

// WriterOptions are what a writer works with.
type WriterOptions struct {
	URL, Token, Org, Bucket string
	TLS                     *tls.Config // for https
	From                    Feed
	Metrics                 prometheus.Registerer
	Log                     *slog.Logger

	// Every is the time from one write to the next, when there is not a whole batch. Default: 1 s.
	Every time.Duration
	// Batch is about how many bytes are written at once. Default: 1 MiB, some 8,000 points.
	Batch int
	// RetryMin and RetryMax bound the wait while InfluxDB is away. Default: 250 ms and 15 s.
	RetryMin, RetryMax time.Duration
	// Timeout is how long one request may take. Default: 30 s.
	Timeout time.Duration
}

var errWriter = errors.New("history: URL, Bucket, From and Metrics are needed")

func (o *WriterOptions) complete() error {
	if o.URL == "" || o.Bucket == "" || o.From == nil || o.Metrics == nil {
		return errWriter
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	o.Every = orDefault(o.Every, time.Second)
	o.Batch = orDefault(o.Batch, 1<<20)
	o.RetryMin = orDefault(o.RetryMin, 250*time.Millisecond)
	o.RetryMax = max(orDefault(o.RetryMax, 15*time.Second), o.RetryMin)
	o.Timeout = orDefault(o.Timeout, 30*time.Second)
	return nil
}

func orDefault[T int | time.Duration](v, fallback T) T {
	if v <= 0 {
		return fallback
	}
	return v
}

// Writer brings the lines of a spool to InfluxDB. While InfluxDB is away they stay there; a line that it refuses is dropped and
// counted, and stands in nobody's way.
type Writer struct {
	options WriterOptions
	client  influxdb2.Client
	service http.Service
	target  string
	counts  *writerCounters
	zip     zipper
}

// NewWriter checks the options and registers the metrics. It touches no network.
func NewWriter(o WriterOptions) (*Writer, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	counts, err := newWriterCounters(o.Metrics)
	if err != nil {
		return nil, err
	}
	client := influxdb2.NewClientWithOptions(o.URL, o.Token,
		influxdb2.DefaultOptions().SetHTTPRequestTimeout(uint(max(o.Timeout/time.Second, 1))).SetLogLevel(0).SetTLSConfig(o.TLS))
	w := &Writer{options: o, client: client, service: client.HTTPService(), counts: counts}
	query := url.Values{"org": {o.Org}, "bucket": {o.Bucket}, "precision": {"ns"}}
	w.target = w.service.ServerAPIURL() + "write?" + query.Encode()
	return w, nil
}

// Run writes until ctx ends or the feed is closed.
func (w *Writer) Run(ctx context.Context) {
	defer w.client.Close()
	var lines []byte
	for {
		var mark spool.Mark
		var err error
		if lines, mark, err = w.options.From.Take(ctx, lines[:0], w.options.Batch); err != nil {
			return
		}
		began := time.Now()
		if w.write(ctx, lines) != nil {
			return
		}
		if err := w.options.From.Done(mark); err != nil {
			w.options.Log.Error("what is written could not be taken from the spool and will be written again", "error", err)
		}
		if len(lines) < w.options.Batch && !pause(ctx, w.options.Every-time.Since(began)) {
			return
		}
	}
}

// write brings lines to InfluxDB however long it takes; the error is that of ctx.
func (w *Writer) write(ctx context.Context, lines []byte) error {
	wait := w.options.RetryMin
	for {
		began := time.Now()
		err := w.post(ctx, lines)
		if err == nil {
			w.counts.seconds.Observe(time.Since(began).Seconds())
			w.counts.written.Add(float64(bytes.Count(lines, newline)))
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.counts.failed.WithLabelValues(kindOf(err)).Inc()
		switch dropped, verdict := judge(err); verdict {
		case restIsWritten:
			w.refused(lines, dropped, err)
			return nil
		case someAreBad:
			return w.divide(ctx, lines, err)
		}
		wait = max(wait, time.Duration(err.RetryAfter)*time.Second)
		w.options.Log.Warn("InfluxDB did not take a batch; it stays in the spool", "error", err, "retry_in", wait)
		if !pause(ctx, wait/2+rand.N(wait/2+1)) { //nolint:gosec // spreads retries, hides nothing
			return ctx.Err()
		}
		wait = min(2*wait, w.options.RetryMax)
	}
}

// divide finds the lines that are refused. A line that is written twice is there once.
func (w *Writer) divide(ctx context.Context, lines []byte, why error) error {
	half := len(lines) / 2
	cut := bytes.IndexByte(lines[half:], '\n') + half + 1
	if cut == len(lines) {
		cut = bytes.LastIndexByte(lines[:half], '\n') + 1
	}
	if cut == 0 {
		w.refused(lines, 1, why)
		return nil
	}
	if err := w.write(ctx, lines[:cut]); err != nil {
		return err
	}
	return w.write(ctx, lines[cut:])
}

// refused counts what InfluxDB does not take.
func (w *Writer) refused(lines []byte, dropped int, why error) {
	n := bytes.Count(lines, newline)
	dropped = min(dropped, n)
	w.counts.refused.Add(float64(dropped))
	w.counts.written.Add(float64(n - dropped))
	w.options.Log.Error("InfluxDB refused points for good", "points", dropped, "of", n, "error", why)
}

var newline = []byte{'\n'}

// post is one request.
func (w *Writer) post(ctx context.Context, lines []byte) *http.Error {
	body, err := w.zip.of(lines)
	if err != nil {
		return http.NewError(err)
	}
	return w.service.DoPostRequest(ctx, w.target, body, gzipped, discard)
}

// pause reports whether ctx goes on after the wait.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
