package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/geo"
	"rodada/protocol"
	"rodada/workflows"
)

// stage is where a story is played: on the virtual clock of a test environment, or on a real server.
type stage interface {
	Now() time.Time
	RegisterDelayedCallback(do func(), after time.Duration)
	SignalWorkflow(name string, input any)
}

// box is the scooter's, with the broker, the bridge and the leases between it and the worker.
type box struct {
	mu      sync.Mutex
	env     stage
	sent    []frame
	script  map[protocol.Code][]answer // of the next sends of a code; then it answers ok
	mute    map[protocol.Code]bool     // never answers these
	leases  map[protocol.Code]held
	taken   map[protocol.Code]command.Ack
	heard   *command.Waiter
	ids     map[string]int // leases taken by a send, but for those given back with nothing sent
	out     bool           // something was sent since the last lease was taken
	pending []command.Ack  // signalled to a run that was over already

	real        bool          // the clock is: whoever watches for an answer waits
	usual       time.Duration // until it answers
	away        bool          // hears nothing, says nothing
	off         bool          // switched off, as its reports say
	speed, trip int
	position    string
	known       activities.LastKnown
	liveErr     error
	brokerErr   error // of each publish
	leaseErr    error // of each use of the leases
}

type held struct {
	command.Waiter
	until   time.Time
	watched bool
}

// frame is one command on the wire.
type frame struct {
	code protocol.Code
	kmh  int
	at   time.Time
}

// answer is how the scooter takes one command.
type answer struct {
	after  time.Duration
	status int
	silent bool
	mute   bool          // its answer has no status
	lost   bool          // the bridge claims it, and its signal gets lost
	skew   time.Duration // of the bridge's clock
	lacks  []string      // values that do not come with it
	// unheard: live state has nothing of it.
	unheard bool
}

func newBox() *box {
	return &box{
		script: map[protocol.Code][]answer{}, mute: map[protocol.Code]bool{}, leases: map[protocol.Code]held{},
		taken: map[protocol.Code]command.Ack{}, known: activities.LastKnown{SpeedKmh: -1, TripKm: -1},
		usual: 100 * time.Millisecond, ids: map[string]int{},
	}
}

// will says how the next sends of a code end.
func (b *box) will(code protocol.Code, answers ...answer) {
	b.script[code] = append(b.script[code], answers...)
}

func (b *box) Publish(_ context.Context, _ string, _ byte, payload []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.out = true
	if b.brokerErr != nil {
		return b.brokerErr
	}
	n, kmh := decode(payload)
	code := protocol.Code(n)
	b.sent = append(b.sent, frame{code, kmh, b.env.Now()})
	how := answer{after: b.usual, silent: b.mute[code]}
	if left := b.script[code]; len(left) > 0 {
		how, b.script[code] = left[0], left[1:]
	}
	spec, ok := protocol.Lookup(code)
	if !ok {
		return errors.New("not in the catalogue")
	}
	if !how.silent && !b.away {
		b.env.RegisterDelayedCallback(func() { b.say(spec.Ack, how) }, how.after)
	}
	return nil
}

// say is a message of the scooter, an answer or not, on its way through the bridge.
func (b *box) say(code protocol.Code, how answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.env.Now()
	b.known.Seen = now
	if code == protocol.VehicleReport && !how.unheard {
		b.known.SpeedKmh, b.known.SpeedAt, b.known.TripKm, b.known.TripAt = b.speed, now, b.trip, now
	}
	if b.heard != nil {
		b.env.SignalWorkflow(workflows.SignalHeard, command.Heard{SendID: b.heard.SendID, At: now})
		b.heard = nil
	}
	lease, ok := b.leases[code]
	if !ok || !now.Before(lease.until) {
		return
	}
	delete(b.leases, code)
	ack := command.Ack{SendID: lease.SendID, Code: int(code), ReceivedAt: now.Add(how.skew), Values: map[string]any{}, Frame: fmt.Appendf(nil, `{"a":%d}`, code)}
	switch code {
	case protocol.VehicleReport:
		ack.Values = map[string]any{"speed_kmh": float64(b.speed), "trip_km": float64(b.trip), "power": float64(0)}
		if b.off {
			ack.Values["power"] = float64(1)
		}
		for _, name := range how.lacks {
			delete(ack.Values, name)
		}
	case protocol.PositionReport:
		ack.Values = map[string]any{"position": b.position}
	default:
		if !how.mute {
			ack.Status = &how.status
		}
	}
	b.taken[code] = ack
	if !how.lost && !lease.watched {
		b.pending = append(b.pending, ack)
		b.env.SignalWorkflow(workflows.SignalAck, ack)
	}
}

