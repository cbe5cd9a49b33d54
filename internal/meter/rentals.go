package meter

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/activities"
	"rodada/domain/rental"
)

// Rentals counts how rentals end, on their way into the store. A change that is stored twice, because nobody heard that it was,
// counts twice.
type Rentals struct {
	activities.RentalStore
	ended, voided *prometheus.CounterVec
}

// NewRentals counts what goes into a store.
func NewRentals(r prometheus.Registerer, store activities.RentalStore) *Rentals {
	m := &Rentals{
		RentalStore: store,
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rodada_rentals_ended_total", Help: "Rides whose meter stopped, by who or what ended them.",
		}, []string{"cause"}),
		voided: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "rodada_rentals_voided_total", Help: "Rentals that came to nothing once their workflow had begun, by reason.",
		}, []string{"reason"}),
	}
	r.MustRegister(m.ended, m.voided)
	return m
}

// Advance stores a change and counts it.
func (m *Rentals) Advance(ctx context.Context, change rental.Change) error {
	err := m.RentalStore.Advance(ctx, change)
	if err != nil {
		return err
	}
	switch {
	case change.Outcome == rental.Voided:
		m.voided.WithLabelValues(string(change.Reason)).Inc()
	case change.State == rental.Locking:
		m.ended.WithLabelValues(string(change.Cause)).Inc()
	}
	return nil
}
