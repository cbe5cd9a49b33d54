package api

import (
	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/protocol"
	"rodada/workflows"
)

// effect is what a command does to the rental that holds the scooter: what staff said, else by the command. Before the ride
// and after it a lock changes nothing for the rider, unless staff say so.
func effect(o command.Order, held rental.Rental) command.Ride {
	code := protocol.Code(o.Code)
	if o.Ride != "" || !locks(code) {
		return o.Ride
	}
	switch held.State {
	case rental.Unlocking, rental.Riding, rental.Paused:
		return workflows.RideEffect(code)
	}
	return ""
}

// deed is what the audit log is to have of a command: every dangerous one, and every lock of a scooter that somebody has.
func deed(o command.Order, spec protocol.Spec, held rental.Rental) *staff.Deed {
	lock := locks(spec.Code) && o.RentalID != ""
	if !spec.Dangerous && !lock {
		return nil
	}
	d := &staff.Deed{Action: "command." + spec.Name, Subject: o.Plate, Reason: o.Reason}
	after := map[string]any{"command": o.ID, "params": o.Args, "ride": o.Ride}
	if lock {
		d.Before = map[string]any{"rental": o.RentalID, "state": held.State}
		after["rental"] = o.RentalID
	}
	d.After = after
	return d
}
