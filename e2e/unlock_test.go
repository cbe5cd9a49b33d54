package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/protocol"
)

// An ack that is lost, late, duplicated, from another scooter, or a refusal: the right outcome, and never a charge without
// an unlock.
func TestWhatBecomesOfTheAckOfAnUnlock(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	// rides takes a ride that must come about, and is charged once.
	rides := func(prepare func(*box)) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			b, p := w.box(t), w.rider(t)
			prepare(b)
			r := p.ride(t, b)
			b.Behave()
			p.end(t, r.ID)
			w.free(t, b)
			require.Equal(t, 1, b.Count(protocol.PowerOn))
			require.Eventually(t, func() bool { return w.charges(t, r.ID) == 1 }, patience, tick)
			require.Equal(t, int64(credit-shortRide), p.balance(t))
		}
	}
	t.Run("duplicated", rides(func(b *box) { b.Duplicate(3) }))
	t.Run("late, but in time", rides(func(b *box) { b.AnswerLate(unlockWindow / 3) }))

	// fails scans a scooter that does not unlock in time. The rider is free at once, and the scooter ends locked.
	fails := func(prepare func(*testing.T, *box)) func(*testing.T) {
		return func(t *testing.T) {
			t.Parallel()
			b, p := w.box(t), w.rider(t)
			prepare(t, b)
			_, err := p.app.Rent(t.Context(), key(), b.qr)
			problem := refused(t, err, http.StatusGatewayTimeout, "scooter_silent")
			r := p.see(t, fact[string](t, problem, "rental_id"))
			require.Equal(t, "void", r.State)
			require.Equal(t, "scooter_silent", r.Reason)
			require.Zero(t, r.Price.Total.Amount)

			other := w.box(t)
			p.end(t, p.ride(t, other).ID)
			w.free(t, b)
			require.Equal(t, 1, b.Count(protocol.PowerOn))
			require.Equal(t, 0, w.charges(t, r.ID))
			require.Equal(t, "void", p.see(t, r.ID).State)
		}
	}
	t.Run("lost on its way", fails(func(_ *testing.T, b *box) { b.LoseAck(protocol.PowerOn) }))
	t.Run("never given, for the unlock was lost", fails(func(_ *testing.T, b *box) { b.Silent(protocol.PowerOn) }))
	t.Run("too late", fails(func(_ *testing.T, b *box) { b.AnswerLate(unlockWindow + time.Second) }))
	t.Run("too late, with the scooter", fails(func(_ *testing.T, b *box) { b.Slow(unlockWindow + time.Second) }))
	t.Run("of another scooter", fails(func(t *testing.T, b *box) {
		t.Helper()
		b.Silent(protocol.PowerOn)
		stranger := w.box(t)
		t.Cleanup(beginAcking(t, w, stranger.plate, stranger.plate))
	}))

	for status, code := range map[int]string{1: "scooter_fault", 2: "scooter_upgrading", 3: "scooter_refused", 7: "scooter_refused"} {
		t.Run("refused with "+string(rune('0'+status)), func(t *testing.T) {
			t.Parallel()
			b, p := w.box(t), w.rider(t)
			b.Refuse(protocol.PowerOn, status)
			_, err := p.app.Rent(t.Context(), key(), b.qr)
			problem := refused(t, err, http.StatusUnprocessableEntity, code)
			require.Equal(t, status, fact[int](t, problem, "device_status"))
			require.Equal(t, "void", p.see(t, fact[string](t, problem, "rental_id")).State)
			require.True(t, b.Locked())
			require.Equal(t, fleet.Free, w.hold(t, b), "a scooter that stayed locked needs no securing")
			require.Equal(t, int64(credit), p.balance(t))

			alerts := w.number(t, `SELECT count(*) FROM alerts WHERE plate = $1 AND kind = 'fault_at_start'`, b.plate)
			require.Equal(t, status == 1, alerts == 1, "staff hear of hardware faults alone")
			b.Behave()
			p.end(t, p.ride(t, b).ID)
			w.free(t, b)
		})
	}
}

// An unlock that is acknowledged after its time does not open a ride, and the scooter ends locked, though it has opened.
func TestUnlockAcknowledgedAfterItsTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, p := w.box(t), w.rider(t)
	b.AnswerLate(unlockWindow + ackWindow)
	scan := beside(func() error {
		_, err := p.app.Rent(t.Context(), key(), b.qr)
		return err
	})
	require.Eventually(t, func() bool { return !b.Locked() }, patience, tick, "the scooter obeys, only its answer is late")
	refused(t, scan.wait(t), http.StatusGatewayTimeout, "scooter_silent")

	_, err := w.rider(t).app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusConflict, "scooter_securing")
	w.free(t, b)
	require.Equal(t, []string{"void"}, w.rows(t, `SELECT state FROM rentals`))
	require.Equal(t, 0, w.number(t, `SELECT count(*) FROM rental_events WHERE kind = 'riding'`))
	require.Equal(t, int64(credit), p.balance(t))

	b.Behave()
	next := w.rider(t)
	next.end(t, next.ride(t, b).ID)
	w.free(t, b)
}
