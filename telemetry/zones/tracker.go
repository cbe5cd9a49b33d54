package zones

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"rodada/domain/rental"
	"rodada/domain/zone"
	"rodada/protocol"
	"rodada/telemetry/event"
)

// Source knows the zones in force. It is asked often, and answers quickly while nothing has changed.
type Source interface {
	Zones(ctx context.Context) (zone.Set, error)
}

// Register knows who rides which scooter.
type Register interface {
	Rides(ctx context.Context, plates []string) (map[string]rental.Ride, error)
}

// Teller tells a ride what it has crossed; nil: it has heard, or is over and need not.
type Teller func(ctx context.Context, plate string, c zone.Crossing) error

// Options are what a tracker works with.
type Options struct {
	Redis   redis.UniversalClient
	Prefix  string
	Zones   Source
	Rides   Register
	Tell    Teller
	Refresh time.Duration // how often the zones are asked for. Default: 5 s
	Log     *slog.Logger
}

// Tracker takes what scooters say and tells rides what they cross. Run it.
type Tracker struct {
	options Options
	store   store
	mu      sync.RWMutex
	set     zone.Set
	known   bool
	errands errands
}

// New makes a tracker.
func New(o Options) *Tracker {
	if o.Refresh <= 0 {
		o.Refresh = 5 * time.Second
	}
	t := &Tracker{options: o, store: store{o.Redis, o.Prefix}}
	t.errands = errands{tell: o.Tell, told: t.told, log: o.Log, wake: make(chan struct{}, 1), open: map[string][]errand{}}
	return t
}

// Name is what the tracker is called among those who take what scooters say.
func (t *Tracker) Name() string { return "zones" }

// Run keeps the zones fresh and tells rides what they have crossed, until ctx is over.
func (t *Tracker) Run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { t.errands.run(ctx) })
	for ctx.Err() == nil {
		t.refresh(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(t.options.Refresh):
		}
	}
	both.Wait()
}

// refresh asks for the zones. While they can't be had, the last ones hold.
func (t *Tracker) refresh(ctx context.Context) {
	set, err := t.options.Zones.Zones(ctx)
	if err != nil {
		if ctx.Err() == nil {
			t.options.Log.Warn("the zones can't be read; those of before hold", "error", err)
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.set, t.known = set, true
}

// fix is a position that can be believed.
type fix struct {
	event.Position
	at time.Time
}

// Take follows the rides of a batch. Nothing is asked while there are no zones.
func (t *Tracker) Take(ctx context.Context, batch []event.Report) error {
	t.mu.RLock()
	set, known := t.set, t.known
	t.mu.RUnlock()
	if !known || set.Version == 0 {
		return nil
	}
	fixes := map[string][]fix{}
	var plates []string
	for _, r := range batch {
		for _, f := range r.Facts {
			if p, is := f.(event.Position); is && p.Flaw == event.NoFlaw && p.Source == protocol.GPS {
				if fixes[r.Plate] == nil {
					plates = append(plates, r.Plate)
				}
				fixes[r.Plate] = append(fixes[r.Plate], fix{p, r.At()})
			}
		}
	}
	if len(plates) == 0 {
		return nil
	}
	rides, err := t.options.Rides.Rides(ctx, plates)
	if err != nil {
		return err
	}
	ridden := plates[:0]
	for _, plate := range plates {
		if _, rides := rides[plate]; rides {
			ridden = append(ridden, plate)
		}
	}
	return t.follow(ctx, set, rides, ridden, fixes)
}

// tries is how often a scooter's state is read again that another bridge has written meanwhile.
const tries = 10

var errBusy = errors.New("zones: another one keeps writing where these rides are")

func (t *Tracker) follow(ctx context.Context, set zone.Set, rides map[string]rental.Ride, plates []string, fixes map[string][]fix) error {
	for try := 0; len(plates) > 0; try++ {
		if try == tries {
			return errBusy
		}
		was, err := t.store.read(ctx, plates)
		if err != nil {
			return err
		}
		now, passes := map[string]state{}, map[string][]zone.Crossing{}
		for _, plate := range plates {
			ride := rides[plate]
			s := stateOf(was[plate], ride.RentalID)
			before, places := s.At, len(s.Here)
			for _, f := range fixes[plate] {
				if f.at.Before(ride.Since.Truncate(time.Second)) { // as boxes count
					continue // of before the ride
				}
				passes[plate] = append(passes[plate], s.move(set, f.Point, f.at, ride.ModelID)...)
			}
			if !s.At.Equal(before) || len(s.Here) != places {
				now[plate] = s
			}
		}
		lost, err := t.store.write(ctx, was, now)
		if err != nil {
			return err
		}
		for _, plate := range lost {
			delete(now, plate)
		}
		for plate, s := range now {
			t.errands.add(plate, s, passes[plate])
		}
		plates = lost
	}
	return nil
}

// stateOf reads a state; that of another ride, and one that can't be read, is as if there were none.
func stateOf(text, rentalID string) state {
	var s state
	if text == "" || json.Unmarshal([]byte(text), &s) != nil || s.RentalID != rentalID {
		return begin(rentalID)
	}
	return s
}

// told writes down what a ride has heard of. When that fails it is told once more, which changes nothing.
func (t *Tracker) told(ctx context.Context, plate string, c zone.Crossing) {
	for range tries {
		was, err := t.store.read(ctx, []string{plate})
		if err != nil {
			return
		}
		s := stateOf(was[plate], c.RentalID)
		if s.At.IsZero() || key(s.In) != key(c) {
			return // it is somewhere else by now
		}
		s.Told = key(c)
		if lost, err := t.store.write(ctx, was, map[string]state{plate: s}); err != nil || len(lost) == 0 {
			return
		}
	}
}
