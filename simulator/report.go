package simulator

import (
	"time"

	"rodada/protocol"
)

type fields = map[string]any

// send publishes a report on the topic and with the QoS of the seed.
func (s *Scooter) send(code protocol.Code, values fields) {
	s.mu.Lock()
	plate := s.state.Plate
	s.mu.Unlock()
	m, err := protocol.NewMessage(code, plate, values)
	if err != nil {
		s.opts.Logger.Error("report not built", "plate", plate, "code", int(code), "error", err)
		return
	}
	payload, err := protocol.EncodeMessage(m)
	if err != nil {
		s.opts.Logger.Error("report not encoded", "plate", plate, "code", int(code), "error", err)
		return
	}
	spec, _ := protocol.Lookup(code)
	s.publish(s.opts.Topics.Publish(spec, plate), spec.QoS, payload)
}

// report sends one of the reports that describe the scooter.
func (s *Scooter) report(code protocol.Code) { s.send(code, s.describe(code)) }

// describe fills a report from the present state.
func (s *Scooter) describe(code protocol.Code) fields {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := &s.state
	switch code {
	case protocol.VehicleReport:
		return fields{
			"status": 0, "limit_kmh": st.LimitKmh, "speed_kmh": int(st.SpeedKmh + 0.5), "fault": st.Fault,
			"battery_percent": int(st.Battery), "total_seconds": int(st.TotalTime.Seconds()),
			"total_km": int(st.TotalMetres / 1000), "trip_seconds": int(st.TripTime.Seconds()),
			"trip_km": int(st.TripMetres / 1000), "power": power(st.PoweredOn),
		}
	case protocol.PositionReport:
		return fields{"position": st.fix().String(), "time": time.Now().Unix()}
	case protocol.VersionReport:
		return fields{"hardware": st.Hardware, "firmware": st.Firmware, "sim": st.SIM, "imei": st.IMEI,
			"power": power(st.PoweredOn), "time": time.Now().Unix()}
	case protocol.IMEIReport:
		return fields{"imei": st.IMEI, "time": time.Now().Unix()}
	case protocol.HeartbeatReport:
		return fields{"battery_percent": int(st.Battery), "power": power(st.PoweredOn), "posture": bit(st.Fallen),
			"voltage": st.voltage(), "sensitivity": st.Sensitivity}
	case protocol.PostureReport:
		return fields{"posture": bit(st.Fallen), "voltage": st.voltage()}
	case protocol.VibrationReport, protocol.VibrationCheck:
		return fields{"status": 1}
	case protocol.LogReport:
		return fields{"log_b": "boot ok", "log_c": st.Firmware, "log_d": "mqtt ok", "log_e": "gps ok", "log_f": "", "log_g": ""}
	case protocol.ChainLockReport:
		return fields{"chain_lock": bit(st.ChainOpen)}
	case protocol.SignalReport:
		return fields{"signal": st.Signal}
	case protocol.ServerReport:
		return s.describeServer()
	default:
		return nil
	}
}

// ReportNow sends a heartbeat and a position without waiting for their turn.
func (s *Scooter) ReportNow() {
	s.do(func() {
		s.report(protocol.HeartbeatReport)
		s.report(protocol.PositionReport)
	})
}

// Fall lays the scooter down, or stands it up, and reports it both ways that
// the seed knows.
func (s *Scooter) Fall(fallen bool) {
	s.change(func() { s.state.Fallen = fallen })
	s.do(func() {
		s.report(protocol.PostureReport)
		s.report(protocol.HeartbeatReport)
	})
}

// Shake reports a vibration.
func (s *Scooter) Shake() {
	s.do(func() {
		s.report(protocol.VibrationReport)
		s.report(protocol.VibrationCheck)
	})
}
