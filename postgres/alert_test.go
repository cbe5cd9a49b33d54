package postgres_test

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/staff"
)

func (b *books) webhook(kinds ...staff.AlertKind) staff.Webhook {
	b.t.Helper()
	w, err := b.CreateWebhook(b.ctx, staff.Webhook{ID: uuid.NewString(), URL: "https://example.org/hook", Kinds: kinds, Secret: "sealed:x"})
	require.NoError(b.t, err)
	return w
}

// events is what a webhook is to be told, the oldest first.
func (b *books) told(id string) (events []string) {
	b.t.Helper()
	list, err := b.Deliveries(b.ctx, id, 100)
	require.NoError(b.t, err)
	for _, d := range list {
		events = append([]string{d.Event}, events...)
	}
	return events
}

func TestListAlerts(t *testing.T) {
	b := newBooks(t)
	one, other := b.scooter().Plate, b.scooter().Plate
	for i, a := range []staff.Alert{
		{Plate: one, Kind: staff.Offline}, {Plate: one, Kind: staff.Fallen}, {Plate: other, Kind: staff.Offline}, {Plate: other, Kind: staff.Moved},
	} {
		a.OpenedAt = noon.Add(time.Duration(i) * time.Second)
		require.NoError(t, b.RaiseAlert(b.ctx, a))
	}
	require.NoError(t, b.CloseAlert(b.ctx, one, staff.Fallen, staff.System))
	for name, c := range map[string]struct {
		q    staff.AlertQuery
		want []staff.AlertKind
	}{
		"open":         {staff.AlertQuery{State: staff.OpenAlerts}, []staff.AlertKind{staff.Moved, staff.Offline, staff.Offline}},
		"closed":       {staff.AlertQuery{State: staff.ClosedAlerts}, []staff.AlertKind{staff.Fallen}},
		"all":          {staff.AlertQuery{State: staff.AllAlerts}, []staff.AlertKind{staff.Moved, staff.Offline, staff.Fallen, staff.Offline}},
		"any":          {staff.AlertQuery{}, []staff.AlertKind{staff.Moved, staff.Offline, staff.Fallen, staff.Offline}},
		"kinds":        {staff.AlertQuery{Kinds: []staff.AlertKind{staff.Fallen, staff.Moved}}, []staff.AlertKind{staff.Moved, staff.Fallen}},
		"of one":       {staff.AlertQuery{Plate: one}, []staff.AlertKind{staff.Fallen, staff.Offline}},
		"of one, open": {staff.AlertQuery{Plate: one, State: staff.OpenAlerts}, []staff.AlertKind{staff.Offline}},
		"lately":       {staff.AlertQuery{Since: time.Now().Add(time.Hour)}, []staff.AlertKind{staff.Moved, staff.Offline, staff.Offline}},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := b.ListAlerts(b.ctx, c.q, 0)
			require.NoError(t, err)
			var kinds []staff.AlertKind
			for _, a := range list {
				kinds = append(kinds, a.Kind)
				single, err := b.Alert(b.ctx, a.ID)
				require.NoError(t, err)
				require.Equal(t, a, single)
			}
			require.Equal(t, c.want, kinds)
		})
	}
	few, err := b.ListAlerts(b.ctx, staff.AlertQuery{}, 2)
	require.NoError(t, err)
	require.Len(t, few, 2)
	_, err = b.Alert(b.ctx, 1<<40)
	require.ErrorIs(t, err, staff.ErrAlertUnknown)
}

// Many bridges and workers raise, repeat and close the same alert at once: it opens once and is told once of each.
func TestAnAlertIsToldOnce(t *testing.T) {
	b := newBooks(t)
	plate := b.scooter().Plate
	all, offline, fallen := b.webhook(), b.webhook(staff.Offline, staff.Moved), b.webhook(staff.Fallen)
	at := func(do func() error) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() { _ = do() })
		}
		group.Wait()
	}
	at(func() error {
		return b.RaiseAlert(b.ctx, staff.Alert{Plate: plate, Kind: staff.Offline, Text: "Silent."})
	})
	require.Equal(t, []string{staff.AlertOpened}, b.told(all.ID))
	at(func() error { _, err := b.RepeatAlerts(b.ctx, time.Now().Add(-time.Hour)); return err })
	require.Equal(t, []string{staff.AlertOpened}, b.told(all.ID), "told a moment ago")
	before := time.Now()
	at(func() error { _, err := b.RepeatAlerts(b.ctx, before); return err })
	at(func() error { return b.CloseAlert(b.ctx, plate, staff.Offline, staff.System) })
	want := []string{staff.AlertOpened, staff.AlertRepeated, staff.AlertClosed}
	require.Equal(t, want, b.told(all.ID))
	require.Equal(t, want, b.told(offline.ID))
	require.Empty(t, b.told(fallen.ID), "not its kind")

	list, err := b.Deliveries(b.ctx, all.ID, 1)
	require.NoError(t, err)
	var body struct {
		Type string
		Data struct {
			Plate, Kind, Text string
			Repeats           int
			ClosedBy          string `json:"closed_by"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(list[0].Body), &body))
	require.Equal(t, staff.AlertClosed, body.Type)
	require.Equal(t, plate, body.Data.Plate)
	require.Equal(t, "offline", body.Data.Kind)
	require.Equal(t, "Silent.", body.Data.Text)
	require.Equal(t, 1, body.Data.Repeats)
	require.Equal(t, staff.System, body.Data.ClosedBy)
}
