package worker_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
	"rodada/worker"
)

// outbox is deliveries as the books keep them.
type outbox struct {
	sync.Mutex
	list []staff.Delivery
	now  time.Time
}

func (o *outbox) DueDeliveries(_ context.Context, limit int, mine time.Duration) (due []staff.Delivery, _ error) {
	o.Lock()
	defer o.Unlock()
	for i := range o.list {
		d := &o.list[i]
		if !d.DueAt.IsZero() && !d.DueAt.After(o.now) && len(due) < limit {
			d.DueAt, d.Attempts = o.now.Add(mine), d.Attempts+1
			due = append(due, *d)
		}
	}
	return due, nil
}

func (o *outbox) change(id string, do func(*staff.Delivery)) error {
	o.Lock()
	defer o.Unlock()
	for i := range o.list {
		if o.list[i].ID == id {
			do(&o.list[i])
		}
	}
	return nil
}

func (o *outbox) Delivered(_ context.Context, id string) error {
	return o.change(id, func(d *staff.Delivery) { d.SentAt, d.DueAt = o.now, time.Time{} })
}

func (o *outbox) NotDelivered(_ context.Context, id, trouble string, next time.Time) error {
	return o.change(id, func(d *staff.Delivery) { d.Trouble, d.DueAt = trouble, next })
}

func (o *outbox) ForgetDeliveries(context.Context, time.Time) error { return nil }

func TestDeliveriesAreTriedForDays(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	box := &outbox{now: noon, list: []staff.Delivery{
		{ID: "lost", WebhookID: "w", Secret: "sealed", DueAt: noon}, {ID: "late", WebhookID: "w", Secret: "sealed", DueAt: noon}, {ID: "at once", WebhookID: "w", Secret: "sealed", DueAt: noon},
		{ID: "sealed for another", WebhookID: "x", Secret: "sealed", DueAt: noon},
	}}
	var times []time.Duration
	var mutex sync.Mutex
	counts := prometheus.NewRegistry()
	w := &worker.Webhooks{
		Count: worker.NewAttempts(counts),
		Store: box, Now: func() time.Time { return box.now }, Log: slog.New(slog.DiscardHandler),
		Open: func(sealed, purpose string) (string, error) {
			if sealed != "sealed" || purpose != "webhook/w" {
				return "", errors.New("sealed for something else")
			}
			return "secret", nil
		},
		Send: func(_ context.Context, d staff.Delivery, secret string) error {
			mutex.Lock()
			defer mutex.Unlock()
			if d.ID == "lost" {
				times = append(times, box.now.Sub(noon))
			}
			if secret != "secret" || d.ID == "lost" || d.ID == "late" && d.Attempts < 4 {
				return errors.New("no answer")
			}
			return nil
		},
	}
	for range 5 * 24 * 60 * 6 { // five days, by ten seconds
		require.NoError(t, w.Deliver(t.Context()))
		box.now = box.now.Add(10 * time.Second)
	}
	require.Len(t, times, 11)
	require.Equal(t, 10*time.Second, times[1])
	require.Greater(t, times[10], 72*time.Hour)
	lost, late, once, other := box.list[0], box.list[1], box.list[2], box.list[3]
	require.True(t, lost.DueAt.IsZero() && lost.SentAt.IsZero())
	require.Equal(t, "no answer", lost.Trouble)
	require.Equal(t, 4, late.Attempts)
	require.False(t, late.SentAt.IsZero())
	require.Equal(t, noon, once.SentAt)
	require.Equal(t, "sealed for something else", other.Trouble)
	require.Equal(t, map[string]int{"arrived": 2, "failed": 23, "given_up": 2}, counted(t, counts))
}

// A worker that stops in the middle leaves the delivery to the next one.
func TestADeliveryThatIsInterrupted(t *testing.T) {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	box := &outbox{now: noon, list: []staff.Delivery{{ID: "one", DueAt: noon}}}
	ctx, cancel := context.WithCancel(t.Context())
	w := &worker.Webhooks{
		Store: box, Now: func() time.Time { return box.now }, Log: slog.New(slog.DiscardHandler),
		Open: func(string, string) (string, error) { return "", nil },
		Send: func(ctx context.Context, _ staff.Delivery, _ string) error { cancel(); return ctx.Err() },
	}
	require.ErrorIs(t, w.Deliver(ctx), context.Canceled)
	require.Equal(t, noon.Add(time.Minute), box.list[0].DueAt)
	require.Empty(t, box.list[0].Trouble)
}

// counted is the values of the only counter, by its label.
func counted(t *testing.T, r *prometheus.Registry) map[string]int {
	t.Helper()
	families, err := r.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	values := map[string]int{}
	for _, m := range families[0].GetMetric() {
		values[m.GetLabel()[0].GetValue()] = int(m.GetCounter().GetValue())
	}
	return values
}
