package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	temporal "go.temporal.io/sdk/client"

	"rodada/domain/command"
	"rodada/domain/fleet"
	"rodada/domain/staff"
	"rodada/protocol"
	"rodada/workflows"
)

// order starts a command of staff.
func (w *world) order(t *testing.T, b *box, queue string, c protocol.Command, window time.Duration) temporal.WorkflowRun {
	t.Helper()
	id, by := uuid.NewString(), uuid.NewString()
	require.NoError(t, w.store.CreateStaff(t.Context(), staff.Member{
		ID: by, FirstName: "Luis", LastName: "Staff", Email: by + "@staff.example", PasswordHash: "none",
	}))
	_, _, err := w.store.OpenOrder(t.Context(), command.Order{
		ID: id, Plate: b.plate, StaffID: by, Code: int(c.Code), Name: c.Code.String(), Args: c.Args, AskedAt: time.Now(), Deadline: time.Now().Add(window),
	}, nil)
	require.NoError(t, err)
	run, err := w.temporal.ExecuteWorkflow(t.Context(), temporal.StartWorkflowOptions{
		ID: workflows.CommandID(id), TaskQueue: queue, StaticSummary: c.Code.String() + " for " + b.plate,
	}, workflows.CommandName, workflows.CommandInput{ID: id, Plate: b.plate, Command: c, Window: window, By: by})
	require.NoError(t, err)
	return run
}

func result(t *testing.T, run temporal.WorkflowRun) workflows.CommandResult {
	t.Helper()
	var r workflows.CommandResult
	require.NoError(t, run.Get(t.Context(), &r))
	return r
}

// No lock, pause or reboot goes out while the scooter reports 12 km/h; it does after it reports 2.
func TestNobodyIsStoppedAtSpeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("pause", func(t *testing.T) {
		t.Parallel()
		b, p := w.box(t), w.rider(t)
		r := p.ride(t, b)
		b.SetSpeed(12)
		_, err := p.app.Act(t.Context(), r.ID, "pause")
		refused(t, err, http.StatusConflict, "scooter_moving")
		require.Equal(t, 0, b.Count(protocol.Pause))
		require.Equal(t, "riding", p.see(t, r.ID).State)
		b.SetSpeed(2)
		require.Equal(t, "paused", p.act(t, r.ID, "pause").State)
		require.Equal(t, 1, b.Count(protocol.Pause))
		p.end(t, r.ID)
		w.free(t, b)
	})

	t.Run("lock", func(t *testing.T) {
		t.Parallel()
		b, p := w.box(t), w.rider(t)
		r := p.ride(t, b)
		b.SetSpeed(12)
		p.end(t, r.ID) // the meter stops, and the rider is out
		w.held(t, b, fleet.Securing)
		require.Eventually(t, func() bool { return b.Snapshot().LimitKmh == 3 }, patience, tick, "it is slowed down first")
		require.Eventually(t, func() bool { return w.view(t, b).Attempts >= 4 }, patience, tick)
		require.Equal(t, 0, b.Count(protocol.PowerOff))
		require.False(t, b.Locked())
		b.SetSpeed(2)
		w.free(t, b)
		require.Equal(t, 1, b.Count(protocol.PowerOff))
		require.Equal(t, 25, b.Snapshot().LimitKmh, "the next rider rides as fast as any")
	})

	t.Run("reboot", func(t *testing.T) {
		t.Parallel()
		b, p := w.box(t), w.rider(t)
		r := p.ride(t, b)
		b.SetSpeed(12)
		_, err := p.app.Act(t.Context(), r.ID, "pause") // which asks for the speed
		refused(t, err, http.StatusConflict, "scooter_moving")

		reboot := protocol.Command{Code: protocol.Reboot}
		gave := result(t, w.order(t, b, w.queue, reboot, 2*time.Second))
		require.Equal(t, workflows.CommandResult{Outcome: command.Silent, Unsent: "moving", Attempts: gave.Attempts}, gave)
		require.Equal(t, 0, b.Count(protocol.Reboot))

		patient := w.order(t, b, w.queue, reboot, patience)
		b.SetSpeed(2)
		asked := result(t, w.order(t, b, w.queue, protocol.Command{Code: protocol.QueryVehicle}, patience))
		require.Equal(t, command.Done, asked.Outcome)
		require.Equal(t, command.Sent, result(t, patient).Outcome)
		b.got(t, protocol.Reboot, 1)
		require.Eventually(t, func() bool { return b.Snapshot().Reboots == 1 && b.Connected() }, patience, tick)
		require.Equal(t, "riding", p.see(t, r.ID).State)
		p.end(t, r.ID)
		w.free(t, b)
	})
}
