package devstack

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// A service that ends again and again has a reason that a restart does not mend.
const (
	revivals       = 3
	revivalsWithin = time.Minute
)

// reviver starts services again that end by themselves, and tells it in one line each time.
type reviver struct {
	ctx  context.Context // ends with the stack
	end  context.CancelFunc
	part func(Service) lifecycle
	say  func(line string)

	mu      sync.Mutex
	stopped bool
	under   sync.WaitGroup // starts that are under way
	begun   map[Service][]time.Time
}

func newReviver(part func(Service) lifecycle, say func(string)) *reviver {
	r := &reviver{part: part, say: say, begun: map[Service][]time.Time{}}
	r.ctx, r.end = context.WithCancel(context.Background())
	return r
}

// ended is told of a service that ended unasked.
func (r *reviver) ended(name Service, exit error, logFile string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return
	}
	recent := r.begun[name][:0]
	for _, at := range r.begun[name] {
		if time.Since(at) < revivalsWithin {
			recent = append(recent, at)
		}
	}
	if len(recent) == revivals {
		r.say(fmt.Sprintf("%s ended by itself again (%v) and stays down; %s may say why. Stop all with Ctrl-C and start it again.", name, exit, logFile))
		return
	}
	r.begun[name] = append(recent, time.Now())
	r.say(fmt.Sprintf("%s ended by itself (%v); starting it again", name, exit))
	r.under.Go(func() {
		if err := r.part(name).Start(r.ctx); err != nil && r.ctx.Err() == nil {
			r.say(fmt.Sprintf("%v. Stop all with Ctrl-C and start it again.", err))
		} else if err == nil {
			r.say(string(name) + " is back")
		}
	})
}

// stop starts nothing any more and waits for what is under way.
func (r *reviver) stop() {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.end()
	r.under.Wait()
}
