package workflows

import (
	"time"

	"rodada/domain/command"
	"rodada/protocol"
)

// locks are what keeps a scooter from being ridden. Switched off (3) it forgets a pause (73); the lock of the motor (107) stands
// beside both.
type locks struct {
	Power protocol.Code `json:"power,omitempty"` // PowerOff, Pause or 0
	Motor bool          `json:"motor,omitempty"`
}

func (l locks) any() bool { return l.Power != 0 || l.Motor }

// add takes note of a lock that the scooter has carried out.
func (l *locks) add(code protocol.Code) {
	switch {
	case code == protocol.LockMotor:
		l.Motor = true
	case code == protocol.Pause && l.Power == protocol.PowerOff: // it can't have been: it is off
	default:
		l.Power = code
	}
}

// lift takes note of the end of a lock.
func (l *locks) lift(code protocol.Code) {
	switch {
	case code == protocol.UnlockMotor:
		l.Motor = false
	case code == protocol.PowerOn || l.Power == protocol.Pause:
		l.Power = 0
	}
}

// undo is what must be sent for a ride to go on, in this order.
func (l locks) undo() []protocol.Code {
	var codes []protocol.Code
	switch l.Power {
	case protocol.PowerOff:
		codes = append(codes, protocol.PowerOn)
	case protocol.Pause:
		codes = append(codes, protocol.Resume)
	}
	if l.Motor {
		codes = append(codes, protocol.UnlockMotor)
	}
	return codes
}

// against are the commands that undo what a command did.
func against(code protocol.Code) []protocol.Code {
	switch code {
	case protocol.PowerOff:
		return []protocol.Code{protocol.PowerOn}
	case protocol.Pause:
		return []protocol.Code{protocol.Resume, protocol.PowerOn}
	case protocol.LockMotor:
		return []protocol.Code{protocol.UnlockMotor}
	case protocol.PowerOn, protocol.Resume:
		return []protocol.Code{protocol.PowerOff, protocol.Pause}
	case protocol.UnlockMotor:
		return []protocol.Code{protocol.LockMotor}
	}
	return nil
}

// RideEffect is what a lock by staff does to a ride when they do not say. Switching off ends it, because it leaves the rider
// with a scooter that is locked for good; a pause and a locked motor are for a while.
func RideEffect(lock protocol.Code) command.Ride {
	if lock == protocol.PowerOff {
		return command.RideEnds
	}
	return command.RidePauses
}

// rideEffect is what a lock by staff does to the ride: what they said, else by the command.
func (c ScooterChanged) rideEffect(rentalID string) command.Ride {
	switch {
	case c.RentalID != "" && c.RentalID != rentalID:
		return command.RidePauses // the ride they meant is over; this one can't go on, but ends only when somebody says so
	case c.Ride != "":
		return c.Ride
	}
	return RideEffect(c.Command.Code)
}

// acked are the times at which the scooter last answered commands of the ride itself, by code.
type acked map[protocol.Code]time.Time

// since reports whether one of the commands was carried out after a moment.
func (a acked) since(at time.Time, codes ...protocol.Code) bool {
	for _, code := range codes {
		if a[code].After(at) {
			return true
		}
	}
	return false
}
