package spool

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Measure shows how full the spool is, what it lost, and how long the disk takes.
func (s *Spool) Measure(r prometheus.Registerer) error {
	gauge := func(name, help string, of func(State) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "rodada", Subsystem: "spool", Name: name, Help: help},
			func() float64 { return of(s.State()) })
	}
	counter := func(name, help string, of func(Lost) int64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "rodada", Subsystem: "spool", Name: name, Help: help},
			func() float64 { return float64(of(s.State().Lost)) })
	}
	var all error
	for _, m := range []prometheus.Collector{
		s.seconds,
		gauge("bytes", "What the spool has on the disk.", func(state State) float64 { return float64(state.Bytes) }),
		gauge("oldest_seconds", "How long the oldest points have waited for the history.", func(state State) float64 {
			if state.Oldest.IsZero() {
				return 0
			}
			return time.Since(state.Oldest).Seconds()
		}),
		counter("dropped_total", "Points dropped because the spool or the disk was full.", func(l Lost) int64 { return l.Full }),
		counter("damaged_total", "Blocks that could not be read.", func(l Lost) int64 { return l.Corrupt }),
	} {
		all = errors.Join(all, r.Register(m))
	}
	return all
}

func newSeconds() prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "rodada", Subsystem: "spool", Name: "append_seconds", Help: "How long it took until a block was safe on the disk.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
	})
}
