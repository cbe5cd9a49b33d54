// Package station is the places where scooters stand and charge. Words that GBFS v3 has (short_name, capacity) mean the same
// here. A scooter stands at a station or is free-floating; a ride takes it away.
package station

import (
	"regexp"
	"strings"
	"time"

	"rodada/domain/fault"
	"rodada/geo"
)

// Station is one place. It holds at most Capacity scooters, and a closed one none: the database sees to that.
type Station struct {
	ID        string // UUID
	ShortName string // the company's own name for it, by which imports and people find it; unique, whatever the case
	Name      string
	Address   string
	Position  geo.Point
	Capacity  int
	Charging  bool // scooters charge there
	State     State
	Note      string
	Scooters  int // how many stand there
	CreatedAt time.Time
	UpdatedAt time.Time
}

// State says whether a station takes part.
type State string

// The states.
const (
	Active      State = "active"
	Maintenance State = "maintenance" // scooters may stand there, nobody is sent there
	Closed      State = "closed"      // for good, or until it is active again
)

// States lists all of them.
func States() []State { return []State{Active, Maintenance, Closed} }

// Event is a change of a station's state or capacity, and who made it why.
type Event struct {
	At         time.Time
	State      State
	Capacity   int
	StaffID    string
	StaffEmail string
	Note       string
}

// Filter picks stations; what is empty picks all.
type Filter struct {
	State State  `json:"state"`
	Text  string `json:"text"` // part of the names or the address
}

// Faults of stations.
var (
	ErrUnknown  = fault.Declare(fault.NotFound, "station_unknown", "There is no such station.")
	ErrTaken    = fault.Declare(fault.Conflict, "station_short_name_taken", "Another station has this short name.")
	ErrFull     = fault.Declare(fault.Conflict, "station_full", "The station has no room for that many scooters.")
	ErrClosed   = fault.Declare(fault.Conflict, "station_closed", "The station is closed.")
	ErrOccupied = fault.Declare(fault.Conflict, "station_occupied", "Scooters still stand at this station.")
	ErrInvalid  = fault.Declare(fault.Invalid, "station_invalid", "A station has a short name, a name, a place and room for 1 to 10000 scooters.")
)

var shortName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,20}$`)

// Check reports what is wrong with a station, as a detail "field".
func (s Station) Check() error {
	wrong := func(field string) error { return ErrInvalid.With("field", field) }
	switch {
	case !shortName.MatchString(s.ShortName):
		return wrong("short_name")
	case strings.TrimSpace(s.Name) == "" || len(s.Name) > 200:
		return wrong("name")
	case len(s.Address) > 500:
		return wrong("address")
	case !s.Position.Valid() || s.Position.IsZero():
		return wrong("position")
	case s.Capacity < 1 || s.Capacity > 10000:
		return wrong("capacity")
	case s.State != Active && s.State != Maintenance && s.State != Closed:
		return wrong("state")
	}
	return nil
}
