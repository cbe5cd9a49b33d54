package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// hub gives the changes of the map to every client of this process: it reads them once a turn, however many there are, and not at
// all while there is none. A client that is slow finds the latest of each scooter when it comes to look, and holds up nobody.
type hub struct {
	live    Live
	changes Changes
	silence time.Duration // after which a scooter is offline
	turn    time.Duration
	now     func() time.Time
	log     *slog.Logger

	mu       sync.Mutex
	watchers map[*watcher]bool
	stop     context.CancelFunc // of the turns; nil: nobody watches

	snapshots sync.Mutex // held while one is made: who comes meanwhile takes the same
	latest    *snapshot
}

// snapshot is all scooters as they were when or after a cursor was the latest.
type snapshot struct {
	scooters []json.RawMessage
	cursor   string
	made     time.Time
}

const (
	mapTurn    = time.Second      // how often clients of the map hear of changes at most
	mapRecheck = 10 * time.Second // how long a member of staff sees the map who may not any more
)

// snapshotFor is how long a snapshot does for who comes next; what changed since is told after it.
const snapshotFor = 3 * time.Second

// watcher is one client of the hub.
type watcher struct {
	wake chan struct{} // has room for one

	mu      sync.Mutex
	pending map[string]json.RawMessage // by plate
	cursor  string
	lost    bool // changes were missed: it takes a snapshot
}

func (w *watcher) put(scooters map[string]json.RawMessage, cursor string, lost bool) {
	w.mu.Lock()
	maps.Copy(w.pending, scooters)
	w.cursor, w.lost = cursor, w.lost || lost
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// take is what came since it was called last.
func (w *watcher) take() (scooters map[string]json.RawMessage, cursor string, lost bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	scooters, cursor, lost = w.pending, w.cursor, w.lost
	w.pending, w.lost = map[string]json.RawMessage{}, false
	return scooters, cursor, lost
}

// join adds a client, who hears of all that changes from here on, until it leaves.
func (h *hub) join(ctx context.Context) (w *watcher, leave func(), err error) {
	w = &watcher{wake: make(chan struct{}, 1), pending: map[string]json.RawMessage{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stop == nil {
		cursor, err := h.changes.Now(ctx)
		if err != nil {
			return nil, nil, err
		}
		turning, stop := context.WithCancel(context.WithoutCancel(ctx))
		h.watchers, h.stop = map[*watcher]bool{}, stop
		go h.run(turning, cursor, h.now().Add(-h.silence))
	}
	h.watchers[w] = true
	return w, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, w)
		if len(h.watchers) == 0 && h.stop != nil {
			h.stop()
			h.stop = nil
		}
	}, nil
}

// run takes turns until nobody watches: it tells what changed after a cursor, and who was last heard after a time.
func (h *hub) run(ctx context.Context, cursor string, until time.Time) {
	ticker := time.NewTicker(h.turn)
	defer ticker.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		next, heardUntil, err := h.round(ctx, cursor, until)
		if err == nil {
			cursor, until = next, heardUntil
		} else if !failed && ctx.Err() == nil {
			h.log.Warn("the map can't be read; its clients wait", "error", err)
		}
		failed = err != nil
	}
}

// round tells what changed after a cursor, and who has fallen silent since.
func (h *hub) round(ctx context.Context, cursor string, until time.Time) (string, time.Time, error) {
	silent := h.now().Add(-h.silence)
	scooters, last, kept, err := h.since(ctx, cursor, until, silent)
	if err != nil {
		return "", until, err
	}
	if !kept {
		last, err = h.changes.Now(ctx)
		if err != nil {
			return "", until, err
		}
	}
	if len(scooters) > 0 || !kept {
		h.tell(scooters, last, !kept)
	}
	return last, silent, nil
}

// since is the scooters that changed after a cursor or were last heard between two times, as they are now.
func (h *hub) since(ctx context.Context, cursor string, after, until time.Time) (map[string]json.RawMessage, string, bool, error) {
	plates, last, kept, err := h.changes.Since(ctx, cursor)
	if err != nil || !kept {
		return nil, "", kept, err
	}
	silent, err := h.changes.LastHeard(ctx, after, until)
	if err != nil {
		return nil, "", false, err
	}
	scooters, err := h.look(ctx, append(plates, silent...))
	return scooters, last, true, err
}

// look reads how scooters are now, each as the JSON that every client gets.
func (h *hub) look(ctx context.Context, plates []string) (map[string]json.RawMessage, error) {
	scooters := make(map[string]json.RawMessage, len(plates))
	for some := range slices.Chunk(plates, 1000) {
		seen, err := h.live.Sightings(ctx, some)
		if err != nil {
			return nil, err
		}
		now := h.now()
		for plate, s := range seen {
			shown, ours := onMap(s, now, h.silence)
			if !ours {
				continue
			}
			if scooters[plate], err = json.Marshal(shown); err != nil {
				return nil, err
			}
		}
	}
	return scooters, nil
}

func (h *hub) tell(scooters map[string]json.RawMessage, cursor string, lost bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.watchers {
		w.put(scooters, cursor, lost)
	}
}

// all is every scooter, in the order of their plates.
func (h *hub) all(ctx context.Context) (*snapshot, error) {
	h.snapshots.Lock()
	defer h.snapshots.Unlock()
	if h.latest != nil && h.now().Sub(h.latest.made) < snapshotFor {
		return h.latest, nil
	}
	s := &snapshot{made: h.now()}
	var err error
	if s.cursor, err = h.changes.Now(ctx); err != nil {
		return nil, err
	}
	plates, err := h.changes.Fleet(ctx)
	if err != nil {
		return nil, err
	}
	slices.Sort(plates)
	for some := range slices.Chunk(plates, 1000) {
		scooters, err := h.look(ctx, some)
		if err != nil {
			return nil, err
		}
		for _, plate := range some {
			if shown, ok := scooters[plate]; ok {
				s.scooters = append(s.scooters, shown)
			}
		}
	}
	h.latest = s
	return s, nil
}
