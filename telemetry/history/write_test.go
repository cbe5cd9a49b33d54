package history_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/internal/devstack"
	"rodada/internal/testkit"
	"rodada/telemetry/history"
	"rodada/telemetry/spool"
)

const patience = 20 * time.Second

// press is a writer from a spool to an InfluxDB.
type press struct {
	spool    *spool.Spool
	registry *prometheus.Registry
}

func running(t *testing.T, url, bucket string, change ...func(*history.WriterOptions)) *press {
	t.Helper()
	s, err := spool.Open(spool.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	p := &press{spool: s, registry: prometheus.NewRegistry()}
	o := history.WriterOptions{
		URL: url, Token: "t", Org: "o", Bucket: bucket, From: s, Metrics: p.registry, Log: slog.New(slog.DiscardHandler),
		Every: time.Millisecond, RetryMin: time.Millisecond, RetryMax: 10 * time.Millisecond,
	}
	for _, c := range change {
		c(&o)
	}
	w, err := history.NewWriter(o)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	gone := make(chan struct{})
	go func() { defer close(gone); w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-gone
		require.NoError(t, s.Close())
	})
	return p
}

func (p *press) add(t *testing.T, lines ...string) {
	t.Helper()
	require.NoError(t, p.spool.Append([]byte(strings.Join(lines, "\n")+"\n"), len(lines)))
}

func (p *press) count(t *testing.T, name string) (sum float64) {
	t.Helper()
	families, err := p.registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == "rodada_history_"+name {
				sum += m.GetCounter().GetValue()
			}
		}
	}
	return sum
}

func (p *press) awaitEmpty(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return p.spool.State().Oldest.IsZero() }, patience, time.Millisecond)
}

func (p *press) awaitCount(t *testing.T, name string, want float64) {
	t.Helper()
	require.Eventually(t, func() bool { return p.count(t, name) >= want }, patience, time.Millisecond)
	require.InDelta(t, want, p.count(t, name), 0)
}

// total is how many points with a field are stored.
func total(t *testing.T, url, bucket, field string) (n int64) {
	t.Helper()
	client := influxdb2.NewClient(url, "t")
	defer client.Close()
	result, err := client.QueryAPI("o").Query(t.Context(), fmt.Sprintf(
		`from(bucket: %q) |> range(start: 0, stop: 2100-01-01T00:00:00Z) |> filter(fn: (r) => r._field == %q) |> group() |> count()`, bucket, field))
	require.NoError(t, err)
	for result.Next() {
		n, _ = result.Record().Value().(int64)
	}
	require.NoError(t, result.Err())
	return n
}

func point(n int, field string) string {
	return fmt.Sprintf("m,plate=A%d %s %d", n%7, field, noon.Add(time.Duration(n)*time.Second).UnixNano())
}

func TestWritesWhatIsInTheSpool(t *testing.T) {
	url, bucket := testkit.Influx(t)
	p := running(t, url, bucket)
	for n := range 100 {
		p.add(t, point(2*n, "x=1"), point(2*n+1, "x=2"))
	}
	p.add(t, point(0, "x=1")) // again
	p.awaitCount(t, "written_total", 201)
	p.awaitEmpty(t)
	require.EqualValues(t, 200, total(t, url, bucket, "x"))
	require.Zero(t, p.count(t, "failures_total"))
}

func TestBadPointsHoldUpNobody(t *testing.T) {
	url, bucket := testkit.Influx(t)
	p := running(t, url, bucket)
	p.add(t, point(0, "x=1"))
	p.awaitCount(t, "written_total", 1)
	p.add(t, point(1, "x=1"), point(2, `x="text"`), point(3, "x=1"), point(4, "x=true"))
	p.awaitCount(t, "refused_total", 2)
	p.add(t, point(5, "x=1"), point(6, "x="), point(7, "x=1"))
	p.awaitCount(t, "refused_total", 3)
	p.add(t, "nonsense")
	p.awaitCount(t, "refused_total", 4)
	p.add(t, point(8, "x=1"))
	p.awaitEmpty(t)
	p.awaitCount(t, "written_total", 6)
	require.EqualValues(t, 6, total(t, url, bucket, "x"))
}

