package workflows_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"rodada/domain/command"
	"rodada/protocol"
	"rodada/workflows"
)

// order is a world whose workflow is a command of staff.
func order(t *testing.T, c protocol.Command, before func(w *world)) (workflows.CommandResult, *world) {
	return orderWith(t, func(w *world, in *workflows.CommandInput) {
		in.Command = c
		before(w)
	})
}

func orderWith(t *testing.T, before func(w *world, in *workflows.CommandInput)) (workflows.CommandResult, *world) {
	w := newWorld(t)
	w.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: workflows.CommandID("c1")})
	in := workflows.CommandInput{ID: "c1", Plate: plate, Window: 10 * time.Second, Try: 4 * time.Second, By: "eva"}
	before(w, &in)
	w.env.ExecuteWorkflow(workflows.CommandName, in)
	require.True(t, w.env.IsWorkflowCompleted())
	require.NoError(t, w.env.GetWorkflowError())
	var got workflows.CommandResult
	require.NoError(t, w.env.GetWorkflowResult(&got))
	return got, w
}

func TestCommandOutcomes(t *testing.T) {
	for name, c := range map[string]struct {
		code   protocol.Code
		before func(w *world)
		want   command.Outcome
		unsent string
		frames int
	}{
		"done":    {protocol.PowerOff, func(*world) {}, command.Done, "", 1},
		"refused": {protocol.PowerOff, func(w *world) { w.box.will(protocol.PowerOff, answer{status: 1}) }, command.Refused, "", 1},
		"silent":  {protocol.PowerOff, func(w *world) { w.box.away = true }, command.Silent, "", 1},
		"sent":    {protocol.Reboot, func(*world) {}, command.Sent, "", 1},
		"found late": {protocol.PowerOff, func(w *world) {
			w.box.will(protocol.PowerOff, answer{after: time.Second, lost: true})
		}, command.Done, "", 1},
		"moving": {protocol.PowerOff, func(w *world) { w.box.drive(12) }, command.Silent, "moving", 0},
		"moving, then standing": {protocol.PowerOff, func(w *world) {
			w.box.drive(12)
			w.after(5*time.Second, func() { w.box.drive(0) })
		}, command.Done, "", 1},
		"behind another's turn": {protocol.PowerOff, func(w *world) {
			w.box.leases[protocol.PowerOffAck] = held{until: w.env.Now().Add(4 * time.Second)}
		}, command.Done, "", 1},
		"never its turn": {protocol.PowerOff, func(w *world) {
			w.box.leases[protocol.PowerOffAck] = held{until: w.env.Now().Add(time.Hour)}
		}, command.Silent, "busy", 0},
		"the broker is away":           {protocol.Pause, func(w *world) { w.box.brokerErr = errors.New("not connected") }, command.Silent, "unreachable", 0},
		"not in the catalogue":         {protocol.Code(999), func(*world) {}, command.Silent, "invalid", 0},
		"cancelled while it is silent": {protocol.PowerOff, func(w *world) { w.box.away = true; w.after(time.Second, w.env.CancelWorkflow) }, command.Silent, "", 1},
		"cancelled while it moves":     {protocol.PowerOff, func(w *world) { w.box.drive(12); w.after(time.Second, w.env.CancelWorkflow) }, command.Silent, "moving", 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, w := order(t, protocol.Command{Code: c.code}, c.before)
			require.Equal(t, c.want, got.Outcome)
			require.Equal(t, c.unsent, got.Unsent)
			require.Equal(t, c.frames, w.box.count(c.code))
			require.Equal(t, c.want == command.Done || c.want == command.Refused, got.Ack != nil)
			delete(w.box.leases, protocol.PowerOffAck) // another's
			require.Empty(t, w.box.leases, "a lease is left behind")
		})
	}
}

func TestCommandKeepsToItsWindow(t *testing.T) {
	_, w := order(t, protocol.Command{Code: protocol.PowerOff}, func(w *world) {
		w.box.drive(12)
		w.after(30*time.Second, func() { w.box.drive(0) })
	})
	require.Zero(t, w.box.count(protocol.PowerOff), "sent after its window")
}

func TestIDs(t *testing.T) {
	for _, c := range []struct {
		id   string
		back func(string) (string, bool)
		of   string
	}{
		{workflows.ScooterID(plate), workflows.ScooterPlate, plate},
		{workflows.PaymentID(rentalID), workflows.PaymentRental, rentalID},
		{workflows.CommandID("c1"), workflows.CommandOf, "c1"},
	} {
		got, ok := c.back(c.id)
		require.True(t, ok)
		require.Equal(t, c.of, got)
		_, ok = c.back("other/" + c.id)
		require.False(t, ok)
	}
}
