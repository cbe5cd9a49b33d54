package postgres_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

func TestNobodyLeavesInTheMiddleOfARide(t *testing.T) {
	b := newBooks(t)
	who, s := b.rider(), b.scooter()
	r := b.open(b.request(who.ID, s))
	require.ErrorIs(t, b.DeleteRider(b.ctx, who.ID, money.Amount{}, letter.Envelope{}), rental.ErrRiderBusy)
	suspended, err := b.Suspend(b.ctx, who.ID, "left it in the river", letter.Envelope{})
	require.NoError(t, err)
	require.Equal(t, r.ID, suspended.OpenRental)
	got, err := b.RiderByID(b.ctx, who.ID)
	require.NoError(t, err)
	require.Equal(t, who.Email, got.Email)

	require.NoError(t, b.VoidUnstarted(b.ctx, r.ID, rental.NotStarted, today.Add(1<<40)))
	require.NoError(t, b.DeleteRider(b.ctx, who.ID, money.Amount{}, letter.Envelope{}))
	require.ErrorIs(t, b.DeleteRider(b.ctx, who.ID, money.Amount{}, letter.Envelope{}), rider.ErrToken)
}

// A request to rent that was let in already finds the rider suspended or gone.
func TestNobodyRidesWhoIsSuspendedOrGone(t *testing.T) {
	b := newBooks(t)
	suspended, gone := b.rider(), b.rider()
	_, err := b.Suspend(b.ctx, suspended.ID, "left it in the river", letter.Envelope{})
	require.NoError(t, err)
	require.NoError(t, b.DeleteRider(b.ctx, gone.ID, money.Amount{}, letter.Envelope{}))
	_, _, err = b.OpenRental(b.ctx, b.request(suspended.ID, b.scooter()), never)
	require.ErrorIs(t, err, rider.ErrSuspended)
	_, _, err = b.OpenRental(b.ctx, b.request(gone.ID, b.scooter()), never)
	require.ErrorIs(t, err, rider.ErrToken)
}

// Of a deletion and a ride that begin at once, one happens.
func TestLeavingAgainstRiding(t *testing.T) {
	b := newBooks(t)
	for range 12 {
		who := b.rider()
		n := b.request(who.ID, b.scooter())
		var left, rode error
		var both sync.WaitGroup
		both.Go(func() { left = b.DeleteRider(b.ctx, who.ID, money.Amount{}, letter.Envelope{}) })
		both.Go(func() { _, _, rode = b.OpenRental(b.ctx, n, never) })
		both.Wait()
		if left == nil {
			require.ErrorIs(t, rode, rider.ErrToken)
		} else {
			require.ErrorIs(t, left, rental.ErrRiderBusy)
			require.NoError(t, rode)
		}
	}
}

func TestWhatIsErased(t *testing.T) {
	b := newBooks(t)
	who := rider.Rider{
		ID: uuid.NewString(), FirstName: "Griselda", LastName: "Ruiz", Email: "griselda@example.org", PasswordHash: "secrethash", Phone: "+34612345678", Language: "es",
	}
	require.NoError(t, b.CreateRider(b.ctx, who))
	require.NoError(t, b.OpenSession(b.ctx, rider.Session{
		Family: uuid.NewString(), Hash: hash("1"), Subject: who.ID, Audience: rider.ForRiders, ExpiresAt: tomorrow,
	}))
	l := letter.Letter{ID: uuid.NewString(), Kind: letter.Reset, Language: "es", To: who.Email}
	e, err := l.Close(nil)
	require.NoError(t, err)
	require.NoError(t, b.BeginProof(b.ctx, rider.Proof{
		ID: uuid.NewString(), Purpose: rider.ToResetPassword, Email: who.Email, RiderID: who.ID, Language: "es", Letter: letter.Reset,
		MailedAt: today, ExpiresAt: tomorrow,
	}, e))
	everything := func() string {
		var tables, all []string
		require.NoError(t, b.db.SelectContext(b.ctx, &tables, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`))
		for _, table := range tables {
			var rows []string
			require.NoError(t, b.db.SelectContext(b.ctx, &rows, `SELECT row_to_json(t)::text FROM `+table+` t`))
			all = append(all, rows...)
		}
		return strings.Join(all, "\n")
	}
	secrets := []string{"riselda", "Ruiz", "secrethash", "612345678"}
	for _, secret := range secrets {
		require.Contains(t, everything(), secret, "the search looks where it would be")
	}
	require.NoError(t, b.DeleteRider(b.ctx, who.ID, money.Amount{}, letter.Envelope{}))
	for _, secret := range secrets {
		require.NotContains(t, everything(), secret)
	}
	require.Contains(t, everything(), who.ID, "what is kept has it for a name")
	require.Zero(t, b.count(`SELECT count(*) FROM sessions`))
}

// Who is gone gets no money any more, but what is left can be paid out.
func TestNoPresentsForWhoIsGone(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.owes(who, 500)
	require.NoError(t, b.DeleteRider(b.ctx, who, money.Of(500, "EUR"), letter.Envelope{}))
	_, _, err := b.BookByStaff(b.ctx, who, "EUR", wallet.Give("gone/"+who, who, money.Of(500, "EUR"), "sorry"))
	require.ErrorIs(t, err, wallet.ErrRider)
	require.EqualValues(t, 500, b.balance(wallet.Rider(who), "EUR"))

	// Of three that pay it out at once, one does: nobody owes who is gone.
	var all sync.WaitGroup
	errs := make([]error, 3)
	for i := range errs {
		all.Go(func() {
			_, _, errs[i] = b.BookByStaff(b.ctx, who, "EUR", wallet.Adjust(fmt.Sprintf("paid/%s/%d", who, i), who, money.Of(-500, "EUR"), "paid out"))
		})
	}
	all.Wait()
	paid := 0
	for _, err := range errs {
		if err == nil {
			paid++
		} else {
			require.ErrorIs(t, err, wallet.ErrRider)
		}
	}
	require.Equal(t, 1, paid)
	require.Zero(t, b.balance(wallet.Rider(who), "EUR"))
}
