package meter

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/rental"
	"rodada/domain/staff"
)

// Books count what is open in them.
type Books interface {
	CountOpen(ctx context.Context) (rentals map[rental.State]int, alerts map[staff.AlertKind]int, err error)
	Outbox(ctx context.Context) (staff.Outbox, error)
}

const (
	// censusAge is for how long a count is good, however many ask for it.
	censusAge = 10 * time.Second
	// censusPatience is how long the books may take; after it the last count is shown.
	censusPatience = 2 * time.Second
)

var (
	rentalsNow = prometheus.NewDesc("rodada_rentals", "Rentals that hold a scooter, by state.", []string{"state"}, nil)
	alertsNow  = prometheus.NewDesc("rodada_alerts_open", "Alerts that nobody has closed, by kind.", []string{"kind"}, nil)
	tellingNow = prometheus.NewDesc("rodada_webhook_waiting", "Deliveries that webhooks have not got yet.", nil, nil)
	overdueNow = prometheus.NewDesc("rodada_webhook_overdue_seconds", "How late the next attempt of the latest delivery is.", nil, nil)
	censusTime = prometheus.NewDesc("rodada_census_timestamp_seconds", "When rentals, alerts and deliveries were counted.", nil, nil)
)

// Census shows how many rentals and alerts are open, and what webhooks are still to be told. It asks the books when it is looked at, and not more often than every ten
// seconds.
type Census struct {
	books Books
	log   *slog.Logger
	now   func() time.Time

	mu      sync.Mutex
	rentals map[rental.State]int
	alerts  map[staff.AlertKind]int
	outbox  staff.Outbox
	at      time.Time
}

// NewCensus counts in books.
func NewCensus(books Books, log *slog.Logger, now func() time.Time) *Census {
	return &Census{books: books, log: log, now: now}
}

// Describe names what it shows.
func (c *Census) Describe(to chan<- *prometheus.Desc) {
	to <- rentalsNow
	to <- alertsNow
	to <- tellingNow
	to <- overdueNow
	to <- censusTime
}

// Collect shows the count, if there ever was one. Every state and kind is there, so that none is a zero and not a gap.
func (c *Census) Collect(to chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.renew()
	if c.at.IsZero() {
		return
	}
	for _, state := range rental.States() {
		if !state.Final() {
			to <- prometheus.MustNewConstMetric(rentalsNow, prometheus.GaugeValue, float64(c.rentals[state]), string(state))
		}
	}
	for _, kind := range staff.AlertKinds() {
		to <- prometheus.MustNewConstMetric(alertsNow, prometheus.GaugeValue, float64(c.alerts[kind]), string(kind))
	}
	to <- prometheus.MustNewConstMetric(tellingNow, prometheus.GaugeValue, float64(c.outbox.Waiting))
	to <- prometheus.MustNewConstMetric(overdueNow, prometheus.GaugeValue, c.outbox.Overdue.Seconds())
	to <- prometheus.MustNewConstMetric(censusTime, prometheus.GaugeValue, float64(c.at.UnixMilli())/1000)
}

func (c *Census) renew() {
	if c.now().Sub(c.at) < censusAge {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), censusPatience)
	defer cancel()
	rentals, alerts, err := c.books.CountOpen(ctx)
	var outbox staff.Outbox
	if err == nil {
		outbox, err = c.books.Outbox(ctx)
	}
	if err != nil {
		c.log.Warn("the census fails; the last one is shown", "error", err)
		return
	}
	c.rentals, c.alerts, c.outbox, c.at = rentals, alerts, outbox, c.now()
}
