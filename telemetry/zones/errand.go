package zones

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"rodada/domain/zone"
)

// How long a ride is tried to be told in one go. After that its next position says it again, for as long as it goes on.
const (
	tellFor      = 2 * time.Minute
	tellWait     = 5 * time.Second // of one call
	pauseFirst   = 250 * time.Millisecond
	pauseLongest = 10 * time.Second
	tellers      = 16
)

type errand struct {
	zone.Crossing
	since time.Time
}

// errands are the crossings that rides have not heard of yet: of each ride in order, and of what is in force the latest alone.
// They wait beside the reports, which go on while Temporal is away.
type errands struct {
	tell func(ctx context.Context, plate string, c zone.Crossing) error
	told func(ctx context.Context, plate string, c zone.Crossing)
	log  *slog.Logger

	mu   sync.Mutex
	open map[string][]errand // by plate; the key is there while somebody is at it
	todo []string
	wake chan struct{}
}

// add queues what a ride does not know of.
func (e *errands) add(plate string, s state, passes []zone.Crossing) {
	if len(passes) == 0 && key(s.In) == s.Told {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	list, busy := e.open[plate]
	now := time.Now()
	for _, p := range passes {
		list = append(list, errand{p, now})
	}
	if key(s.In) != s.Told && !slices.ContainsFunc(list, func(x errand) bool { return !x.Passed && x.Crossing == s.In }) {
		list = slices.DeleteFunc(list, func(x errand) bool { return !x.Passed })
		list = append(list, errand{s.In, now})
	}
	e.open[plate] = list
	if !busy {
		e.todo = append(e.todo, plate)
		select {
		case e.wake <- struct{}{}:
		default:
		}
	}
}

func (e *errands) run(ctx context.Context) {
	slots := make(chan struct{}, tellers)
	var all sync.WaitGroup
	defer all.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		}
		e.mu.Lock()
		todo := e.todo
		e.todo = nil
		e.mu.Unlock()
		for _, plate := range todo {
			select {
			case <-ctx.Done():
				return
			case slots <- struct{}{}:
			}
			all.Go(func() {
				defer func() { <-slots }()
				e.serve(ctx, plate)
			})
		}
	}
}

// serve tells one ride what it does not know of, until there is nothing left.
func (e *errands) serve(ctx context.Context, plate string) {
	pause := pauseFirst
	for {
		e.mu.Lock()
		list := e.open[plate]
		if len(list) == 0 || ctx.Err() != nil {
			delete(e.open, plate)
			e.mu.Unlock()
			return
		}
		next := list[0]
		e.mu.Unlock()
		err := e.once(ctx, plate, next.Crossing)
		if err == nil || time.Since(next.since) > tellFor {
			if err != nil && ctx.Err() == nil {
				e.log.Warn("a ride could not be told what it crossed", "plate", plate, "rental", next.RentalID, "error", err)
			}
			e.drop(plate, next)
			pause = pauseFirst
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(2*pause, pauseLongest)
	}
}

func (e *errands) once(ctx context.Context, plate string, c zone.Crossing) error {
	ctx, cancel := context.WithTimeout(ctx, tellWait)
	defer cancel()
	if err := e.tell(ctx, plate, c); err != nil {
		return err
	}
	if !c.Passed {
		e.told(ctx, plate, c)
	}
	return nil
}

// drop takes an errand from the list, where it may not be any more.
func (e *errands) drop(plate string, done errand) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.open[plate] = slices.DeleteFunc(e.open[plate], func(x errand) bool { return x == done })
}
