package fleet

import (
	"time"

	"rodada/geo"
)

// Event is something that happened to a scooter: what, when, where, by whom and why. Service, Hold and StationID are as they
// were afterwards.
type Event struct {
	ID         int64
	At         time.Time
	Kind       EventKind
	Service    Service
	Hold       Hold
	StationID  string
	Cause      string // rider, staff, scooter, limit or system
	StaffID    string
	StaffEmail string // as it was then
	RentalID   string
	UpgradeID  string
	Position   geo.Point
	PlaceAt    time.Time // when it was there; zero: the last place that was stored
	Note       string
}

// EventKind says what happened.
type EventKind string

// The kinds of events. Others may come.
const (
	Registered EventKind = "registered"
	StatusSet  EventKind = "status"  // service or hold
	Stationed  EventKind = "station" // put at a station, or taken from one
	Recoded    EventKind = "code"    // got another printed code
	Changed    EventKind = "changed" // IMEI, model, limit or note
	Renumbered EventKind = "renumbered"
)

// Sighted is where a scooter said it was, and when; the zero value: nobody knows.
type Sighted struct {
	Position geo.Point
	At       time.Time
}
