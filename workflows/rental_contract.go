package workflows

import (
	"strings"
	"time"

	"rodada/domain/fare"
	"rodada/domain/rental"
	"rodada/protocol"
)

// RentalName is the workflow type of a rental. It is the holder of its scooter: a running workflow with the ID
// scooter/<plate> is the one who has it.
const RentalName = "Rental"

const scooterPrefix = "scooter/"

// ScooterID is the workflow ID of whoever holds the scooter.
func ScooterID(plate string) string { return scooterPrefix + plate }

// ScooterPlate is the inverse of ScooterID.
func ScooterPlate(workflowID string) (plate string, ok bool) {
	return strings.CutPrefix(workflowID, scooterPrefix)
}

// RentalInput starts a rental whose row is in the store already, or goes on with one (State) after continue-as-new.
type RentalInput struct {
	RentalID      string         `json:"rental_id"`
	RiderID       string         `json:"rider_id"`
	Plate         string         `json:"plate"`
	Dialect       Dialect        `json:"dialect"`
	ModelID       int64          `json:"model_id,omitempty"`
	MaxKmh        int            `json:"max_kmh"`   // what the model can drive
	LimitKmh      int            `json:"limit_kmh"` // the limit to put back after a forced slow-down
	Tariff        fare.Tariff    `json:"tariff"`
	Discount      *fare.Discount `json:"discount,omitempty"`      // of a promotion or a pass; nil: none
	ReservedUntil time.Time      `json:"reserved_until,omitzero"` // zero: unlock at once
	Deadline      time.Time      `json:"deadline,omitzero"`       // of the unlock; zero for a reservation
	Limits        RentalLimits   `json:"limits"`
	State         *RentalState   `json:"state,omitempty"`
}

// Dialect is how the box of this scooter's model writes frames.
type Dialect = protocol.Dialect

// RentalLimits are the times a rental lives by.
type RentalLimits struct {
	AckWindow    time.Duration `json:"ack_window"`    // how long an ack may take
	UnlockWindow time.Duration `json:"unlock_window"` // from the request to the ack of the unlock
	RemindAfter  time.Duration `json:"remind_after"`  // of a ride that nobody ends; 0: never
	PauseAfter   time.Duration `json:"pause_after"`
	EndAfter     time.Duration `json:"end_after"`
	LockBackoff  time.Duration `json:"lock_backoff"`         // first wait between two tries to secure
	LockMaximum  time.Duration `json:"lock_backoff_max"`     // longest such wait
	ZoneGrace    time.Duration `json:"zone_grace,omitempty"` // to ride back from where nobody may ride; 0: it is never paused for that
	AlertAfter   int           `json:"alert_after"`          // tries to secure before staff are alerted
}

// Updates of a rental. Every message names the rental that it means, because the next holder has the same workflow ID.
// An update meant for another rental is rejected with rental_over.
const (
	// UpdateBegin waits until the unlock, or the reservation, is decided. Update ID: the rental's ID.
	UpdateBegin = "begin" // RentalRef -> RentalOutcome
	// UpdateUnlock turns a reservation into a ride and waits until the unlock is decided.
	UpdateUnlock = "unlock" // UnlockRequest -> RentalOutcome
	UpdateCancel = "cancel" // RentalRef -> RentalOutcome: gives a reservation back
	UpdatePause  = "pause"  // RentalRef -> RentalOutcome; pausing a paused ride changes nothing
	UpdateResume = "resume" // RentalRef -> RentalOutcome
	// UpdateEnd stops the meter and answers when the scooter is locked or the first lock failed.
	UpdateEnd = "end" // EndRequest -> RentalOutcome
	// UpdateRelease is staff's way out of securing: the scooter goes to maintenance, locked or not.
	UpdateRelease = "release" // ReleaseRequest -> RentalOutcome
)

// Signals of a rental and of every workflow that sends commands.
const (
	SignalAck   = "ack"   // command.Ack: the answer to one of its sends
	SignalHeard = "heard" // command.Heard: the scooter said something since it asked
)

// QueryRental gives the RentalView of a running rental.
const QueryRental = "rental"

// RentalRef names the rental a message means.
type RentalRef struct {
	RentalID string `json:"rental_id"`
}

// UnlockRequest turns a reservation into a ride.
type UnlockRequest struct {
	RentalID string    `json:"rental_id"`
	Deadline time.Time `json:"deadline"` // for the ack of the unlock
}

// EndRequest ends a ride.
type EndRequest struct {
	RentalID string       `json:"rental_id"`
	Cause    rental.Cause `json:"cause"`          // rider, or staff, who skip the zone check
	By       string       `json:"by,omitempty"`   // staff ID, when Cause is staff
	Note     string       `json:"note,omitempty"` // staff's reason
}

// ReleaseRequest takes a scooter from its rental.
type ReleaseRequest struct {
	RentalID string `json:"rental_id"`
	By       string `json:"by"` // staff ID
	Reason   string `json:"reason"`
}

// RentalOutcome is where an update left the rental; the details are in the store.
type RentalOutcome struct {
	RentalID     string         `json:"rental_id"`
	State        rental.State   `json:"state"`
	Outcome      rental.Outcome `json:"outcome,omitempty"`
	Reason       rental.Reason  `json:"reason,omitempty"`
	DeviceStatus *int           `json:"device_status,omitempty"`
}

// RentalView is a running rental as a query shows it.
type RentalView struct {
	RentalOutcome
	Meter       rental.Meter `json:"meter"`
	Attempts    int          `json:"attempts"`              // to secure the scooter
	Outstanding string       `json:"outstanding,omitempty"` // the send whose ack is awaited
}
