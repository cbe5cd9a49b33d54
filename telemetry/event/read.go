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
	mostVolts  = 500
	mostFault  = 255
	mostSignal = 1000
	noSignal   = -1 // a radio that has not measured
)

// Of reads a message. The error is the protocol's: the values of the message can't be used, and the report has no facts.
func Of(m protocol.Message, received time.Time) (Report, error) {
	r := Report{Plate: m.Plate, Code: m.Code, Received: received}
	var err error
	switch m.Code {
	case protocol.PositionReport:
		err = r.position(m)
	case protocol.HeartbeatReport:
		err = r.heartbeat(m)
	case protocol.VehicleReport:
		err = r.vehicle(m)
	case protocol.PostureReport:
		r.posture(m)
		r.voltage(m)
	case protocol.VibrationReport, protocol.VibrationCheck:
		status, said := m.Int("status")
		r.say(Vibration{Check: m.Code == protocol.VibrationCheck, Status: status, Said: said})
	case protocol.VersionReport:
		if power, ok := m.Int("power"); ok && (power == 0 || power == 1) {
			r.say(Power{On: power == 0})
		}
	case protocol.SignalReport:
		if level, ok := m.Int("signal"); ok && level >= -mostSignal && level <= mostSignal && level != noSignal {
			r.say(Signal{Level: int(level)})
		}
	}
	return r, err
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

func (r *Report) heartbeat(m protocol.Message) error {
	h, err := m.Heartbeat()
	if err != nil {
		return err
	}
	r.say(Battery{Percent: h.BatteryPercent}, Power{On: h.PoweredOn})
	if h.PoweredOn {
		r.posture(m)
	}
	r.voltage(m)
	return nil
}

func (r *Report) vehicle(m protocol.Message) error {
	v, err := m.VehicleParameters()
	if err != nil {
		return err
	}
	r.say(
		Battery{Percent: v.BatteryPercent}, Power{On: v.PoweredOn}, Limit{Kmh: v.LimitKmh},
		Trip{
			SpeedKmh: v.SpeedKmh, TripKm: v.TripKm, TotalKm: v.TotalKm,
			TripTime: seconds(v.TripSeconds), TotalTime: seconds(v.TotalSeconds),
		},
	)
	if v.Fault >= 0 && v.Fault <= mostFault {
		r.say(Fault{Code: v.Fault})
	}
	return nil
}

func (r *Report) posture(m protocol.Message) {
	if posture, ok := m.Int("posture"); ok && (posture == 0 || posture == 1) {
		r.say(Posture{Fallen: posture == 1})
	}
}

func (r *Report) voltage(m protocol.Message) {
	if volts, ok := m.Float("voltage"); ok && volts >= 0 && volts <= mostVolts {
		r.say(Voltage{Volts: volts})
	}
}

// seconds is a counter as a time, which holds no more than 292 years.
func seconds(n int64) time.Duration {
	const most = int64(1<<63-1) / int64(time.Second)
	return time.Duration(min(n, most)) * time.Second
}
