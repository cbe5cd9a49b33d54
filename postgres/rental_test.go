package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/rental"
)

func TestARentalIsItsRiders(t *testing.T) {
	b := newBooks(t)
	s, who, other := b.scooter(), b.rider().ID, b.rider().ID
	n := b.request(who, s)
	id := b.open(n).ID

	for _, c := range []struct{ rider, id string }{{other, id}, {who, uuid.NewString()}, {who, "x"}, {"x", id}, {who, "{" + id + "}"}} {
		_, err := b.Rental(b.ctx, c.rider, c.id, now)
		require.ErrorIs(t, err, rental.ErrUnknown)
	}
	r, err := b.RentalForStaff(b.ctx, id)
	require.NoError(t, err)
	require.Equal(t, rental.Unlocking, r.State, "a stranger's look voids nothing")

	a, err := b.Admission(b.ctx, other, n.Key, s.QRCode)
	require.NoError(t, err)
	require.Empty(t, a.KeyRental)
	require.Empty(t, a.OpenRental)
	_, has, err := b.OpenRentalOf(b.ctx, other)
	require.NoError(t, err)
	require.False(t, has)
	list, err := b.Rentals(b.ctx, rental.Filter{RiderID: other}, 10, "")
	require.NoError(t, err)
	require.Empty(t, list)
	_, err = b.AddKey(b.ctx, other, "k", "d", id)
	require.ErrorIs(t, err, rental.ErrUnknown)
}

func TestKeysOfARental(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	n := b.request(who, s)
	first := b.open(n).ID
	for range 2 {
		of, err := b.AddKey(b.ctx, who, "unlock", "u", first)
		require.NoError(t, err)
		require.Equal(t, first, of)
	}
	_, err := b.AddKey(b.ctx, who, "unlock", "other", first)
	require.ErrorIs(t, err, rental.ErrKeyReused)
	_, err = b.AddKey(b.ctx, who, "unlock", "u", "x")
	require.ErrorIs(t, err, rental.ErrUnknown)
	_, err = b.AddKey(b.ctx, who, "", "u", first)
	require.ErrorIs(t, err, rental.ErrKeyMissing)

	b.ride(first)
	second := b.open(b.request(who, s)).ID
	of, err := b.AddKey(b.ctx, who, "unlock", "u", second)
	require.NoError(t, err)
	require.Equal(t, first, of, "a key keeps its rental")

	a, err := b.Admission(b.ctx, who, "unlock", "")
	require.NoError(t, err)
	require.Equal(t, "u", a.KeyDigest)
	require.Equal(t, first, a.KeyRental)
}

func TestPagesOfRentals(t *testing.T) {
	b := newBooks(t)
	s, who := b.scooter(), b.rider().ID
	var ids []string // newest first
	for range 5 {
		id := b.open(b.request(who, s)).ID
		b.ride(id)
		ids = append([]string{id}, ids...)
	}
	// All of the same moment.
	require.NoError(t, b.exec(`ALTER TABLE rentals DISABLE TRIGGER rentals_guard`))
	require.NoError(t, b.exec(`UPDATE rentals SET created_at = '2026-11-23'`))
	var got []string
	for before := ""; ; before = got[len(got)-1] {
		page, err := b.Rentals(b.ctx, rental.Filter{RiderID: who}, 2, before)
		require.NoError(t, err)
		for _, r := range page {
			got = append(got, r.ID)
		}
		if len(page) == 0 {
			break
		}
	}
	require.ElementsMatch(t, ids, got)
	for _, limit := range []int{0, -1} {
		page, err := b.Rentals(b.ctx, rental.Filter{RiderID: who}, limit, "")
		require.NoError(t, err)
		require.Empty(t, page)
	}
	page, err := b.Rentals(b.ctx, rental.Filter{RiderID: who}, 10, "not an ID")
	require.NoError(t, err)
	require.Empty(t, page)
}

func TestEventsAreAddedOnce(t *testing.T) {
	b := newBooks(t)
	id := b.open(b.request(b.rider().ID, b.scooter())).ID
	e := rental.Event{Seq: 1, Kind: "reminded", Cause: rental.ByLimit, At: noon, Note: "two hours"}
	require.NoError(t, b.AddEvent(b.ctx, id, e))
	require.NoError(t, b.AddEvent(b.ctx, id, rental.Event{Seq: 1, Kind: "alerted", Cause: rental.ByLimit, At: noon}))
	events, err := b.RentalEvents(b.ctx, id)
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, e, events[1])
	require.ErrorIs(t, b.AddEvent(b.ctx, uuid.NewString(), e), rental.ErrUnknown)
	require.ErrorIs(t, b.AddEvent(b.ctx, "x", e), rental.ErrUnknown)
	_, err = b.RentalEvents(b.ctx, "x")
	require.ErrorIs(t, err, rental.ErrUnknown)
}
