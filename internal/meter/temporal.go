package meter

import (
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/client"

	"rodada/workflows"
)

// labels are those that the SDK tells its measurements apart by; one that does not apply stays empty.
var labels = []string{
	"operation", "task_queue", "workflow_type", "activity_type", "worker_type", "poller_type", "status_code", "failure_reason", "cause",
}

// buckets go from a local activity to a long poll.
var buckets = []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 5, 10, 60}

// Temporal shows what Temporal's SDK and our workflows measure. The SDK tells a counter's and a timer's name without the
// suffix that Prometheus expects; they get it here.
type Temporal struct {
	registry prometheus.Registerer

	mu       sync.Mutex
	counters map[string]*prometheus.CounterVec
	gauges   map[string]*prometheus.GaugeVec
	timers   map[string]*prometheus.HistogramVec
	labels   map[string][]string // of our own; else labels
}

// NewTemporal makes a handler for a client and its workers.
func NewTemporal(r prometheus.Registerer) *Temporal {
	t := &Temporal{
		registry: r, counters: map[string]*prometheus.CounterVec{}, gauges: map[string]*prometheus.GaugeVec{},
		timers: map[string]*prometheus.HistogramVec{},
		labels: map[string][]string{
			workflows.CommandsTotal:  {"command", "outcome"},
			workflows.CommandSeconds: {"command"},
		},
	}
	t.counter(workflows.CommandsTotal, "Commands that workflows sent or tried to, by how they ended.")
	t.timer(workflows.CommandSeconds, "From the wish to send a command to its answer, of those that were done.")
	return t
}

// Handler is what a client's options take.
func (t *Temporal) Handler() client.MetricsHandler { return handler{t, nil} }

func (t *Temporal) labelsOf(name string) []string {
	if own, ok := t.labels[name]; ok {
		return own
	}
	return labels
}

// known finds the measurement with a name, or makes it.
func known[V prometheus.Collector](t *Temporal, all map[string]V, name string, fresh func(labels []string) V) V {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, ok := all[name]
	if !ok {
		v = fresh(t.labelsOf(name))
		t.registry.MustRegister(v)
		all[name] = v
	}
	return v
}

func (t *Temporal) counter(name, help string) *prometheus.CounterVec {
	return known(t, t.counters, suffixed(name, "_total"), func(labels []string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: suffixed(name, "_total"), Help: help}, labels)
	})
}

func (t *Temporal) gauge(name, help string) *prometheus.GaugeVec {
	return known(t, t.gauges, name, func(labels []string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	})
}

func (t *Temporal) timer(name, help string) *prometheus.HistogramVec {
	return known(t, t.timers, suffixed(name, "_seconds"), func(labels []string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: suffixed(name, "_seconds"), Help: help, Buckets: buckets}, labels)
	})
}

func suffixed(name, suffix string) string { return strings.TrimSuffix(name, suffix) + suffix }

// ofSDK is the help of what is not ours to explain.
const ofSDK = "Of Temporal's SDK; see its metrics reference."

// handler is a Temporal with some tags set.
type handler struct {
	*Temporal
	tags map[string]string
}

// WithTags adds tags.
func (h handler) WithTags(tags map[string]string) client.MetricsHandler {
	all := make(map[string]string, len(h.tags)+len(tags))
	maps.Copy(all, h.tags)
	maps.Copy(all, tags)
	return handler{h.Temporal, all}
}

// values are those of the tags that a name has labels for.
func (h handler) values(name string) []string {
	names := h.labelsOf(name)
	values := make([]string, len(names))
	for i, label := range names {
		if v := h.tags[label]; v != "none" {
			values[i] = v
		}
	}
	return values
}

type (
	inc    func(int64)
	update func(float64)
	record func(time.Duration)
)

func (f inc) Inc(n int64)               { f(n) }
func (f update) Update(v float64)       { f(v) }
func (f record) Record(d time.Duration) { f(d) }

// Counter counts.
func (h handler) Counter(name string) client.MetricsCounter {
	c := h.counter(name, ofSDK).WithLabelValues(h.values(name)...)
	return inc(func(n int64) { c.Add(float64(n)) })
}

// Gauge shows.
func (h handler) Gauge(name string) client.MetricsGauge {
	return update(h.gauge(name, ofSDK).WithLabelValues(h.values(name)...).Set)
}

// Timer times.
func (h handler) Timer(name string) client.MetricsTimer {
	o := h.timer(name, ofSDK).WithLabelValues(h.values(name)...)
	return record(func(d time.Duration) { o.Observe(d.Seconds()) })
}
