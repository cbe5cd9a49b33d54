package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fleet"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/geo"
)

var failedRule = rental.FailedRule{Under: 3 * time.Minute, Within: 200}

// short is a ride of a minute that ended where the scooter stood, some 370 m from where the books have it.
func (b *books) short(riderID string) string {
	b.t.Helper()
	s := b.scooter()
	stood := geo.Point{Lat: s.Position.Lat + 0.0033, Lng: s.Position.Lng}
	id := b.open(b.request(riderID, s)).ID
	for _, c := range steps(id) {
		if c.Usage != nil {
			c.Usage = &fare.Usage{Riding: time.Minute}
		}
		if c.EndPosition != nil {
			c.EndPosition, c.EndSeenAt = &stood, c.StoppedAt.Add(-10*time.Second)
		}
		if !c.UnlockedAt.IsZero() {
			c.Begin = fleet.Sighted{Position: stood, At: c.UnlockedAt.Add(-20 * time.Second)}
		}
		require.NoError(b.t, b.Advance(b.ctx, c))
	}
	return id
}

func TestFailedRides(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	fresh, charged := b.short(who), b.short(who)
	trip, err := b.Trip(b.ctx, fresh)
	require.NoError(t, err)
	require.True(t, failedRule.Unmoved(trip))
	require.NoError(t, b.Book(b.ctx, wallet.Charge(charged, who, bill.Total, 0)))
	for range 2 {
		got, err := b.ClaimFailed(b.ctx, who, fresh, failedRule)
		require.NoError(t, err)
		require.Equal(t, wallet.Settlement{Waived: true}, got)
		got, err = b.ClaimFailed(b.ctx, who, charged, failedRule)
		require.NoError(t, err)
		require.Equal(t, wallet.Settlement{Charged: bill.Total.Minor, Refunded: bill.Total.Minor}, got)
	}
	require.Zero(t, b.balance(wallet.Rider(who), "EUR"))

	long, owner, _ := b.ridden(b.scooter())
	_, err = b.ClaimFailed(b.ctx, owner, long, failedRule)
	require.ErrorIs(t, err, rental.ErrNotFailed)
	_, err = b.ClaimFailed(b.ctx, who, long, failedRule)
	require.ErrorIs(t, err, rental.ErrUnknown, "somebody else's")
	_, err = b.ClaimFailed(b.ctx, who, uuid.NewString(), failedRule)
	require.ErrorIs(t, err, rental.ErrUnknown)
	_, err = b.ClaimFailed(b.ctx, owner, b.open(b.request(owner, b.scooter())).ID, failedRule)
	require.ErrorIs(t, err, rental.ErrState)
	_, err = b.Trip(b.ctx, uuid.NewString())
	require.ErrorIs(t, err, rental.ErrUnknown)
	b.sound()
}

// However many rides are claimed at once, no more count than may.
func TestFailedRidesAreCounted(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	errs := make([]error, rental.FailedClaims+4)
	var all sync.WaitGroup
	for i := range errs {
		id := b.short(who)
		all.Go(func() { _, errs[i] = b.ClaimFailed(b.ctx, who, id, failedRule) })
	}
	all.Wait()
	fine := 0
	for _, err := range errs {
		if err == nil {
			fine++
			continue
		}
		require.ErrorIs(t, err, rental.ErrFailedOver)
	}
	require.Equal(t, rental.FailedClaims, fine)
	b.sound()
}

// However often a scooter does not move, and whoever says so, no more rides are void than may be; the rest is charged.
func TestUnmovedRidesAreCounted(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	_, err := b.ClaimFailed(b.ctx, who, b.short(who), failedRule)
	require.NoError(t, err)
	ids, waived := make([]string, 5), make([]bool, 5)
	var all sync.WaitGroup
	for i := range ids {
		ids[i] = b.short(who)
		all.Go(func() { waived[i], _ = b.WaiveUnmoved(b.ctx, ids[i], failedRule) })
	}
	all.Wait()
	fine := 0
	for i, id := range ids {
		again, err := b.WaiveUnmoved(b.ctx, id, failedRule)
		require.NoError(t, err)
		require.Equal(t, waived[i], again, "asked again, it is the same")
		if waived[i] {
			fine++
			continue
		}
		require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, bill.Total, 0)))
		_, err = b.ClaimFailed(b.ctx, who, id, failedRule)
		require.ErrorIs(t, err, rental.ErrFailedOver)
	}
	require.Equal(t, rental.FailedClaims-1, fine)
	b.sound()
}

// A ride that moved, one that is charged, and one whose places nobody knows are not waived.
func TestRidesThatAreNotWaived(t *testing.T) {
	b := newBooks(t)
	long, _, _ := b.ridden(b.scooter())
	who := b.rider().ID
	charged := b.short(who)
	require.NoError(t, b.Book(b.ctx, wallet.Charge(charged, who, bill.Total, 0)))
	for _, id := range []string{long, charged} {
		waived, err := b.WaiveUnmoved(b.ctx, id, failedRule)
		require.NoError(t, err)
		require.False(t, waived)
	}
	_, err := b.WaiveUnmoved(b.ctx, uuid.NewString(), failedRule)
	require.ErrorIs(t, err, rental.ErrUnknown)
}
