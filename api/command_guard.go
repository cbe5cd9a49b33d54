package api

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/protocol"
)

// elsewhere refuses commands that do more than one frame can answer for: they have operations of their own.
func elsewhere(cmd protocol.Command, plate string) error {
	refuse := func(operation string) error {
		return command.ErrElsewhere.Saying("This command is given by an operation of its own only: %s.", operation).With("operation", operation)
	}
	spec, _ := protocol.Lookup(cmd.Code)
	for _, need := range spec.Preconditions {
		if need == protocol.OnlyByUpgrade {
			return refuse("a firmware upgrade")
		}
	}
	if cmd.Code != protocol.SetPlate && cmd.Code != protocol.SetServerLegacy {
		return nil
	}
	if number, _ := cmd.Args["plate"].(string); number != plate {
		return refuse(renumberOperation)
	}
	return nil
}

// withinLimits refuses a speed limit that the registry would not take: 0 would stop a rider and leave a scooter that nobody
// can ride.
func withinLimits(cmd protocol.Command, scooter fleet.Scooter) error {
	if cmd.Code != protocol.SetSpeedLimit {
		return nil
	}
	kmh, _ := cmd.Args["kmh"].(float64) // it came as JSON
	if kmh < 1 || int(kmh) > scooter.Model.MaxKmh {
		return fleet.ErrLimitInvalid.Saying(
			"The speed limit is 1 to %d km/h, which is what its model can drive. To keep it from being ridden, take it out of service.",
			scooter.Model.MaxKmh).With("max_kmh", scooter.Model.MaxKmh).With("field", "body.params.kmh")
	}
	return nil
}

// renumberOperation gives a box another number.
const renumberOperation = "POST /admin/v1/scooters/{plate}/renumber"

// ready refuses a command that the scooter can't carry out as it is, as far as that is known: what nobody knows is for the
// scooter to say.
func (c *commands) ready(ctx context.Context, spec protocol.Spec, plate string) error {
	for _, need := range spec.Preconditions {
		var (
			fits bool
			is   string
			err  error
		)
		switch need {
		case protocol.NeedsUnheld:
			fits, is, err = c.unheld(ctx, plate)
		case protocol.NeedsPowerOn, protocol.NeedsPowerOff:
			fits, is, err = c.powered(ctx, plate, need == protocol.NeedsPowerOn)
		case protocol.NeedsLampCommandMode:
			fits, is, err = c.lampObeys(ctx, plate)
		default:
			fits = true
		}
		if err != nil {
			return err
		}
		if !fits {
			return command.ErrPrecondition.Saying("%s It is %s.", preconditionText[need], is).With("precondition", need)
		}
	}
	return nil
}

// unheld asks the books for a rental, and Temporal for a holder of any kind.
func (c *commands) unheld(ctx context.Context, plate string) (fits bool, is string, err error) {
	if held, has, err := c.store.HeldRental(ctx, plate); err != nil || has {
		return false, fmt.Sprintf("held by rental %s (%s)", held.ID, held.State), err
	}
	running, err := c.holders.holds(ctx, plate)
	return !running, "held by a workflow", err
}

// powered compares what the scooter last said of itself with what it last did: a report may be a while ago.
func (c *commands) powered(ctx context.Context, plate string, on bool) (fits bool, is string, err error) {
	words := map[bool]string{true: "powered on", false: "powered off"}
	last, known, err := c.live.Sighting(ctx, plate)
	if err != nil || !known || c.now().Sub(last.Seen) > c.fresh {
		return true, "", nil //nolint:nilerr // nobody knows, so the scooter is asked
	}
	var (
		state bool
		at    time.Time
	)
	if last.Powered != nil {
		state, at = *last.Powered, last.PoweredAt
	}
	sent, found, err := c.store.LastSent(ctx, plate, int(protocol.PowerOn), int(protocol.PowerOff))
	if err != nil {
		return false, "", err
	}
	if found && sent.ReceivedAt.After(at) {
		state, at = sent.Code == int(protocol.PowerOn), sent.ReceivedAt
	}
	return at.IsZero() || state == on, words[state], nil
}

// lampObeys: no message tells the lamp's mode, so it is the one that was last set.
func (c *commands) lampObeys(ctx context.Context, plate string) (fits bool, is string, err error) {
	last, found, err := c.store.LastDone(ctx, plate, int(protocol.SetLampMode))
	if err != nil || !found {
		return err == nil, "", err
	}
	mode, _ := last.Args["mode"].(float64)
	return mode == 0, "always on", nil
}

// fieldFault names the parameter that the catalogue refuses.
func fieldFault(err error) error {
	var bad *protocol.FieldError
	if !errors.As(err, &bad) {
		return err
	}
	field := "body.params." + bad.Field
	return command.ErrInvalid.Saying("The parameter %s %s.", bad.Field, bad.Reason).With("field", field)
}
