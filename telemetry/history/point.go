package history

import (
	"math"
	"strings"
	"time"

	"rodada/geo"
	"rodada/protocol"
	"rodada/telemetry/event"
)

// Part is one thing that a reading may say. Parts are thinned by themselves; those of one measurement make one point.
type Part uint16

// The parts of a reading.
const (
	PartPosition Part = 1 << iota
	PartSpeed
	PartTrip
	PartLimit
	PartPercent
	PartVolts
	PartPowered
	PartFallen
	PartFault
	PartAlarm
	PartSignal
)

// of which measurement a part is.
var measurements = [...]struct {
	name  string
	parts Part
}{
	{GPS, PartPosition},
	{Speed, PartSpeed | PartTrip | PartLimit},
	{Battery, PartPercent | PartVolts},
	{Status, PartPowered | PartFallen | PartFault | PartAlarm},
	{Signal, PartSignal},
}

// Reading is what one message says that the history keeps.
type Reading struct {
	Plate    string
	At       time.Time // what it holds for
	Received time.Time
	Device   time.Time // what its clock says, if that is a time and At is not
	Parts    Part      // which of the following are said

	Position geo.Point
	Source   protocol.Source
	Flaw     event.Flaw
	Kmh      int
	TripKm   int64
	Limit    int
	Percent  int
	Volts    float64
	Powered  bool
	Fallen   bool
	Fault    int
	Alarm    bool
	Level    int
}

// ReadingOf picks what the history keeps of a report.
func ReadingOf(e event.Report) Reading {
	r := Reading{Plate: e.Plate, At: e.At(), Received: e.Received}
	if !e.Device.Equal(r.At) {
		r.Device = e.Device
	}
	for _, fact := range e.Facts {
		switch f := fact.(type) {
		case event.Position:
			r.Position, r.Source, r.Flaw, r.Alarm = f.Point, f.Source, f.Flaw, f.Alarm
			r.Parts |= PartPosition | PartAlarm
		case event.Battery:
			r.Percent = f.Percent
			r.Parts |= PartPercent
		case event.Voltage:
			r.Volts = f.Volts
			r.Parts |= PartVolts
		case event.Power:
			r.Powered = f.On
			r.Parts |= PartPowered
		case event.Posture:
			r.Fallen = f.Fallen
			r.Parts |= PartFallen
		case event.Fault:
			r.Fault = f.Code
			r.Parts |= PartFault
		case event.Speed:
			r.Kmh = f.Kmh
			r.Parts |= PartSpeed
		case event.Trip:
			r.TripKm = f.Km
			r.Parts |= PartTrip
		case event.Limit:
			r.Limit = f.Kmh
			r.Parts |= PartLimit
		case event.Signal:
			r.Level = f.Level
			r.Parts |= PartSignal
		}
	}
	return r
}

// Writable reports whether InfluxDB has a way to write its plate: there is none for a backslash.
func (r *Reading) Writable() bool { return strings.IndexByte(r.Plate, '\\') < 0 }

// Append adds the reading's points to dst, a line each in InfluxDB's line protocol. The reading must be Writable.
func (r *Reading) Append(dst []byte) []byte {
	var room [64]byte
	end := r.end(room[:0])
	for _, m := range measurements {
		if parts := r.Parts & m.parts; parts != 0 {
			dst = append(dst, m.name...)
			dst = append(dst, ","+Plate+"="...)
			dst = appendTag(dst, r.Plate)
			dst = append(dst, ' ')
			dst = r.appendFields(dst, parts)
			dst = append(dst, end...)
		}
	}
	return dst
}

// end is the same of all its lines: when it came, and when it holds for.
func (r *Reading) end(dst []byte) []byte {
	dst = appendInt(dst, Received, r.Received.UnixNano())
	dst[len(dst)-1] = ' ' // for the comma that another field would follow
	return append(appendNumber(dst, r.At.UnixNano()), '\n')
}

// Lines is how many points Append makes of it.
func (r *Reading) Lines() (n int) {
	for _, m := range measurements {
		if r.Parts&m.parts != 0 {
			n++
		}
	}
	return n
}

// appendFields adds the parts' fields, each with a comma behind it.
func (r *Reading) appendFields(dst []byte, parts Part) []byte {
	if parts&PartPosition != 0 {
		if r.Flaw != event.NoFix {
			dst = appendFloat(dst, Lat, round(r.Position.Lat))
			dst = appendFloat(dst, Lng, round(r.Position.Lng))
		}
		if r.Source != "" {
			dst = appendText(dst, Source, string(r.Source))
		}
		dst = appendBool(dst, Valid, r.Flaw == event.NoFlaw)
		if r.Flaw != event.NoFlaw {
			dst = appendText(dst, Flaw, string(r.Flaw))
		}
		if !r.Device.IsZero() {
			dst = appendInt(dst, Device, r.Device.UnixNano())
		}
	}
	if parts&PartSpeed != 0 {
		dst = appendFloat(dst, Kmh, float64(r.Kmh))
	}
	if parts&PartTrip != 0 {
		dst = appendInt(dst, TripKm, r.TripKm)
	}
	if parts&PartLimit != 0 {
		dst = appendInt(dst, Limit, int64(r.Limit))
	}
	if parts&PartPercent != 0 {
		dst = appendInt(dst, Percent, int64(r.Percent))
	}
	if parts&PartVolts != 0 {
		dst = appendFloat(dst, Volts, r.Volts)
	}
	if parts&PartPowered != 0 {
		dst = appendBool(dst, Powered, r.Powered)
	}
	if parts&PartFallen != 0 {
		dst = appendBool(dst, Fallen, r.Fallen)
	}
	if parts&PartFault != 0 {
		dst = appendInt(dst, Fault, int64(r.Fault))
	}
	if parts&PartAlarm != 0 {
		dst = appendBool(dst, Alarm, r.Alarm)
	}
	if parts&PartSignal != 0 {
		dst = appendInt(dst, Level, int64(r.Level))
	}
	return dst
}

// round keeps a centimetre, which is finer than any satellite sees.
func round(degrees float64) float64 { return math.Round(degrees*1e7) / 1e7 }
