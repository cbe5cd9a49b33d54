package e2e_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/temporal"

	"rodada/domain/command"
	"rodada/domain/rental"
	"rodada/protocol"
	"rodada/workflows"
)

// An old Idempotency-Key after the next rider's ride began, and delayed messages of the earlier rental: the present ride is
// untouched, and nothing unlocks.
func TestNothingOfAnEarlierRentalReachesThePresentRide(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, first, second := w.box(t), w.rider(t), w.rider(t)
	old := key()
	before, err := first.app.Rent(t.Context(), old, b.qr)
	require.NoError(t, err)
	first.end(t, before.ID)
	w.free(t, b)
	now := second.ride(t, b)
	second.act(t, now.ID, "pause")
	b.Forget()
	history := w.rows(t, `SELECT seq || ' ' || kind FROM rental_events WHERE rental_id = $1 ORDER BY seq`, now.ID)

	t.Run("the old key answers with the old rental", func(t *testing.T) {
		for range 3 {
			again, err := first.app.Rent(t.Context(), old, b.qr)
			require.NoError(t, err)
			require.Equal(t, before.ID, again.ID)
			require.Equal(t, "ended", again.State)
		}
	})
	for name, arg := range map[string]any{
		workflows.UpdateBegin:   workflows.RentalRef{RentalID: before.ID},
		workflows.UpdatePause:   workflows.RentalRef{RentalID: before.ID},
		workflows.UpdateResume:  workflows.RentalRef{RentalID: before.ID},
		workflows.UpdateCancel:  workflows.RentalRef{RentalID: before.ID},
		workflows.UpdateUnlock:  workflows.UnlockRequest{RentalID: before.ID, Deadline: time.Now().Add(time.Minute)},
		workflows.UpdateEnd:     workflows.EndRequest{RentalID: before.ID, Cause: rental.ByStaff},
		workflows.UpdateRelease: workflows.ReleaseRequest{RentalID: before.ID, By: "staff", Reason: "late"},
	} {
		t.Run("a delayed "+name+" is rejected", func(t *testing.T) {
			var app *sdk.ApplicationError
			require.ErrorAs(t, w.update(t, b, name, arg), &app)
			require.Equal(t, rental.ErrOver.Code, app.Type())
		})
	}
	t.Run("the app's delayed requests are answered for their own rental", func(t *testing.T) {
		require.Equal(t, "ended", first.act(t, before.ID, "end").State)
		_, err := first.app.Act(t.Context(), before.ID, "pause")
		refused(t, err, 409, "rental_over")
		_, err = first.app.Act(t.Context(), before.ID, "resume")
		refused(t, err, 409, "rental_over")
	})
	t.Run("stale and forged signals mean nobody", func(t *testing.T) {
		ok := 0
		for _, send := range []string{before.ID + "/1", before.ID + "/4", now.ID + "/1", now.ID + "/99", ""} {
			for _, code := range []protocol.Code{protocol.PowerOnAck, protocol.PowerOffAck, protocol.ResumeAck} {
				ack := command.Ack{SendID: send, Code: int(code), Status: &ok, ReceivedAt: time.Now()}
				require.NoError(t, w.temporal.SignalWorkflow(t.Context(), workflows.ScooterID(b.plate), "", workflows.SignalAck, ack))
			}
			heard := command.Heard{SendID: send, At: time.Now()}
			require.NoError(t, w.temporal.SignalWorkflow(t.Context(), workflows.ScooterID(b.plate), "", workflows.SignalHeard, heard))
		}
	})
	t.Run("acks that nobody waits for stop at the bridge", func(t *testing.T) {
		unasked := func() float64 { return w.bridge.counted(t, `rodada_bridge_answers_total{outcome="unasked"}`) }
		already := unasked()
		defer beginAcking(t, w, b.plate, b.plate)()
		require.Eventually(t, func() bool { return unasked() >= already+5 }, patience, tick)
	})

	require.Equal(t, rental.Paused, w.view(t, b).State)
	require.Equal(t, history, w.rows(t, `SELECT seq || ' ' || kind FROM rental_events WHERE rental_id = $1 ORDER BY seq`, now.ID))
	require.Empty(t, b.obeyed(protocol.PowerOn, protocol.PowerOff, protocol.Pause, protocol.Resume), "something was sent: %s", b.diary())
	second.act(t, now.ID, "resume")
	second.end(t, now.ID)
	w.free(t, b)

	// Nor does an old key bring a free scooter to life.
	b.Forget()
	again, err := first.app.Rent(t.Context(), old, b.qr)
	require.NoError(t, err)
	require.Equal(t, before.ID, again.ID)
	require.Equal(t, 2, w.number(t, `SELECT count(*) FROM rentals`))
	require.Empty(t, b.obeyed(protocol.PowerOn))
}
