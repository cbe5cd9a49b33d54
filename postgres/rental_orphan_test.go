package postgres_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
	"rodada/domain/rental"
)

func TestOneRunClaimsARental(t *testing.T) {
	b := newBooks(t)
	id := b.open(b.request(b.rider().ID, b.scooter())).ID
	claims := make([]bool, 20)
	errs := make([]error, len(claims))
	var all sync.WaitGroup
	for i := range claims {
		all.Go(func() { claims[i], errs[i] = b.BeginRental(b.ctx, id, uuid.NewString()) })
	}
	all.Wait()
	won := 0
	for i := range claims {
		require.NoError(t, errs[i])
		if claims[i] {
			won++
		}
	}
	require.Equal(t, 1, won)
}

func TestBegin(t *testing.T) {
	b := newBooks(t)
	id := b.open(b.request(b.rider().ID, b.scooter())).ID
	claim := func(id, run string) bool {
		claimed, err := b.BeginRental(b.ctx, id, run)
		require.NoError(t, err)
		return claimed
	}
	require.True(t, claim(id, "run"))
	require.True(t, claim(id, "run"), "its own, again")
	require.False(t, claim(id, "other"))
	require.ErrorIs(t, b.VoidUnstarted(b.ctx, id, rental.NotStarted, noon), rental.ErrState)
	b.ride(id)
	require.True(t, claim(id, "run"), "its own, over")
	require.False(t, claim(id, "other"))
	require.False(t, claim(uuid.NewString(), "run"))
	require.False(t, claim("x", "run"))
}

func TestNobodyBeginsAVoidRental(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	who := b.rider().ID
	id := b.open(b.request(who, s)).ID
	for range 2 {
		require.NoError(t, b.VoidUnstarted(b.ctx, id, rental.HeldElsewhere, noon))
	}
	claimed, err := b.BeginRental(b.ctx, id, "run")
	require.NoError(t, err)
	require.False(t, claimed)
	r, err := b.Rental(b.ctx, who, id, never)
	require.NoError(t, err)
	require.Equal(t, rental.Void, r.State)
	require.Equal(t, rental.Voided, r.Outcome)
	require.Equal(t, rental.HeldElsewhere, r.Reason)
	events, err := b.RentalEvents(b.ctx, id)
	require.NoError(t, err)
	require.Len(t, events, 2)
	at, err := b.ScooterByPlate(b.ctx, s.Plate)
	require.NoError(t, err)
	require.Equal(t, fleet.Free, at.Hold)
	require.Equal(t, s.PublicID, at.PublicID)
	b.open(b.request(who, s))
}

// Either the workflow begins or the void comes first, never both.
func TestBeginAndVoidRace(t *testing.T) {
	b := newBooks(t)
	for range 30 {
		id := b.open(b.request(b.rider().ID, b.scooter())).ID
		var claimed bool
		var beginErr, voidErr error
		var both sync.WaitGroup
		both.Go(func() { claimed, beginErr = b.BeginRental(b.ctx, id, "run") })
		both.Go(func() { voidErr = b.VoidUnstarted(b.ctx, id, rental.NotStarted, noon) })
		both.Wait()
		require.NoError(t, beginErr)
		if claimed {
			require.ErrorIs(t, voidErr, rental.ErrState)
		} else {
			require.NoError(t, voidErr)
		}
	}
}

func TestAnOrphanIsVoidedByWhoeverStumblesOverIt(t *testing.T) {
	b := newBooks(t)
	for name, stumble := range map[string]func(b *books, n rental.New, s fleet.Scooter){
		"reading it": func(b *books, n rental.New, _ fleet.Scooter) {
			r, err := b.Rental(b.ctx, n.RiderID, n.ID, now)
			require.NoError(b.t, err)
			require.Equal(b.t, rental.Void, r.State)
		},
		"its key again": func(b *books, n rental.New, _ fleet.Scooter) {
			n.ID = uuid.NewString()
			r, created, err := b.OpenRental(b.ctx, n, now)
			require.NoError(b.t, err)
			require.False(b.t, created)
			require.Equal(b.t, rental.Void, r.State)
		},
		"its rider's next": func(b *books, n rental.New, _ fleet.Scooter) {
			_, created, err := b.OpenRental(b.ctx, b.request(n.RiderID, b.scooter()), now)
			require.NoError(b.t, err)
			require.True(b.t, created)
		},
		"its scooter's next": func(b *books, _ rental.New, s fleet.Scooter) {
			_, created, err := b.OpenRental(b.ctx, b.request(b.rider().ID, s), now)
			require.NoError(b.t, err)
			require.True(b.t, created)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := b.scooter()
			n := b.request(b.rider().ID, s)
			b.open(n)
			stumble(b, n, s)
			r, err := b.RentalForStaff(b.ctx, n.ID)
			require.NoError(t, err)
			require.Equal(t, rental.NotStarted, r.Reason)
		})
	}
}

func TestABegunRentalIsNoOrphan(t *testing.T) {
	b := newBooks(t)
	s := b.scooter()
	n := b.request(b.rider().ID, s)
	id := b.open(n).ID
	claimed, err := b.BeginRental(b.ctx, id, "run")
	require.NoError(t, err)
	require.True(t, claimed)
	_, _, err = b.OpenRental(b.ctx, b.request(b.rider().ID, s), now)
	require.ErrorIs(t, err, fleet.ErrHeld)
	_, _, err = b.OpenRental(b.ctx, b.request(n.RiderID, b.scooter()), now)
	require.ErrorIs(t, err, rental.ErrRiderBusy)
	r, err := b.Rental(b.ctx, n.RiderID, id, now)
	require.NoError(t, err)
	require.Equal(t, rental.Unlocking, r.State)
}

func TestReleaseARentalThatNobodyDrives(t *testing.T) {
	b := newBooks(t)
	for state, want := range map[rental.State]rental.Outcome{
		rental.Unlocking: rental.Voided, rental.Riding: rental.Voided, rental.Paused: rental.Voided,
		rental.Locking: rental.Voided, rental.Securing: rental.Ridden,
	} {
		t.Run(string(state), func(t *testing.T) {
			s, who := b.scooter(), b.rider().ID
			id := b.open(b.request(who, s)).ID
			for _, c := range steps(id) {
				if at, err := b.RentalForStaff(b.ctx, id); err != nil || at.State == state {
					require.NoError(t, err)
					break
				}
				require.NoError(t, b.Advance(b.ctx, c))
			}
			require.NoError(t, b.ReleaseRental(b.ctx, s.Plate, "staff", "lock stuck"))
			r, err := b.Rental(b.ctx, who, id, never)
			require.NoError(t, err)
			require.Equal(t, want, r.Outcome)
			require.True(t, r.State.Final())
			at, err := b.ScooterByPlate(b.ctx, s.Plate)
			require.NoError(t, err)
			require.Equal(t, fleet.Free, at.Hold)
			require.Equal(t, fleet.Maintenance, at.Service)
			require.ErrorIs(t, b.ReleaseRental(b.ctx, s.Plate, "staff", "again"), rental.ErrUnknown)
		})
	}
}
