package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
)

func TestEventsNameTheStaffWhoActed(t *testing.T) {
	b := newBooks(t)
	eva := b.member()
	id := b.open(b.request(b.rider().ID, b.scooter())).ID
	for _, c := range steps(id) {
		if c.State == rental.Locking {
			c.Cause, c.StaffID, c.Note = rental.ByStaff, eva.ID, "closing time"
		}
		require.NoError(t, b.Advance(b.ctx, c))
	}
	require.NoError(t, b.AddEvent(b.ctx, id, rental.Event{Seq: 50, Kind: "alerted", Cause: rental.ByStaff, At: noon, StaffID: eva.ID}))
	require.NoError(t, b.AddEvent(b.ctx, id, rental.Event{Seq: 51, Kind: "alerted", Cause: rental.ByStaff, At: noon, StaffID: uuid.NewString()}))
	require.NoError(t, b.AddEvent(b.ctx, id, rental.Event{Seq: 52, Kind: "alerted", Cause: rental.ByStaff, At: noon, StaffID: "nobody"}))

	history, err := b.RentalEvents(b.ctx, id)
	require.NoError(t, err)
	acted := 0
	for _, e := range history {
		by := e.Kind == string(rental.Locking) || e.Seq == 50
		require.Equal(t, by, e.StaffID == eva.ID && e.StaffEmail == eva.Email, e)
		require.Equal(t, by, e.StaffID != "", e)
		if by {
			acted++
		}
	}
	require.Equal(t, 2, acted)
	b.breaks("rental_events_staff", `INSERT INTO rental_events (rental_id, seq, kind, cause, at, staff_id) VALUES ($1, 60, 'x', 'rider', now(), $2)`, id, eva.ID)
}

func TestAReleaseNamesTheStaffWhoDidIt(t *testing.T) {
	b := newBooks(t)
	eva, s := b.member(), b.scooter()
	id := b.open(b.request(b.rider().ID, s)).ID
	require.NoError(t, b.ReleaseRental(b.ctx, s.Plate, eva.ID, "towed"))
	history, err := b.RentalEvents(b.ctx, id)
	require.NoError(t, err)
	last := history[len(history)-1]
	require.Equal(t, []string{eva.ID, eva.Email, "towed"}, []string{last.StaffID, last.StaffEmail, last.Note})
}
