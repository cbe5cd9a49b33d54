package poll

import (
	"container/heap"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"rodada/domain/fleet"
	"rodada/lease"
	"rodada/protocol"
	"rodada/telemetry/live"
)

// Turns says whose turn it is to ask a scooter.
type Turns interface {
	Ask(ctx context.Context, plate string, answer protocol.Code, window, every time.Duration) (lease.Turn, error)
}

// Live is what scooters last said, and which of them ride.
type Live interface {
	GetAll(ctx context.Context, plates []string) (map[string]live.State, error)
	AllRides(ctx context.Context) (map[string]live.Ride, error)
	LastHeard(ctx context.Context, after, until time.Time) ([]string, error)
}

// Publisher sends frames to scooters.
type Publisher interface {
	Publish(ctx context.Context, topic string, qos byte, payload []byte) error
}

// Pace is the time between two questions of a kind; 0: it is not asked.
type Pace struct{ Position, Vehicle, Signal time.Duration }

// Options are what a Poller works with.
type Options struct {
	Turns     Turns
	Live      Live
	Publisher Publisher
	Ride      Pace // of scooters that ride
	Idle      Pace // of all others that are online
	Rate      int  // questions a second at most
	Window    time.Duration
	Silence   time.Duration // after which a scooter is offline and not asked any more
	Metrics   prometheus.Registerer
	Log       *slog.Logger
	Now       func() time.Time // nil: the machine's
}

const (
	beat       = 100 * time.Millisecond // between two rounds
	ridesEvery = 2 * time.Second
	fleetEvery = 15 * time.Second
	afterBusy  = 250 * time.Millisecond
	longest    = time.Minute      // between two questions to one that rides and is silent
	elsewhere  = 30 * time.Second // before a scooter is looked at again that must not be asked now
	patience   = 2 * time.Second
	clocks     = time.Second // by which those of two bridges may differ
)

// Poller asks the scooters of a fleet. Any number of processes may do so for the same fleet.
type Poller struct {
	o      Options
	all    map[string]*scooter
	riding line
	idle   line
	asked  *prometheus.CounterVec
	rides  time.Time // when it was last read who rides
	fleet  time.Time // and who is online
}

// New returns a Poller that knows of no scooter yet.
func New(o Options) (*Poller, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	p := &Poller{o: o, all: map[string]*scooter{}, asked: prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "rodada", Subsystem: "poll", Name: "turns_total", Help: "Turns to ask a scooter, by what came of them.",
	}, []string{"outcome"})}
	return p, o.Metrics.Register(p.asked)
}

// Run asks until ctx ends.
func (p *Poller) Run(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	failed := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		round, cancel := context.WithTimeout(ctx, patience)
		err := p.Round(round)
		cancel()
		if err != nil && !failed && ctx.Err() == nil {
			p.o.Log.Warn("scooters are not asked", "error", err)
		}
		failed = err != nil
	}
}

// Round asks those whose turn it is: those that ride first, and no more than the rate allows in a beat.
func (p *Poller) Round(ctx context.Context) error {
	now := p.o.Now()
	if err := p.refresh(ctx, now); err != nil {
		return err
	}
	budget := max(1, p.o.Rate*int(beat/time.Millisecond)/1000)
	ready := p.riding.ready(now, budget)
	ready = append(ready, p.idle.ready(now, budget-len(ready))...)
	if len(ready) == 0 {
		return nil
	}
	defer func() { // whatever happened, each has its place in line again
		for _, s := range ready {
			if !s.next.After(now) {
				s.next = now.Add(time.Second)
			}
			p.enter(s)
		}
	}()
	plates := make([]string, len(ready))
	for i, s := range ready {
		plates[i] = s.plate
	}
	states, err := p.o.Live.GetAll(ctx, plates)
	if err != nil {
		return err
	}
	for _, s := range ready {
		err = errors.Join(err, p.turn(ctx, s, states[s.plate], now))
	}
	return err
}

