package live

import (
	"time"

	"rodada/domain/fleet"
	"rodada/geo"
	"rodada/protocol"
)

// Value is one thing a scooter said, and the time it holds for; the zero time: never said.
type Value[T any] struct {
	Is T         `json:"value"`
	At time.Time `json:"at,omitzero"`
}

// Known reports whether it was ever said.
func (v Value[T]) Known() bool { return !v.At.IsZero() }

// Or is the value, or what to take while it is not known.
func (v Value[T]) Or(unknown T) T {
	if v.Known() {
		return v.Is
	}
	return unknown
}

// Values are all that a scooter says of itself.
type Values struct {
	Fix      Value[geo.Point] `json:"fix,omitzero"`     // by satellite
	Cell     Value[geo.Point] `json:"cell,omitzero"`    // by radio cells: hundreds of metres off
	Battery  Value[int]       `json:"battery,omitzero"` // percent
	SpeedKmh Value[int]       `json:"speed,omitzero"`   // km/h
	Powered  Value[bool]      `json:"powered,omitzero"` // on
	Fallen   Value[bool]      `json:"fallen,omitzero"`  // lies on its side
	Voltage  Value[float64]   `json:"voltage,omitzero"` // V
	TripKm   Value[int]       `json:"trip_km,omitzero"` // whole km since the counter was cleared
	LimitKmh Value[int]       `json:"limit,omitzero"`   // km/h
	Fault    Value[int]       `json:"fault,omitzero"`   // protocol.FaultText
	Alarm    Value[bool]      `json:"alarm,omitzero"`   // its latest position was an alarm
	Vibrated Value[bool]      `json:"vibrated,omitzero"`
	Signal   Value[int]       `json:"signal,omitzero"` // of its radio, as the box counts it

	// Service and Hold are not the scooter's words but the books', as Follow reads them there: a copy for those who ask for
	// thousands of scooters at once. Whoever takes a scooter asks the books.
	Service Value[fleet.Service] `json:"service,omitzero"`
	Hold    Value[fleet.Hold]    `json:"hold,omitzero"`
	// HeldSince is when Hold became what it is: the times of these two are those of the latest reading.
	HeldSince time.Time `json:"held_since,omitzero"`
}

// Booked reports whether the books have this scooter, and not only some device that calls itself so.
func (v Values) Booked() bool { return v.Service.Is != "" }

// Free reports whether riders may take it, as far as the books go.
func (v Values) Free() bool { return v.Service.Is == fleet.InService && v.Hold.Is == fleet.Free }

// State is the last known state of one scooter.
type State struct {
	Plate string    `json:"plate"`
	Seen  time.Time `json:"seen"` // when its last message came in, whatever it was
	Values
}

// Online reports whether the scooter was heard of lately: a box sends a heartbeat even while it stands. One that misses them
// for longer than patience is offline, whatever else is known of it.
func (s State) Online(now time.Time, patience time.Duration) bool {
	return !s.Seen.IsZero() && now.Sub(s.Seen) <= patience
}

// Position is the best place known: by satellite if there ever was such a fix, else by radio cells.
func (s State) Position() (p geo.Point, source protocol.Source, at time.Time, ok bool) {
	switch {
	case s.Fix.Known():
		return s.Fix.Is, protocol.GPS, s.Fix.At, true
	case s.Cell.Known():
		return s.Cell.Is, protocol.LBS, s.Cell.At, true
	}
	return geo.Point{}, "", time.Time{}, false
}

// Report is one message: that it came in, and the values in it.
type Report struct {
	Plate string
	Seen  time.Time
	Values
}
