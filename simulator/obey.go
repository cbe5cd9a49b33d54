package simulator

import (
	"rodada/protocol"
)

// obey changes the state as the command says and gives the status of the
// answer, and what is left to do once that was sent. The caller holds s.mu.
func (s *Scooter) obey(c protocol.Command, ack protocol.Spec) (status int, then func()) {
	if _, knows := ack.Statuses[statusUpgrading]; knows && s.upgrade.running() {
		return statusUpgrading, nil
	}
	st := &s.state
	switch c.Code {
	case protocol.PowerOn:
		st.PoweredOn, st.Paused = true, false
	case protocol.PowerOff:
		st.PoweredOn, st.Paused, st.SpeedKmh = false, false, 0
	case protocol.Pause:
		if !st.PoweredOn {
			return statusFailed, nil
		}
		st.Paused, st.SpeedKmh = true, 0
	case protocol.Resume:
		if !st.PoweredOn {
			return statusFailed, nil
		}
		st.Paused = false
	case protocol.SetSpeedLimit:
		st.LimitKmh = integer(c, "kmh")
		if s.faults.speed == nil {
			st.brake()
		}
	case protocol.SetAssistLevel:
		st.AssistLevel = integer(c, "level")
	case protocol.ClearTripMileage:
		st.TripMetres = 0
	case protocol.ClearTripTime:
		st.TripTime = 0
	case protocol.ClearTotalMileage:
		st.TotalMetres = 0
	case protocol.ClearTotalTime:
		st.TotalTime = 0
	case protocol.Buzz:
		st.Rings++
	case protocol.Ring:
		st.Rings += integer(c, "rings")
	case protocol.Reboot, protocol.RebootAfterUpgrade:
		return statusOK, s.reboot
	case protocol.StartUpgrade:
		return s.upgrade.start(st, integer(c, "packets")), nil
	default:
		return s.obeySetting(c)
	}
	return statusOK, nil
}

// obeySetting handles what is set up rather than ridden.
func (s *Scooter) obeySetting(c protocol.Command) (status int, then func()) {
	st := &s.state
	switch c.Code {
	case protocol.SetLamp:
		if st.LampMode != 0 {
			return statusFailed, nil
		}
		st.LampOn = integer(c, "lamp") == 1
	case protocol.SetLampMode:
		if !st.PoweredOn {
			return statusFailed, nil
		}
		st.LampMode = integer(c, "mode")
		st.LampOn = st.LampOn || st.LampMode == 1
	case protocol.SetVibrationSensitivity:
		st.Sensitivity = integer(c, "sensitivity")
	case protocol.SetDistanceUnit:
		if st.PoweredOn {
			return statusFailed, nil
		}
		st.Miles = integer(c, "unit") == 1
	case protocol.UnlockBattery, protocol.LockBattery:
		st.BatteryLocked = c.Code == protocol.LockBattery
	case protocol.UnlockChain:
		st.ChainOpen = true
	case protocol.UnlockMotor, protocol.LockMotor:
		st.MotorLocked = c.Code == protocol.LockMotor
		if st.MotorLocked && s.faults.speed == nil {
			st.SpeedKmh = 0
		}
	case protocol.SetAPN:
		st.APN = text(c, "apn")
	case protocol.SetServer, protocol.SetServerLegacy, protocol.SetPlate:
		return statusOK, func() { s.move(c) }
	default: // a query: its answer is all there is to do
	}
	return statusOK, nil
}

// integer reads a parameter that Validate has let pass; 0 when it is absent.
func integer(c protocol.Command, name string) int {
	n, _ := c.Args[name].(int64)
	return int(n)
}

func text(c protocol.Command, name string) string {
	v, _ := c.Args[name].(string)
	return v
}
