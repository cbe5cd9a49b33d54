package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rodada/activities"
	"rodada/domain/command"
	"rodada/protocol"
)

// SignalChanged tells the holder of a scooter that a command of staff has changed it: ScooterChanged. A holder that can do
// nothing with it ignores it (ignoreChanges).
const SignalChanged = "changed"

// ScooterChanged is a command of staff that the scooter has carried out. It names the ride it was meant for only when staff
// did, so its time decides: what the scooter did before somebody held it is not that holder's business.
type ScooterChanged struct {
	CommandID string           `json:"command_id"`
	Command   protocol.Command `json:"command"` // of those in changes, which carry no secret
	By        string           `json:"by"`      // staff ID
	Reason    string           `json:"reason,omitempty"`
	At        time.Time        `json:"at"`             // when the scooter's answer came in
	Ride      command.Ride     `json:"ride,omitempty"` // what a lock does to the ride; empty: by the command, see rideEffect
	RentalID  string           `json:"rental_id,omitempty"`
}

// changes are the commands that a holder must know of.
var changes = map[protocol.Code]bool{
	protocol.PowerOn: true, protocol.PowerOff: true, protocol.Pause: true, protocol.Resume: true,
	protocol.LockMotor: true, protocol.UnlockMotor: true, protocol.SetSpeedLimit: true,
	protocol.SetLamp: true, protocol.SetDistanceUnit: true, protocol.SetLampMode: true,
}

// tellHolder tells whoever holds the scooter what a command that was done has changed; often that is nobody. A speed limit is
// also kept for the rides to come.
func tellHolder(ctx workflow.Context, in CommandInput, ack *command.Ack) {
	if ack == nil || !changes[in.Command.Code] {
		return
	}
	changed := ScooterChanged{
		CommandID: in.ID, Command: in.Command, By: in.By, Reason: in.Reason, At: ack.ReceivedAt, Ride: in.Ride, RentalID: in.RentalID,
	}
	err := workflow.SignalExternalWorkflow(ctx, ScooterID(in.Plate), "", SignalChanged, changed).Get(ctx, nil)
	if err != nil && !isUnheld(err) {
		workflow.GetLogger(ctx).Warn("the holder of the scooter could not be told", "plate", in.Plate, "error", err)
	}
	if kmh, ok := limitOf(in.Command); ok {
		keep := activities.LimitInput{Plate: in.Plate, Kmh: kmh, At: ack.ReceivedAt}
		if err := stubborn(ctx, "keep the speed limit", nil, scooters.KeepLimit, keep); err != nil {
			workflow.GetLogger(ctx).Warn("the speed limit lasts until something sets it again", "plate", in.Plate, "error", err)
		}
	}
}

// limitOf is the speed limit that a command sets.
func limitOf(c protocol.Command) (kmh int, ok bool) {
	if c.Code != protocol.SetSpeedLimit {
		return 0, false
	}
	switch v := c.Args["kmh"].(type) {
	case int:
		return v, true
	case float64: // it travelled as JSON
		return int(v), true
	}
	return 0, false
}

// isUnheld reports whether a signal failed because nobody holds the scooter.
func isUnheld(err error) bool {
	var unknown *temporal.UnknownExternalWorkflowExecutionError
	return errors.As(err, &unknown)
}

// ignoreChanges takes what staff's commands have changed and does nothing: for holders that it does not concern.
func ignoreChanges(ctx workflow.Context) {
	workflow.GoNamed(ctx, "changes", func(ctx workflow.Context) {
		for {
			workflow.GetSignalChannel(ctx, SignalChanged).Receive(ctx, nil)
		}
	})
}