// turn asks one scooter, unless it is not the time.
func (p *Poller) turn(ctx context.Context, s *scooter, state live.State, now time.Time) error {
	if state.Hold.Is == fleet.Upgrading || !s.riding && !state.Booked() {
		s.next = now.Add(elsewhere)
		return nil
	}
	if s.silent++; s.asked.IsZero() || !state.Seen.Before(s.asked.Add(-clocks)) {
		s.silent = 0
	}
	which, ok := s.earliest()
	if !ok {
		s.next = now.Add(elsewhere)
		return nil
	}
	every := p.pace(s)[which]
	turn, err := p.o.Turns.Ask(ctx, s.plate, questions[which].answer, p.o.Window, every-every/10)
	if err != nil {
		return err
	}
	p.asked.WithLabelValues(string(turn)).Inc()
	switch turn {
	case lease.TurnBusy:
		s.next = now.Add(afterBusy)
		return nil
	case lease.TurnEarly:
		s.due[which] = now.Add(every / 2)
	case lease.TurnNow:
		s.due[which] = now.Add(every)
		s.asked = now
		err = p.send(ctx, s.plate, questions[which].ask)
	}
	p.after(s, now)
	return err
}

func (p *Poller) send(ctx context.Context, plate string, code protocol.Code) error {
	frame, err := protocol.Encode(protocol.Command{Code: code}, protocol.Dialect{}) // nothing in it differs by dialect
	if err != nil {
		return err
	}
	return p.o.Publisher.Publish(ctx, plate, 0, frame) // what a scooter misses must not wait for it at the broker
}

// after says when the scooter's next turn is: when its next question is due, and later and later for one that is silent.
func (p *Poller) after(s *scooter, now time.Time) {
	which, _ := s.earliest()
	s.next = s.due[which]
	if soonest := now.Add(afterBusy); s.next.Before(soonest) {
		s.next = soonest
	}
	if s.silent == 0 {
		return
	}
	wait := p.o.Window << min(s.silent, 10)
	if s.riding {
		wait = min(wait, longest)
	}
	if later := now.Add(wait); later.After(s.next) {
		s.next = later
	}
}

func (p *Poller) pace(s *scooter) [len(questions)]time.Duration {
	pace := p.o.Idle
	if s.riding {
		pace = p.o.Ride
	}
	return [...]time.Duration{pace.Position, pace.Vehicle, pace.Signal}
}

// refresh learns who rides and who is online.
func (p *Poller) refresh(ctx context.Context, now time.Time) error {
	if now.Sub(p.rides) < ridesEvery {
		return nil
	}
	rides, err := p.o.Live.AllRides(ctx)
	if err != nil {
		return err
	}
	p.rides = now
	if now.Sub(p.fleet) >= fleetEvery {
		online, err := p.o.Live.LastHeard(ctx, now.Add(-p.o.Silence), now.Add(time.Hour))
		if err != nil {
			return err
		}
		p.fleet = now
		p.keep(online, rides)
	}
	for plate := range rides {
		if p.all[plate] == nil {
			p.all[plate] = &scooter{plate: plate, index: -1}
		}
	}
	for _, s := range p.all {
		_, riding := rides[s.plate]
		if riding != s.riding || s.index < 0 {
			p.leave(s)
			s.riding = riding
			p.begin(s, now)
			p.enter(s)
		}
	}
	return nil
}

// keep forgets who is neither online nor rides, and adds who is new.
func (p *Poller) keep(online []string, rides map[string]live.Ride) {
	there := make(map[string]bool, len(online))
	for _, plate := range online {
		there[plate] = true
		if p.all[plate] == nil {
			p.all[plate] = &scooter{plate: plate, index: -1}
		}
	}
	for plate, s := range p.all {
		if _, riding := rides[plate]; !riding && !there[plate] {
			p.leave(s)
			delete(p.all, plate)
		}
	}
}

// begin spreads a scooter's first questions over their pace: a thousand that come at once are not asked at once.
func (p *Poller) begin(s *scooter, now time.Time) {
	for i, every := range p.pace(s) {
		s.due[i] = time.Time{}
		if every > 0 {
			s.due[i] = now.Add(rand.N(every)) //nolint:gosec // chance, not secrecy
		}
	}
	s.next = now.Add(elsewhere)
	if which, ok := s.earliest(); ok {
		s.next = s.due[which]
	}
}

func (p *Poller) lineOf(s *scooter) *line {
	if s.riding {
		return &p.riding
	}
	return &p.idle
}

func (p *Poller) enter(s *scooter) { heap.Push(p.lineOf(s), s) }

func (p *Poller) leave(s *scooter) {
	l := p.lineOf(s)
	if s.index >= 0 && s.index < len(*l) && slices.Contains((*l)[s.index:s.index+1], s) {
		heap.Remove(l, s.index)
	}
}
