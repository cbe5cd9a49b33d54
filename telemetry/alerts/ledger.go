package alerts

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/staff"
)

// about is what an alert is about.
type about struct {
	plate string
	kind  staff.AlertKind
}

// recall reads which alerts are open, and which staff have closed lately.
func (w *Watch) recall(ctx context.Context, now time.Time) error {
	list, err := w.Books.ListAlerts(ctx, staff.AlertQuery{Kinds: staff.WatchedKinds(), Since: now.Add(-w.Limits.Repeat)}, 0)
	if err != nil {
		return err
	}
	before := w.open
	w.open = make(map[about]bool)
	if w.staff == nil {
		w.staff = make(map[about]time.Time)
	}
	for _, a := range slices.Backward(list) { // the newest last
		of := about{a.Plate, a.Kind}
		switch {
		case a.ClosedAt.IsZero():
			w.open[of] = true
			delete(w.staff, of)
		case a.ClosedBy != staff.System && (before == nil || before[of]):
			w.staff[of] = a.ClosedAt
		case before == nil:
			delete(w.staff, of)
		}
	}
	maps.DeleteFunc(w.staff, func(_ about, closed time.Time) bool { return now.Sub(closed) >= w.Limits.Repeat })
	return nil
}

// change opens and closes one alert as a verdict says.
func (w *Watch) change(ctx context.Context, of about, v verdict, now time.Time) error {
	switch {
	case v.well:
		delete(w.staff, of)
		if !w.open[of] {
			return nil
		}
		if err := w.Books.CloseAlert(ctx, of.plate, of.kind, staff.System); err != nil {
			return err
		}
		delete(w.open, of)
	case v.wrong && !w.open[of]:
		if closed, ok := w.staff[of]; ok && now.Sub(closed) < w.Limits.Repeat {
			return nil
		}
		err := w.Books.RaiseAlert(ctx, staff.Alert{Plate: of.plate, Kind: of.kind, Text: v.text, OpenedAt: now})
		if errors.Is(err, fleet.ErrScooterUnknown) {
			return nil // renumbered or gone a moment ago
		}
		if err != nil {
			return err
		}
		delete(w.staff, of)
		w.open[of] = true
	}
	return nil
}
