package event

import (
	"time"

	"rodada/geo"
	"rodada/protocol"
)

// Report is one message of a scooter, whatever it was: who sent it, when, and what it says. One without facts still tells
// that the scooter is there.
type Report struct {
	Plate    string
	Code     protocol.Code
	Device   time.Time // by the device's clock; zero when the message gives no time
	Absurd   bool      // it gives one that is no time: there is none to show
	Received time.Time
	Facts    []Fact
}

// Fact is one of Position, Battery, Voltage, Power, Posture, Vibration, Fault, Speed, Trip, Limit and Signal, and nothing else.
type Fact interface{ fact() }

// Position is a place, by satellite or by radio cells, and whether the box calls it an alarm (business type 1 of 19). One with
// a flaw is not to be believed.
type Position struct {
	Point  geo.Point
	Source protocol.Source
	Alarm  bool
	Flaw   Flaw
}

// Battery is how full it is.
type Battery struct{ Percent int }

// Voltage is the battery's, in V.
type Voltage struct{ Volts float64 }

// Power is whether the scooter is switched on, which means unlocked.
type Power struct{ On bool }

// Posture is whether it lies on its side. Boxes know it only while switched on, so it is not said of one that is off.
type Posture struct{ Fallen bool }

// Vibration is that somebody moves it (57), or the outcome of a check (88). The protocol explains neither status.
type Vibration struct {
	Check  bool
	Status int64
	Said   bool // a status came along
}

// Fault is the fault that the scooter has; Code 0: none.
type Fault struct{ Code int }

// Meaning is the fault in words.
func (f Fault) Meaning() string { return protocol.FaultText(f.Code) }

// Speed is how fast it goes, in km/h.
type Speed struct{ Kmh int }

// Trip is its trip counter: whole km since it was cleared.
type Trip struct{ Km int64 }

// Limit is its speed limit, in km/h.
type Limit struct{ Kmh int }

// Signal is the strength of its radio, as the box counts it: a level from 0 up, or dBm.
type Signal struct{ Level int }

func (Position) fact()  {}
func (Battery) fact()   {}
func (Voltage) fact()   {}
func (Power) fact()     {}
func (Posture) fact()   {}
func (Vibration) fact() {}
func (Fault) fact()     {}
func (Speed) fact()     {}
func (Trip) fact()      {}
func (Limit) fact()     {}
func (Signal) fact()    {}
