// Package rental is the life of one rental, from the scan or the reservation until the scooter is locked again: its
// states, what moves it, and how long the meter ran.
package rental

import (
	"time"

	"rodada/domain/command"
	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/geo"
)

// Rental is one rental as it is stored.
type Rental struct {
	ID           string // UUID, ours
	RiderID      string // UUID
	ScooterID    int64
	Plate        string
	VehicleID    string // the scooter's public id during this rental
	Code         string // printed on the scooter
	Model        string // the name of the scooter's model
	ModelID      int64
	State        State
	Outcome      Outcome
	Reason       Reason
	DeviceStatus *int // s of a refused unlock
	Tariff       fare.Tariff
	// Times are zero until they happen.
	CreatedAt     time.Time
	ReservedUntil time.Time
	UnlockedAt    time.Time // the meter starts
	PausedAt      time.Time // the present pause began; zero when not paused
	StoppedAt     time.Time // the meter stopped
	SecuredAt     time.Time // the lock was confirmed, or staff released the scooter
	Usage         fare.Usage
	Bill          *fare.Bill     // when Ridden
	Discount      *fare.Discount // that a promotion or a pass gives; nil: none
	Tax           *fare.Tax      // that the price has in it; nil: of before it was kept
	Charged       bool           // the wallet has paid
	Waived        bool           // the wallet will never be asked to
	Refunded      int64          // of what it has paid, in minor units
	EndPosition   *geo.Point
	ZoneVersion   int64 // the version of the zones that judged the end; 0 when none did
}

// New is what it takes to open a rental.
type New struct {
	ID            string
	RiderID       string
	ScooterID     int64
	Key           string // Idempotency-Key
	Digest        string // of the request, so that a key is not used for another
	State         State  // Reserved or Unlocking
	ReservedUntil time.Time
	Tariff        fare.Tariff
	Tax           fare.Tax
	// Passes are those of the rider's passes for a city that the scooter is in.
	Passes []string
}

// Change moves a rental to a state, once: Seq numbers the changes of one rental, and a Seq already stored changes nothing.
// Fields that are nil or zero stay as they are.
type Change struct {
	RentalID     string      `json:"rental_id"`
	Seq          int         `json:"seq"`
	State        State       `json:"state"`
	Outcome      Outcome     `json:"outcome,omitempty"`
	Reason       Reason      `json:"reason,omitempty"`
	DeviceStatus *int        `json:"device_status,omitempty"`
	Cause        Cause       `json:"cause"`
	StaffID      string      `json:"staff_id,omitempty"` // who of the staff, when Cause is ByStaff
	At           time.Time   `json:"at"`
	Note         string      `json:"note,omitempty"`
	UnlockedAt   time.Time   `json:"unlocked_at,omitzero"`
	StoppedAt    time.Time   `json:"stopped_at,omitzero"`
	SecuredAt    time.Time   `json:"secured_at,omitzero"`
	Usage        *fare.Usage `json:"usage,omitempty"`
	Bill         *fare.Bill  `json:"bill,omitempty"`
	EndPosition  *geo.Point  `json:"end_position,omitempty"`
	EndSeenAt    time.Time   `json:"end_seen_at,omitzero"` // when a satellite saw it there
	// Begin is where a satellite saw the scooter last when it was unlocked. Whoever stores the change looks.
	Begin       fleet.Sighted `json:"-"`
	ZoneVersion int64         `json:"zone_version,omitempty"`
	// Sends is what the scooter was sent since the last change or event, to be stored with it.
	Sends []command.Send `json:"sends,omitempty"`
	// Ride is what others need to know of the ride as it is after the change; nil when there is none.
	Ride *Ride `json:"ride,omitempty"`
	// Service puts the scooter out of service in the same breath (staff released it to maintenance).
	Maintenance string `json:"maintenance,omitempty"`
}

// Event is one line of a rental's history.
type Event struct {
	Seq   int
	Kind  string // a State, or reminded, alerted, command
	Cause Cause
	At    time.Time
	Note  string
	// StaffID is who of the staff, when Cause is ByStaff, and StaffEmail their email as it is read.
	StaffID    string         `json:",omitempty"`
	StaffEmail string         `json:",omitempty"`
	Sends      []command.Send `json:",omitempty"` // to be stored with it; never read back
}