func TestWaitsWhileInfluxIsAway(t *testing.T) {
	s := testkit.PrivateStack(t, devstack.Options{Only: []devstack.Service{devstack.Influx}})
	at := s.Addresses()
	require.NoError(t, s.StopService(t.Context(), devstack.Influx))
	p := running(t, at.InfluxURL, at.InfluxBucket)
	for n := range 1000 {
		p.add(t, point(n, "x=1"))
	}
	require.Eventually(t, func() bool { return p.count(t, "failures_total") > 3 }, patience, time.Millisecond)
	require.False(t, p.spool.State().Oldest.IsZero())
	require.NoError(t, s.StartService(t.Context(), devstack.Influx))
	p.awaitEmpty(t)
	require.EqualValues(t, 1000, total(t, at.InfluxURL, at.InfluxBucket, "x"))
	p.awaitCount(t, "written_total", 1000)
}

// played is a server that answers as it is told to, and keeps the lines of what it answers 204 to.
type played struct {
	mu     sync.Mutex
	lines  []string
	answer func(body string) (status int, text string)
}

func (s *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	zipped, _ := gzip.NewReader(r.Body)
	body, err := io.ReadAll(zipped)
	if err != nil || r.URL.Path != "/api/v2/write" || r.URL.Query().Get("precision") != "ns" || r.Header.Get("Authorization") != "Token t" {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	status, text := s.answer(string(body))
	if status == http.StatusNoContent {
		s.lines = append(s.lines, lines(string(body))...)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// InfluxDB 2.7 stores nothing of a batch that it can't parse.
func TestBatchWithABadLineIsDivided(t *testing.T) {
	for name, status := range map[string]int{"can't be parsed": 400, "is too large": 413} {
		t.Run(name, func(t *testing.T) {
			server := &played{answer: func(body string) (int, string) {
				if strings.Contains(body, "bad") {
					return status, `{"code":"invalid","message":"unable to parse 'bad': missing fields"}`
				}
				return 204, ""
			}}
			at := httptest.NewServer(server)
			defer at.Close()
			p := running(t, at.URL, "b")
			var all, good []string
			for n := range 100 {
				line := point(n, "x=1")
				if n == 0 || n == 42 || n == 43 || n == 99 {
					line = fmt.Sprint("bad", n)
				} else {
					good = append(good, line)
				}
				all = append(all, line)
			}
			p.add(t, all...)
			p.awaitEmpty(t)
			require.Equal(t, good, server.lines)
			require.InDelta(t, 4, p.count(t, "refused_total"), 0)
			require.InDelta(t, 96, p.count(t, "written_total"), 0)
		})
	}
}

// What somebody can mend drops nothing.
func TestWhatIsNoFaultOfThePointsIsTriedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		text   string
	}{
		"a wrong token":     {401, `{"code":"unauthorized","message":"unauthorized access"}`},
		"no such bucket":    {404, `{"code":"not found","message":"bucket \"b\" not found"}`},
		"too many":          {429, ``},
		"an error":          {500, `{"error":"retention policy not found: nopolicy"}`},
		"away":              {503, `no`},
		"a strange request": {400, `<html>`},
	} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int64
			server := &played{answer: func(string) (int, string) {
				if tries.Add(1) < 4 {
					return c.status, c.text
				}
				return 204, ""
			}}
			at := httptest.NewServer(server)
			defer at.Close()
			p := running(t, at.URL, "b")
			p.add(t, point(1, "x=1"), point(2, "x=1"))
			p.awaitEmpty(t)
			require.Len(t, server.lines, 2)
			require.Zero(t, p.count(t, "refused_total"))
			require.InDelta(t, 3, p.count(t, "failures_total"), 0)
		})
	}
}

func TestWriterNeedsItsOptions(t *testing.T) {
	_, err := history.NewWriter(history.WriterOptions{})
	require.Error(t, err)
}
