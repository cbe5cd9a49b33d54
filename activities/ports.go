package activities

import (
	"context"
	"time"

	"rodada/domain/command"
	"rodada/geo"
	"rodada/protocol"
)

// Publisher puts one frame on a scooter's topic. An error with Unsent() true means that it certainly did not; after any other,
// nobody knows.
type Publisher interface {
	Publish(ctx context.Context, plate string, qos byte, payload []byte) error
}

// Ears hear a scooter on its own topic for a while, where few answers come.
type Ears interface {
	Listen(ctx context.Context, plate string, d time.Duration) error
}

// Leases match acks to sends: who waits for which answer of which scooter. (Design, decision 2)
type Leases interface {
	// Take claims the answer with the given code for w, for as long as ttl; taking one's own again makes it last longer.
	Take(ctx context.Context, plate string, ack protocol.Code, w command.Waiter, ttl time.Duration) (command.Taken, error)
	// Watch looks for the answer to a send for a short while; nil: not yet, and from now on it is signalled.
	Watch(ctx context.Context, plate string, ack protocol.Code, sendID string, limit time.Duration) (*command.Ack, error)
	// Withdraw ends the wait: the ack that was claimed for it meanwhile, or nil, after which none can come.
	Withdraw(ctx context.Context, plate string, ack protocol.Code, sendID string) (*command.Ack, error)
	// TakeHeard asks for a SignalHeard at the next message of the scooter, whatever it is.
	TakeHeard(ctx context.Context, plate string, w command.Waiter, ttl time.Duration) error
}

// Secrets opens what was sealed.
type Secrets interface {
	Open(sealed, purpose string) (string, error)
}

// LastKnown is what a scooter last said of itself.
type LastKnown struct {
	SpeedKmh int // -1 unknown
	SpeedAt  time.Time
	TripKm   int // -1 unknown
	TripAt   time.Time
	Seen     time.Time
	Position *geo.Point // the last valid satellite fix; nil unknown
	FixedAt  time.Time
}

// Live is the last known state of scooters.
type Live interface {
	LastKnown(ctx context.Context, plate string) (LastKnown, error)
}
