package history

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type writerCounters struct {
	written, refused prometheus.Counter
	failed           *prometheus.CounterVec
	seconds          prometheus.Histogram
}

func newWriterCounters(r prometheus.Registerer) (*writerCounters, error) {
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Namespace: "rodada", Subsystem: "history", Name: name, Help: help}
	}
	c := &writerCounters{
		written: prometheus.NewCounter(counter("written_total", "Points that InfluxDB took.")),
		refused: prometheus.NewCounter(counter("refused_total", "Points that InfluxDB will never take.")),
		failed:  prometheus.NewCounterVec(counter("failures_total", "Writes that failed, by kind."), []string{"kind"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Namespace: "rodada", Subsystem: "history", Name: "write_seconds", Help: "How long InfluxDB took for a batch.",
			Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}),
	}
	var all error
	for _, m := range []prometheus.Collector{c.written, c.refused, c.failed, c.seconds} {
		all = errors.Join(all, r.Register(m))
	}
	return c, all
}
