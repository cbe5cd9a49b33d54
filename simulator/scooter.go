package simulator

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"rodada/protocol"
)

// Scooter is one simulated scooter: a goroutine that owns its behaviour, and a
// connection. Commands, movement and reports run one after another on that
// goroutine; the switches and Snapshot may be used from anywhere.
type Scooter struct {
	fleet    *Fleet
	opts     *Options
	clientID string
	link     link

	jobs chan func() // what the goroutine does next
	life context.Context
	end  context.CancelFunc
	idle chan struct{} // closed when the goroutine has ended
	run  sync.Once

	mu       sync.Mutex
	rnd      *rand.Rand
	state    State
	faults   faults
	upgrade  upgrade
	received []Received
	server   server
	pace     Intervals
	serial   int64
}

// server is where the box connects and as whom; 33 and 101 change it.
type server struct {
	url, username, password string
}

// queue is how many commands may wait for a slow scooter.
const queue = 256

func newScooter(f *Fleet, plate string, index int, rnd *rand.Rand) *Scooter {
	o := &f.opts
	s := &Scooter{
		fleet: f, opts: o, rnd: rnd, clientID: o.ClientID(plate),
		jobs: make(chan func(), queue), idle: make(chan struct{}),
		server: server{url: o.Broker, username: o.Username(plate), password: o.Password(plate)},
		pace:   o.Interval,
	}
	s.life, s.end = context.WithCancel(context.Background())
	lat, lng := around(o.Lat, o.Lng, o.Radius, rnd)
	s.state = State{
		Plate: plate, Lat: lat, Lng: lng, homeLat: o.Lat, homeLng: o.Lng, heading: rnd.Float64() * 360,
		Battery: 60 + 40*rnd.Float64(), LimitKmh: 25, Sensitivity: 25, BatteryLocked: true,
		Hardware: "RB-1", Firmware: "1.0.0", SIM: fmt.Sprintf("8958021%012d", index+1),
		IMEI: fmt.Sprintf("8600000%08d", index+1), Signal: 20 + rnd.IntN(11),
	}
	return s
}

// Plate is the scooter's present vehicle number.
func (s *Scooter) Plate() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state.Plate
}

func (s *Scooter) start(ctx context.Context) error {
	s.run.Do(func() { go s.loop() })
	if s.opts.Patience > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.opts.Patience)
		defer cancel()
	}
	return s.Online(ctx)
}

func (s *Scooter) stop() {
	s.end()
	s.run.Do(func() { close(s.idle) }) // never started
	<-s.idle
	s.Offline()
}

// loop is the scooter's life.
func (s *Scooter) loop() {
	defer close(s.idle)
	move := time.NewTicker(s.opts.Interval.Move)
	defer move.Stop()
	// The first reports are spread, so that a fleet does not speak in chorus.
	position := time.NewTimer(s.spread(s.paceNow().Position))
	defer position.Stop()
	heartbeat := time.NewTimer(s.spread(s.paceNow().Heartbeat))
	defer heartbeat.Stop()
	last := time.Now()
	for {
		select {
		case <-s.life.Done():
			return
		case job := <-s.jobs:
			job()
		case now := <-move.C:
			s.mu.Lock()
			s.state.move(now.Sub(last), s.rnd, s.opts.Still, s.faults.speed)
			s.mu.Unlock()
			last = now
		case <-position.C:
			s.report(protocol.PositionReport)
			position.Reset(s.paceNow().Position)
		case <-heartbeat.C:
			s.report(protocol.HeartbeatReport)
			heartbeat.Reset(s.paceNow().Heartbeat)
		}
	}
}

func (s *Scooter) paceNow() Intervals {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pace
}

func (s *Scooter) spread(d time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Duration(s.rnd.Int64N(int64(d) + 1))
}

// do hands work to the scooter's goroutine. It gives up when the scooter ends.
func (s *Scooter) do(job func()) {
	select {
	case s.jobs <- job:
	case <-s.life.Done():
	}
}

// after does the same later.
func (s *Scooter) after(d time.Duration, job func()) {
	if d <= 0 {
		job()
		return
	}
	time.AfterFunc(d, func() { s.do(job) })
}
