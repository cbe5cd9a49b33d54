package alerts

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/geo"
	"rodada/telemetry/live"
)

// Books keep the alerts.
type Books interface {
	ListAlerts(ctx context.Context, q staff.AlertQuery, limit int) ([]staff.Alert, error)
	RaiseAlert(ctx context.Context, a staff.Alert) error
	CloseAlert(ctx context.Context, plate string, kind staff.AlertKind, by string) error
	RepeatAlerts(ctx context.Context, before time.Time) (int, error)
}

// Fleet is the live state.
type Fleet interface {
	Now(ctx context.Context) (live.Cursor, error)
	Since(ctx context.Context, after live.Cursor) ([]string, live.Cursor, error)
	Kept(ctx context.Context, after live.Cursor) error
	Fleet(ctx context.Context) ([]string, error)
	GetAll(ctx context.Context, plates []string) (map[string]live.State, error)
}

// Turn says whose turn it is to watch, when several processes could.
type Turn interface {
	Mine(ctx context.Context) (bool, error)
}

// Watch opens and closes alerts. It is for one goroutine.
type Watch struct {
	Limits Limits
	Books  Books
	Fleet  Fleet
	Turn   Turn
	Notes  *Notes
	Rounds *Rounds // nil: nobody counts
	// Area is where rides may end, as a question; nil when there is no such place.
	Area func(ctx context.Context) (func(geo.Point) bool, error)
	Now  func() time.Time
	Log  *slog.Logger

	inside func(geo.Point) bool
	cursor live.Cursor
	swept  time.Time // zero: the fleet is not known yet
	open   map[about]bool
	// staff holds what staff closed while it lasted: it is not opened again before it was well once, or a repetition is due.
	staff  map[about]time.Time
	memory map[string]*memory
	news   map[string]*memory // what the notes do not have yet; nil: it is forgotten
}

// Run watches until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	l := w.Limits.orUsual()
	ticker := time.NewTicker(l.Every)
	defer ticker.Stop()
	failed := false
	for {
		err := w.Look(ctx)
		if err != nil && !failed && ctx.Err() == nil {
			w.Log.Warn("the fleet is not watched; no alert opens or closes by itself", "error", err)
		}
		failed = err != nil
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Look judges what changed since the last look, or the whole fleet when that is due.
func (w *Watch) Look(ctx context.Context) error {
	round, err := w.look(ctx)
	if err != nil {
		round = roundFailed
	}
	w.Rounds.count(round)
	return err
}

func (w *Watch) look(ctx context.Context) (round, error) {
	w.Limits = w.Limits.orUsual()
	mine, err := w.Turn.Mine(ctx)
	if err != nil || !mine {
		w.swept, w.memory, w.news, w.open, w.staff = time.Time{}, nil, nil, nil, nil // somebody else may change what we know
		return roundOthers, err
	}
	now := w.Now()
	if !w.swept.IsZero() && now.Sub(w.swept) < w.Limits.Sweep {
		err := w.Fleet.Kept(ctx, w.cursor)
		if err == nil {
			return roundChanges, w.catchUp(ctx, now)
		}
		if !errors.Is(err, live.ErrForgotten) {
			return "", err
		}
	}
	if err := w.sweep(ctx, now); err != nil {
		return "", err
	}
	w.swept = now
	return roundFleet, nil
}

// catchUp judges what changed since the last look.
func (w *Watch) catchUp(ctx context.Context, now time.Time) error {
	plates, last, err := w.Fleet.Since(ctx, w.cursor)
	if err != nil {
		return err
	}
	if err := w.judge(ctx, plates, now); err != nil {
		return err
	}
	w.cursor = last
	return nil
}

// sweep judges the whole fleet by what the books say now.
func (w *Watch) sweep(ctx context.Context, now time.Time) (err error) {
	if w.inside, err = w.Area(ctx); err != nil {
		return err
	}
	if w.cursor, err = w.Fleet.Now(ctx); err != nil { // before the fleet: what changes meanwhile is looked at again
		return err
	}
	if err := w.remember(ctx); err != nil {
		return err
	}
	if err := w.recall(ctx, now); err != nil {
		return err
	}
	plates, err := w.Fleet.Fleet(ctx)
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(plates))
	for _, plate := range plates {
		there[plate] = true
	}
	for plate := range w.memory {
		if !there[plate] {
			w.forget(plate)
		}
	}
	if err := w.judge(ctx, plates, now); err != nil {
		return err
	}
	_, err = w.Books.RepeatAlerts(ctx, now.Add(-w.Limits.Repeat))
	return err
}

// atOnce bounds what Redis is asked in one go.
const atOnce = 1000

func (w *Watch) judge(ctx context.Context, plates []string, now time.Time) error {
	for some := range slices.Chunk(plates, atOnce) {
		states, err := w.Fleet.GetAll(ctx, some)
		if err != nil {
			return err
		}
		for _, s := range states {
			if err := w.judgeOne(ctx, s, now); err != nil {
				return err
			}
		}
		if err := w.note(ctx); err != nil {
			return err
		}
	}
	return nil
}

// judgeOne changes the alerts of one scooter. One that does not serve is in somebody's hands already.
func (w *Watch) judgeOne(ctx context.Context, s live.State, now time.Time) error {
	if !s.Booked() || s.Seen.IsZero() {
		return nil
	}
	if s.Service.Is != fleet.InService {
		w.forget(s.Plate)
		for _, kind := range staff.WatchedKinds() {
			if err := w.change(ctx, about{s.Plate, kind}, well, now); err != nil {
				return err
			}
		}
		return nil
	}
	m := w.memory[s.Plate]
	if m == nil {
		m = &memory{}
		w.memory[s.Plate] = m
	}
	before := *m
	verdicts := w.Limits.judge(s, m, w.inside, now)
	if *m != before {
		w.news[s.Plate] = m
	}
	for kind, v := range verdicts {
		if err := w.change(ctx, about{s.Plate, kind}, v, now); err != nil {
			return err
		}
	}
	return nil
}
