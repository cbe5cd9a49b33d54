package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
)

func TestWebhooks(t *testing.T) {
	b := newBooks(t)
	one, two := b.webhook(staff.Offline), b.webhook()
	list, err := b.Webhooks(b.ctx)
	require.NoError(t, err)
	require.Equal(t, []staff.Webhook{one, two}, list)

	one.URL, one.Kinds, one.Paused = "https://example.com/other", nil, true
	changed, err := b.ChangeWebhook(b.ctx, one)
	require.NoError(t, err)
	one.Kinds = []staff.AlertKind{}
	require.Equal(t, one, changed, "and its secret stays")
	_, err = b.ChangeWebhook(b.ctx, staff.Webhook{ID: uuid.NewString(), URL: "https://example.com"})
	require.ErrorIs(t, err, staff.ErrWebhookUnknown)

	require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: b.scooter().Plate, Kind: staff.Fallen}))
	require.Empty(t, b.told(one.ID), "paused")
	require.Len(t, b.told(two.ID), 1)
	for range 2 {
		require.NoError(t, b.DeleteWebhook(b.ctx, two.ID))
	}
	_, err = b.Deliveries(b.ctx, two.ID, 10)
	require.ErrorIs(t, err, staff.ErrWebhookUnknown)
	due, err := b.DueDeliveries(b.ctx, 10, time.Minute)
	require.NoError(t, err)
	require.Empty(t, due)
}

func TestEachDeliveryIsOnes(t *testing.T) {
	b := newBooks(t)
	w := b.webhook()
	const alerts = 30
	for range alerts {
		require.NoError(t, b.RaiseAlert(b.ctx, staff.Alert{Plate: b.scooter().Plate, Kind: staff.Offline}))
	}
	var (
		workers sync.WaitGroup
		mutex   sync.Mutex
		taken   = map[string]int{}
	)
	for range 6 {
		workers.Go(func() {
			for {
				due, err := b.DueDeliveries(b.ctx, 4, time.Minute)
				if err != nil || len(due) == 0 {
					return
				}
				mutex.Lock()
				for _, d := range due {
					taken[d.ID]++
				}
				mutex.Unlock()
			}
		})
	}
	workers.Wait()
	require.Len(t, taken, alerts)
	ids := make([]string, 0, alerts)
	for id, times := range taken {
		require.Equal(t, 1, times)
		ids = append(ids, id)
	}

	require.NoError(t, b.Delivered(b.ctx, ids[0]))
	require.NoError(t, b.NotDelivered(b.ctx, ids[1], "no answer", time.Now().Add(-time.Second)))
	require.NoError(t, b.NotDelivered(b.ctx, ids[2], "never", time.Time{}))
	require.NoError(t, b.NotDelivered(b.ctx, ids[0], "too late", time.Now()), "it has arrived")
	due, err := b.DueDeliveries(b.ctx, 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, due, 1)
	require.Equal(t, ids[1], due[0].ID)
	require.Equal(t, 2, due[0].Attempts)
	require.Equal(t, "no answer", due[0].Trouble)
	require.Equal(t, w.URL, due[0].URL)
	require.Equal(t, "sealed:x", due[0].Secret)

	out, err := b.Outbox(b.ctx)
	require.NoError(t, err)
	require.Equal(t, staff.Outbox{Waiting: alerts - 2}, out, "all of them are somebody's for a minute")
	require.NoError(t, b.NotDelivered(b.ctx, ids[3], "no answer", time.Now().Add(-time.Hour)))
	out, err = b.Outbox(b.ctx)
	require.NoError(t, err)
	require.InDelta(t, time.Hour, out.Overdue, float64(time.Minute))
	w.Paused = true
	_, err = b.ChangeWebhook(b.ctx, w)
	require.NoError(t, err)
	out, err = b.Outbox(b.ctx)
	require.NoError(t, err)
	require.Zero(t, out)

	require.NoError(t, b.ForgetDeliveries(b.ctx, time.Now().Add(time.Hour)))
	left, err := b.Deliveries(b.ctx, w.ID, 100)
	require.NoError(t, err)
	require.Len(t, left, alerts-2, "what is over goes, what is on its way stays")
}
