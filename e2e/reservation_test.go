package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/protocol"
)

// reserve reserves a scooter and fails the test unless it is held, locked.
func (w *world) reserve(t *testing.T, p person, b *box) string {
	t.Helper()
	r, err := p.app.Reserve(t.Context(), key(), b.qr)
	require.NoError(t, err)
	require.Equal(t, "reserved", r.State)
	require.Equal(t, fleet.Reserved, w.hold(t, b))
	require.True(t, b.Locked())
	return r.ID
}

func TestReservation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("unlocked, it is the same rental", func(t *testing.T) {
		t.Parallel()
		b, p := w.box(t), w.rider(t)
		id := w.reserve(t, p, b)
		_, err := w.rider(t).app.Rent(t.Context(), key(), b.qr)
		refused(t, err, http.StatusConflict, "scooter_held")
		_, err = p.app.Act(t.Context(), id, "end")
		refused(t, err, http.StatusConflict, "rental_state")
		require.Equal(t, 0, b.Count(protocol.PowerOn))

		same := key()
		for range 2 {
			r, err := p.app.Rent(t.Context(), same, b.qr)
			require.NoError(t, err)
			require.Equal(t, id, r.ID)
			require.Equal(t, "riding", r.State)
		}
		require.Equal(t, 1, b.Count(protocol.PowerOn))
		p.end(t, id)
		w.free(t, b)
	})
	t.Run("unlocked in vain", func(t *testing.T) {
		t.Parallel()
		b, p := w.box(t), w.rider(t)
		id := w.reserve(t, p, b)
		b.Refuse(protocol.PowerOn, 2)
		_, err := p.app.Rent(t.Context(), key(), b.qr)
		refused(t, err, http.StatusUnprocessableEntity, "scooter_upgrading")
		require.Equal(t, "void", p.see(t, id).State)
		w.free(t, b)
		require.Equal(t, 0, w.charges(t, id))
	})
	t.Run("given back", func(t *testing.T) {
		t.Parallel()
		b, p := w.box(t), w.rider(t)
		id := w.reserve(t, p, b)
		for range 2 {
			require.NoError(t, p.app.Call(t.Context(), http.MethodDelete, "/v1/reservations/"+id, nil, nil))
		}
		require.Equal(t, "cancelled", p.see(t, id).Reason)
		w.free(t, b)
		require.Equal(t, 0, b.Count(protocol.PowerOn)+b.Count(protocol.PowerOff), "nothing is sent to a scooter that was never opened")
		next := w.rider(t)
		next.end(t, next.ride(t, b).ID)
		w.free(t, b)
		require.Equal(t, int64(credit), p.balance(t))
	})
}

// A reservation that nobody comes for is over at its time.
func TestReservationExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.reservationsLast(t, 2)
	b, p := w.box(t), w.rider(t)
	id := w.reserve(t, p, b)
	require.Equal(t, "reservation_over", p.becomes(t, id, "void").Reason)
	w.free(t, b)
	require.Equal(t, 0, b.Count(protocol.PowerOn))
	_, err := p.app.Act(t.Context(), id, "end")
	refused(t, err, http.StatusConflict, "rental_over")

	// Scanning it now is a new rental.
	r := p.ride(t, b)
	require.NotEqual(t, id, r.ID)
	p.end(t, r.ID)
	w.free(t, b)
}

// reservationsLast puts a tariff into force with which reservations last so many seconds.
func (w *world) reservationsLast(t *testing.T, seconds int) {
	t.Helper()
	next := w.fleet.tariff
	next.ReservationSeconds = seconds
	_, err := w.store.CreateTariff(t.Context(), next)
	require.NoError(t, err)
	now, err := w.store.CurrentTariff(t.Context(), w.fleet.model.ID)
	require.NoError(t, err)
	require.Equal(t, seconds, now.ReservationSeconds)
}
