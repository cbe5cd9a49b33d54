package api

import (
	"net/http"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/rental"
)

// voids says how a rental that came to nothing is told.
var voids = map[rental.Reason]*fault.Error{
	rental.ScooterSilent: rental.ErrSilent,
	rental.HardwareFault: rental.ErrHardwareFault,
	rental.Upgrading:     rental.ErrUpgrading,
	rental.OtherRefusal:  rental.ErrRefused,
	rental.HeldElsewhere: fleet.ErrHeld,
	rental.NotStarted:    rental.ErrUnreachable,
	rental.Expired:       rental.ErrVoid,
	rental.Cancelled:     rental.ErrVoid,
	rental.Released:      rental.ErrVoid,
}

// rentalOut is a rental as an answer.
type rentalOut struct {
	Status   int
	Location string `header:"Location"`
	Body     Rental
}

// opened answers a request that opened a rental, from its row: 201 once it is decided, 202 while it is not (pending), or
// the fault that made it void. Whoever repeats the request gets the same from the same row.
func opened(r rental.Rental, pending bool) (*rentalOut, error) {
	if r.Outcome == rental.Voided {
		f, known := voids[r.Reason]
		if !known {
			f = rental.ErrVoid
		}
		f = f.With("rental_id", r.ID).With("reason", string(r.Reason))
		if r.DeviceStatus != nil {
			f = f.With("device_status", *r.DeviceStatus)
		}
		return nil, f
	}
	status := http.StatusCreated
	if pending {
		status = http.StatusAccepted
	}
	return &rentalOut{Status: status, Location: locationOf(r), Body: stored(r)}, nil
}

func locationOf(r rental.Rental) string { return "/v1/rentals/" + r.ID }
