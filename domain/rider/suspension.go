package rider

import (
	"time"

	"rodada/domain/fault"
)

// Suspension is whether a rider may ride, as staff see it.
type Suspension struct {
	RiderID    string
	At         time.Time // zero: the rider may ride
	Reason     string
	OpenRental string // that goes on meanwhile; its rider can see and end it
}

// ErrUnsettled is the answer to who wants to leave while a ride is not paid for yet.
var ErrUnsettled = fault.Declare(fault.Conflict, "rides_unsettled", "A ride of yours is not charged yet. Try again in a moment.")

// ErrLeft is the answer to who wants to leave with money in the wallet, and has not said what shall become of it.
var ErrLeft = fault.Declare(fault.Conflict, "balance_left", "There is money left in your wallet. Ride it up or have it paid back, or say that you give it up.")

// ErrSession is the answer to a session that is none, or over.
var ErrSession = fault.Declare(fault.NotFound, "session_unknown", "There is no such session.")

// Login is one session as its owner may know of it.
type Login struct {
	ID        string // UUID
	Agent     string // what the client said it is
	Address   string // of the client, at the log-in
	StartedAt time.Time
	UsedAt    time.Time // when its tokens were renewed last
	ExpiresAt time.Time
	EndedAt   time.Time // zero: it goes on
}
