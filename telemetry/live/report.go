package live

import (
	"time"

	"rodada/geo"
	"rodada/protocol"
)

// A device's clock is believed when it is at most this far ahead or behind.
const (
	clockAhead  = time.Minute
	clockBehind = 24 * time.Hour
)

// ReportOf reads what a message says of the scooter's state; messages that say nothing of it still tell that the scooter
// is there. The error is the protocol's: the values of the message can't be used.
func ReportOf(m protocol.Message, received time.Time) (Report, error) {
	r := Report{Plate: m.Plate, Seen: received}
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
	case protocol.VersionReport:
		err = r.version(m)
	}
	return r, err
}

func (r *Report) position(m protocol.Message) error {
	fix, err := m.Fix()
	if err != nil {
		return err
	}
	p := Value[geo.Point]{Is: geo.Point{Lat: fix.Lat, Lng: fix.Lng}, At: fix.Time}
	if fix.Time.After(r.Seen.Add(clockAhead)) || fix.Time.Before(r.Seen.Add(-clockBehind)) {
		p.At = r.Seen // no time, or a clock that is wrong
	}
	if fix.Source == protocol.LBS {
		r.Cell = p
	} else {
		r.Fix = p
	}
	return nil
}

func (r *Report) heartbeat(m protocol.Message) error {
	h, err := m.Heartbeat()
	if err != nil {
		return err
	}
	r.Battery = said(h.BatteryPercent, r.Seen)
	r.Powered = said(h.PoweredOn, r.Seen)
	if h.PoweredOn && m.Has("posture") {
		r.Fallen = said(h.Fallen, r.Seen)
	}
	if h.HasVoltage {
		r.Voltage = said(h.Voltage, r.Seen)
	}
	return nil
}

func (r *Report) vehicle(m protocol.Message) error {
	v, err := m.VehicleParameters()
	if err != nil {
		return err
	}
	r.Battery = said(v.BatteryPercent, r.Seen)
	r.Powered = said(v.PoweredOn, r.Seen)
	r.SpeedKmh = said(v.SpeedKmh, r.Seen)
	r.TripKm = said(int(v.TripKm), r.Seen)
	r.LimitKmh = said(v.LimitKmh, r.Seen)
	r.Fault = said(v.Fault, r.Seen)
	return nil
}

func (r *Report) posture(m protocol.Message) {
	if posture, ok := m.Int("posture"); ok {
		r.Fallen = said(posture == 1, r.Seen)
	}
	if voltage, ok := m.Float("voltage"); ok {
		r.Voltage = said(voltage, r.Seen)
	}
}

func (r *Report) version(m protocol.Message) error {
	v, err := m.Version()
	if err == nil && v.HasPower {
		r.Powered = said(v.PoweredOn, r.Seen)
	}
	return err
}

func said[T any](is T, at time.Time) Value[T] { return Value[T]{Is: is, At: at} }
