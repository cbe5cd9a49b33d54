package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rodada/domain/command"
	"rodada/domain/onboarding"
	"rodada/protocol"
	"rodada/workflows"
)

func TestHolderIsToldWhatConcernsIt(t *testing.T) {
	for name, c := range map[string]struct {
		cmd    protocol.Command
		before func(w *world)
		told   bool
		kept   []int
	}{
		"switched off":       {cmd: protocol.Command{Code: protocol.PowerOff}, told: true},
		"switched on":        {cmd: protocol.Command{Code: protocol.PowerOn}, told: true},
		"paused":             {cmd: protocol.Command{Code: protocol.Pause}, told: true},
		"resumed":            {cmd: protocol.Command{Code: protocol.Resume}, told: true},
		"its motor locked":   {cmd: protocol.Command{Code: protocol.LockMotor}, told: true},
		"its motor unlocked": {cmd: protocol.Command{Code: protocol.UnlockMotor}, told: true},
		"its lamp":           {cmd: protocol.Command{Code: protocol.SetLamp, Args: protocol.Args{"lamp": 1}}, told: true},
		"its limit":          {cmd: protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 10}}, told: true, kept: []int{10}},
		"its limit, while the store is away": {
			cmd: protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 0}}, told: true, kept: []int{0},
			before: func(w *world) {
				failures := 3
				w.storeErr = func() error {
					if failures--; failures >= 0 {
						return errors.New("connection refused")
					}
					return nil
				}
			},
		},
		"held by nobody": {
			cmd: protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 12}}, told: true, kept: []int{12},
			before: func(w *world) { w.unheld = &temporal.UnknownExternalWorkflowExecutionError{} },
		},
		"a question": {cmd: protocol.Command{Code: protocol.QueryVehicle}},
		"a bell":     {cmd: protocol.Command{Code: protocol.Buzz}},
		"refused": {cmd: protocol.Command{Code: protocol.PowerOff}, before: func(w *world) {
			w.box.will(protocol.PowerOff, answer{status: 1})
		}},
		"silent": {cmd: protocol.Command{Code: protocol.SetSpeedLimit, Args: protocol.Args{"kmh": 10}}, before: func(w *world) { w.box.away = true }},
	} {
		t.Run(name, func(t *testing.T) {
			got, w := orderWith(t, func(w *world, in *workflows.CommandInput) {
				in.Command, in.Ride, in.RentalID, in.Reason = c.cmd, command.RidePauses, rentalID, "helmet check"
				if c.before != nil {
					c.before(w)
				}
			})
			require.Equal(t, c.kept, w.limits)
			if !c.told {
				require.Empty(t, w.told)
				return
			}
			require.Equal(t, command.Done, got.Outcome)
			require.Len(t, w.told, 1)
			told := w.told[0]
			require.Equal(t, c.cmd.Code, told.Command.Code)
			require.Len(t, told.Command.Args, len(c.cmd.Args))
			require.True(t, told.At.Equal(got.Ack.ReceivedAt))
			told.Command, told.At = protocol.Command{}, time.Time{}
			require.Equal(t, workflows.ScooterChanged{
				CommandID: "c1", By: "eva", Reason: "helmet check", Ride: command.RidePauses, RentalID: rentalID,
			}, told)
		})
	}
}

// A holder that is no ride takes what it is told and goes its way.
func TestOtherHoldersIgnoreChanges(t *testing.T) {
	d := renumbering(t)
	d.deafTo[protocol.SetPlate] = 2
	for i := range 5 {
		d.after(time.Duration(i)*time.Second, func() {
			d.env.SignalWorkflow(workflows.SignalChanged, workflows.ScooterChanged{
				CommandID: "c1", Command: protocol.Command{Code: protocol.PowerOff}, By: staffID, At: d.env.Now(), Ride: command.RideEnds,
			})
		})
	}
	d.renumberIt()
	d.became(onboarding.Renumbered, newPlate)
}
