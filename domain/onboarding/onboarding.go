// Package onboarding is how a scooter that was registered becomes one of the fleet: it is heard, tells who it is, and gets a
// credential of its own. And how it is given another plate.
package onboarding

import (
	"strings"
	"time"

	"rodada/domain/fault"
)

// Onboarding is one taking in of a scooter.
type Onboarding struct {
	ID        string // UUID
	Plate     string // as it was then
	StaffID   string // empty: it began by itself
	Reason    string
	State     State
	Trouble   Trouble
	Detail    string // what it does now or why it waits, for staff
	StartedAt time.Time
	UpdatedAt time.Time
	EndedAt   time.Time // zero: it goes on
}

// State is how far an onboarding has come.
type State string

// The states of an onboarding.
const (
	Waiting    State = "waiting"    // for the box to be heard
	Asking     State = "asking"     // who it is: 21, 24, 35, 97
	Switching  State = "switching"  // to its own credential: 101
	Confirming State = "confirming" // that it uses that one
	Parked     State = "parked"     // until staff have looked at Trouble
	Done       State = "done"
	Aborted    State = "aborted" // by staff
)

// States lists all of them.
func States() []State { return []State{Waiting, Asking, Switching, Confirming, Parked, Done, Aborted} }

// Over reports whether nothing more will happen.
func (s State) Over() bool { return s == Done || s == Aborted }

// Trouble is why an onboarding is parked.
type Trouble string

// The troubles.
const (
	Silent       Trouble = "silent"        // it was never heard
	IMEIMismatch Trouble = "imei_mismatch" // the box is not the one that is registered
	Refused      Trouble = "refused"       // it would not take its credential
	NotSwitched  Trouble = "not_switched"  // it took its credential and goes on with the old one
	NotBack      Trouble = "not_back"      // it took its credential and was not heard again
	BrokerAway   Trouble = "broker"        // the broker would not give it an account
)

// Troubles lists all of them.
func Troubles() []Trouble {
	return []Trouble{Silent, IMEIMismatch, Refused, NotSwitched, NotBack, BrokerAway}
}

// Change is one step of an onboarding, as its workflow counts them.
type Change struct {
	ID      string    `json:"id"`
	Seq     int       `json:"seq"`
	State   State     `json:"state"`
	Trouble Trouble   `json:"trouble,omitempty"`
	Detail  string    `json:"detail,omitempty"`
	At      time.Time `json:"at"`
}

// Box is what a box told of itself, and when it was asked.
type Box struct {
	Hardware    string    `json:"hardware,omitempty"`
	Firmware    string    `json:"firmware,omitempty"`
	SIM         string    `json:"sim,omitempty"` // ICCID
	IMEI        string    `json:"imei,omitempty"`
	Signal      *int      `json:"signal,omitempty"` // as the box counts it
	Plate       string    `json:"plate,omitempty"`
	Port        int       `json:"port,omitempty"` // of its server; the address is a secret
	GPSSeconds  int       `json:"gps_seconds,omitempty"`
	AskedAt     time.Time `json:"asked_at"`
	OnboardedAt time.Time `json:"onboarded_at,omitzero"`
}

// SameIMEI compares what is registered with what a box told: digits count, what people write between them does not.
func SameIMEI(registered, told string) bool { return digits(registered) == digits(told) }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// Faults of onboarding and renumbering.
var (
	ErrUnknown   = fault.Declare(fault.NotFound, "onboarding_unknown", "This scooter was never onboarded.")
	ErrNotParked = fault.Declare(fault.Conflict, "onboarding_not_parked", "This onboarding does not wait for anybody.")
	ErrOver      = fault.Declare(fault.Conflict, "onboarding_over", "This onboarding is over.")
	ErrRunning   = fault.Declare(fault.Conflict, "onboarding_running", "This scooter is being taken in. Wait for that, or abort it.")
	ErrRetired   = fault.Declare(fault.Conflict, "scooter_out_of_use", "A retired scooter is not onboarded.")
)
