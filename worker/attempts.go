package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"rodada/activities"
)

// What became of an attempt to tell a webhook, or to send a letter.
const (
	attemptArrived = "arrived"
	attemptFailed  = "failed" // it is tried again
	attemptLast    = "given_up"
)

// Attempts count how webhooks were told, or letters sent.
type Attempts struct{ made *prometheus.CounterVec }

// NewAttempts registers the counter of webhooks.
func NewAttempts(r prometheus.Registerer) *Attempts {
	return newAttempts(r, "rodada_webhook_attempts_total", "Attempts to tell webhooks of alerts, by what became of them.")
}

// NewLetterAttempts registers the counter of letters.
func NewLetterAttempts(r prometheus.Registerer) *Attempts {
	return newAttempts(r, "rodada_letter_attempts_total", "Attempts to send mails to riders, by what became of them.")
}

func newAttempts(r prometheus.Registerer, name, help string) *Attempts {
	made := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"outcome"})
	r.MustRegister(made)
	for _, outcome := range []string{attemptArrived, attemptFailed, attemptLast} {
		made.WithLabelValues(outcome)
	}
	return &Attempts{made: made}
}

// NewDebtAttempts registers the counter of attempts to collect debts, and returns what counts one.
func NewDebtAttempts(r prometheus.Registerer) func(outcome string) {
	made := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rodada_debt_attempts_total", Help: "Attempts to collect what riders owe, by what became of them.",
	}, []string{"outcome"})
	r.MustRegister(made)
	for _, outcome := range activities.DebtOutcomes() {
		made.WithLabelValues(outcome)
	}
	return func(outcome string) { made.WithLabelValues(outcome).Inc() }
}

func (a *Attempts) count(outcome string) {
	if a != nil {
		a.made.WithLabelValues(outcome).Inc()
	}
}
