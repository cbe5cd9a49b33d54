package event

import (
	"errors"
	"strings"
	"time"

	"rodada/geo"
	"rodada/protocol"
)

// What can be: anything beyond is a broken box or a forger, and is not said.
const (
	mostKmh   = 200
	mostKm    = 1 << 40
	mostVolts = 500
	mostFault = 255
)

// A radio's strength is one of the levels of GSM and LTE (3GPP TS 27.007: to 31 or to 97) or dBm; which of them a box counts in the
// protocol does not say.
const (
	mostLevel = 97
	leastDBm  = -140
)

// Of reads a message value by value. The error joins the protocol's, one for each value that is missing or can't be; the others hold.
func Of(m protocol.Message, received time.Time) (Report, error) {
	r := Report{Plate: m.Plate, Code: m.Code, Received: received}
	v := values{m: m}
	switch m.Code {
	case protocol.PositionReport:
		return r, r.position(m)
	case protocol.HeartbeatReport:
		r.heartbeat(&v)
	case protocol.VehicleReport:
		r.vehicle(&v)
	case protocol.PostureReport:
		r.posture(&v)
		r.voltage(&v)
	case protocol.VibrationReport, protocol.VibrationCheck:
		status, said := m.Int("status")
		r.say(Vibration{Check: m.Code == protocol.VibrationCheck, Status: status, Said: said})
	case protocol.VersionReport:
		if m.Has("power") {
			r.power(&v)
		}
	case protocol.SignalReport:
		r.signal(&v)
	}
	return r, errors.Join(v.refused...)
}

// Refused is what an error of Of says of each value.
func Refused(err error) (all []*protocol.DecodeError) {
	list := []error{err}
	if joined, many := err.(interface{ Unwrap() []error }); many {
		list = joined.Unwrap()
	}
	for _, err := range list {
		var bad *protocol.DecodeError
		if errors.As(err, &bad) {
			all = append(all, bad)
		}
	}
	return all
}

func (r *Report) say(facts ...Fact) {
	if r.Facts == nil {
		r.Facts = make([]Fact, 0, 6) // one that says much: this is done for every message
	}
	r.Facts = append(r.Facts, facts...)
}

func (r *Report) position(m protocol.Message) error {
	at, said := m.ReportTime()
	fix, err := m.Fix()
	var bad *protocol.DecodeError
	if errors.As(err, &bad) && bad.Reason == protocol.ReasonNoFix {
		r.Device, r.Absurd = at, said && at.IsZero()
		r.say(nowhere(m))
		return nil
	}
	if err != nil {
		return err
	}
	p := Position{Point: geo.Point{Lat: fix.Lat, Lng: fix.Lng}, Source: fix.Source, Alarm: fix.Alarm}
	if !p.Point.Valid() {
		return &protocol.DecodeError{Code: m.Code, Field: "g", Reason: protocol.ReasonOutOfRange}
	}
	p.Flaw = p.flaw()
	r.Device, r.Absurd = at, said && at.IsZero()
	r.say(p)
	return nil
}

// nowhere is a position report without a position: it has no numbers, or 0/0.
func nowhere(m protocol.Message) Position {
	text, _ := m.Text("position")
	fields := strings.Split(text, ",")
	field := func(i int) string {
		if i < len(fields) {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	p := Position{Alarm: field(2) == "1", Flaw: NullIsland}
	if field(0) == "" || field(1) == "" {
		p.Flaw = NoFix
	}
	return p
}

func (r *Report) heartbeat(v *values) {
	r.battery(v)
	if on := r.power(v); on {
		r.posture(v)
	}
	r.voltage(v)
}

func (r *Report) vehicle(v *values) {
	r.battery(v)
	r.power(v)
	if kmh, ok := v.within("limit_kmh", 0, mostKmh); ok {
		r.say(Limit{Kmh: int(kmh)})
	}
	if kmh, ok := v.within("speed_kmh", 0, mostKmh); ok {
		r.say(Speed{Kmh: int(kmh)})
	}
	if km, ok := v.within("trip_km", 0, mostKm); ok {
		r.say(Trip{Km: km})
	}
	if code, ok := v.within("fault", 0, mostFault); ok {
		r.say(Fault{Code: int(code)})
	}
}

func (r *Report) battery(v *values) {
	if percent, ok := v.within("battery_percent", 0, 100); ok {
		r.say(Battery{Percent: int(percent)})
	}
}

func (r *Report) power(v *values) (on bool) {
	power, ok := v.within("power", 0, 1)
	if ok {
		r.say(Power{On: power == 0})
	}
	return ok && power == 0
}

func (r *Report) posture(v *values) {
	if !v.m.Has("posture") {
		return
	}
	if posture, ok := v.within("posture", 0, 1); ok {
		r.say(Posture{Fallen: posture == 1})
	}
}

// voltage of 0 is of a box that does not measure: one without any would say nothing.
func (r *Report) voltage(v *values) {
	switch volts, said := v.m.Float("voltage"); {
	case !said || volts == 0:
	case volts > 0 && volts <= mostVolts:
		r.say(Voltage{Volts: volts})
	default:
		v.refuse("voltage", protocol.ReasonOutOfRange)
	}
}

func (r *Report) signal(v *values) {
	switch level, _ := v.m.Int("signal"); level {
	case -1, 99, 199, 255: // not known, in one way of counting or another
		return
	}
	if level, ok := v.within("signal", leastDBm, mostLevel); ok {
		r.say(Signal{Level: int(level)})
	}
}

// values reads the values of a message and gathers those that are refused.
type values struct {
	m       protocol.Message
	refused []error
}

func (v *values) within(name string, low, high int64) (int64, bool) {
	n, said := v.m.Int(name)
	switch {
	case !said:
		v.refuse(name, protocol.ReasonMissing)
	case n < low || n > high:
		v.refuse(name, protocol.ReasonOutOfRange)
	default:
		return n, true
	}
	return 0, false
}

func (v *values) refuse(name string, why protocol.Reason) {
	v.refused = append(v.refused, &protocol.DecodeError{Code: v.m.Code, Field: name, Reason: why})
}
