package alerts

import "github.com/prometheus/client_golang/prometheus"

// round is what became of a look.
type round string

const (
	roundChanges round = "changes" // what had changed was judged
	roundFleet   round = "fleet"   // every scooter was
	roundOthers  round = "others"  // another process watches
	roundFailed  round = "failed"
)

// Rounds count the looks at the fleet.
type Rounds struct{ looks *prometheus.CounterVec }

// NewRounds registers the counter.
func NewRounds(r prometheus.Registerer) *Rounds {
	looks := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rodada_alert_rounds_total", Help: "Looks at the fleet for what is wrong, by what became of them.",
	}, []string{"outcome"})
	r.MustRegister(looks)
	for _, round := range []round{roundChanges, roundFleet, roundOthers, roundFailed} {
		looks.WithLabelValues(string(round))
	}
	return &Rounds{looks: looks}
}

func (r *Rounds) count(is round) {
	if r != nil {
		r.looks.WithLabelValues(string(is)).Inc()
	}
}
