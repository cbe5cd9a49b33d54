package activities

import (
	"context"
	"time"

	"rodada/domain/command"
	"rodada/protocol"
)

// Publisher puts one frame on a scooter's topic. It fails when the broker is not connected.
type Publisher interface {
	Publish(ctx context.Context, plate string, qos byte, payload []byte) error
}

// Leases match acks to sends: who waits for which answer of which scooter. (Design, decision 2)
type Leases interface {
	// Take claims the answer with the given code for w. own: w's own send holds it already. busy: somebody else's does.
	Take(ctx context.Context, plate string, ack protocol.Code, w command.Waiter, ttl time.Duration) (Taken, error)
	// Withdraw ends the wait: the ack that was claimed for it meanwhile, or nil, after which none can come.
	Withdraw(ctx context.Context, plate string, ack protocol.Code, sendID string) (*command.Ack, error)
	// TakeHeard asks for a SignalHeard at the next message of the scooter, whatever it is.
	TakeHeard(ctx context.Context, plate string, w command.Waiter, ttl time.Duration) error
}

// Taken is how taking a lease went.
type Taken string

// The ways taking a lease goes.
const (
	TakenNew  Taken = "new"
	TakenOwn  Taken = "own"  // by an earlier attempt of the same send
	TakenBusy Taken = "busy" // by another send: wait for your turn
)

// LastKnown is what a scooter last said of itself.
type LastKnown struct {
	Speed    int // km/h; -1 unknown
	Seen     time.Time
	Position *Position
	Battery  int // percent; -1 unknown
}

// Position is a fix and when the scooter took it.
type Position struct {
	Lat, Lng float64
	At       time.Time
}
