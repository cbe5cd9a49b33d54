package worker

import "github.com/prometheus/client_golang/prometheus"

// What became of an attempt to tell a webhook.
const (
	attemptArrived = "arrived"
	attemptFailed  = "failed" // it is tried again
	attemptLast    = "given_up"
)

// Attempts count how webhooks were told.
type Attempts struct{ made *prometheus.CounterVec }

// NewAttempts registers the counter.
func NewAttempts(r prometheus.Registerer) *Attempts {
	made := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rodada_webhook_attempts_total", Help: "Attempts to tell webhooks of alerts, by what became of them.",
	}, []string{"outcome"})
	r.MustRegister(made)
	for _, outcome := range []string{attemptArrived, attemptFailed, attemptLast} {
		made.WithLabelValues(outcome)
	}
	return &Attempts{made: made}
}

func (a *Attempts) count(outcome string) {
	if a != nil {
		a.made.WithLabelValues(outcome).Inc()
	}
}
