package command

import (
	"strings"
	"time"
)

// Order is a command that staff gave: who, why, what, and how it ended. Its row is there before anything is sent.
type Order struct {
	ID      string // UUID, ours; its workflow is command/<ID>
	Plate   string // what the scooter was called then
	StaffID string
	Email   string // of that member now; only read
	Reason  string
	Code    int
	Name    string
	Args    map[string]any // secrets hidden
	Ride    Ride
	// RentalID is the rental that held the scooter when staff asked; empty: none did.
	RentalID string
	Key      string // Idempotency-Key; empty: none
	Digest   string // of the request, so that a key is not used for another
	AskedAt  time.Time
	// Deadline is when it is too late to be sent, whenever its workflow begins.
	Deadline time.Time
	Ending
}

// Asks reports whether it changes nothing: what does could end a firmware upgrade in the middle.
func (o Order) Asks() bool { return strings.HasPrefix(o.Name, "query-") }

// Ending is how an order ended; Outcome is empty while it is under way.
type Ending struct {
	Outcome    Outcome   `json:"outcome"`
	Unsent     string    `json:"unsent,omitempty"`
	Attempts   int       `json:"attempts"` // how often it was sent
	Ack        *Ack      `json:"ack,omitempty"`
	FinishedAt time.Time `json:"finished_at"`
}

// Record is a send with whose it was, as the scooter's history shows it.
type Record struct {
	Send
	Number   int64 // grows with the time of storing
	Plate    string
	Origin   Origin
	OriginID string
	StaffID  string // who gave the command
	Email    string
	Reason   string
	RiderID  string // whose rental it was
}

// Filter picks records of a scooter; what is empty picks all.
type Filter struct {
	Code    int
	Outcome Outcome
	Since   time.Time
	Until   time.Time
	Before  Cursor
	Limit   int
}

// Cursor is where a page of records ends.
type Cursor struct {
	At     time.Time
	Number int64
}