// tellOf answers a lease with values of its own, as a box does that is not asked for a ride.
func (b *box) tellOf(code protocol.Code, values map[string]any, status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.env.Now()
	b.known.Seen = now
	if b.heard != nil {
		b.env.SignalWorkflow(workflows.SignalHeard, command.Heard{SendID: b.heard.SendID, At: now})
		b.heard = nil
	}
	lease, ok := b.leases[code]
	if !ok || !now.Before(lease.until) {
		return
	}
	delete(b.leases, code)
	ack := command.Ack{SendID: lease.SendID, Code: int(code), ReceivedAt: now, Values: values, Status: &status}
	b.taken[code] = ack
	b.env.SignalWorkflow(workflows.SignalAck, ack)
}

// carry delivers to a new run what its forerunner may not have read.
func (b *box) carry(acks []command.Ack) {
	b.env.RegisterDelayedCallback(func() {
		for _, ack := range acks {
			b.env.SignalWorkflow(workflows.SignalAck, ack)
		}
	}, time.Millisecond)
}

func (b *box) Take(_ context.Context, _ string, ack protocol.Code, w command.Waiter, ttl time.Duration) (command.Taken, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leaseErr != nil {
		return "", b.leaseErr
	}
	now := b.env.Now()
	if lease, ok := b.leases[ack]; ok && now.Before(lease.until) {
		if lease.SendID != w.SendID {
			return command.TakenBusy, nil
		}
		b.leases[ack] = held{Waiter: w, until: now.Add(ttl)}
		return command.TakenOwn, nil
	}
	if b.taken[ack].SendID == w.SendID {
		return command.TakenAnswered, nil
	}
	delete(b.taken, ack)
	b.leases[ack] = held{Waiter: w, until: now.Add(ttl), watched: true}
	b.ids[w.SendID]++
	b.out = false
	return command.TakenNew, nil
}

// Watch looks where answers arrive. On the virtual clock nobody answers that soon: the answer will be signalled.
func (b *box) Watch(_ context.Context, _ string, code protocol.Code, sendID string, limit time.Duration) (*command.Ack, error) {
	for end := time.Now().Add(limit); b.real && time.Now().Before(end); <-time.After(time.Millisecond) {
		if ack := b.seen(code, sendID); ack != nil {
			return ack, nil
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if ack, ok := b.taken[code]; ok && ack.SendID == sendID {
		return &ack, nil
	}
	if lease, ok := b.leases[code]; ok && lease.SendID == sendID {
		lease.watched = false
		b.leases[code] = lease
	}
	return nil, nil
}

func (b *box) seen(code protocol.Code, sendID string) *command.Ack {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ack, ok := b.taken[code]; ok && ack.SendID == sendID {
		return &ack
	}
	return nil
}

func (b *box) Withdraw(_ context.Context, _ string, code protocol.Code, sendID string) (*command.Ack, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.leaseErr != nil {
		return nil, b.leaseErr
	}
	if b.leases[code].SendID == sendID {
		delete(b.leases, code)
		if !b.out && b.ids[sendID] == 1 {
			delete(b.ids, sendID)
		}
	}
	if ack, ok := b.taken[code]; ok && ack.SendID == sendID {
		return &ack, nil
	}
	return nil, nil
}

func (b *box) TakeHeard(_ context.Context, _ string, w command.Waiter, _ time.Duration) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = &w
	return b.leaseErr
}

func (b *box) LastKnown(context.Context, string) (activities.LastKnown, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known, b.liveErr
}

// reset ends whatever is wrong with the scooter and the way to it.
func (b *box) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.script, b.mute = map[protocol.Code][]answer{}, map[protocol.Code]bool{}
	b.away, b.speed, b.known.SpeedKmh, b.liveErr, b.brokerErr, b.leaseErr = false, 0, 0, nil, nil, nil
}

// drive sets the speed, as its next report will have it and its last one had.
func (b *box) drive(kmh int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.speed, b.known.SpeedKmh = kmh, kmh
}

// answered reports whether an answer has come that nobody has cleared away.
func (b *box) answered(code protocol.Code) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.taken[code].SendID != ""
}

// shut switches it off, as staff's lock does.
func (b *box) shut() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.off = true
}

func (b *box) stand(at geo.Point) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known.Position = &at
}

// times of the frames of a code.
func (b *box) times(code protocol.Code) []time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	var at []time.Time
	for _, f := range b.sent {
		if f.code == code {
			at = append(at, f.at)
		}
	}
	return at
}

func (b *box) count(code protocol.Code) int { return len(b.times(code)) }

// limits are the speed limits that were sent.
func (b *box) limits() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	var kmh []int
	for _, f := range b.sent {
		if f.code == protocol.SetSpeedLimit {
			kmh = append(kmh, f.kmh)
		}
	}
	return kmh
}
