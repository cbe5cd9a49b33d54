package postgres_test

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// ridden is a ride that is over, and its rider.
func (b *books) ridden(s fleet.Scooter) (rentalID, riderID string, price money.Amount) {
	b.t.Helper()
	riderID = b.rider().ID
	rentalID = b.open(b.request(riderID, s)).ID
	b.ride(rentalID)
	r, err := b.RentalForStaff(b.ctx, rentalID)
	require.NoError(b.t, err)
	return rentalID, riderID, r.Bill.Total
}

// sound requires that the books keep their laws.
func (b *books) sound() {
	b.t.Helper()
	flaws, err := b.CheckBooks(b.ctx)
	require.NoError(b.t, err)
	require.Empty(b.t, flaws)
}

func (b *books) refund(rentalID, key string, minor int64) (wallet.Settlement, error) {
	ctx := staff.Acting(b.ctx, staff.Actor{Email: "eva@example.org"})
	return b.RefundRental(ctx, wallet.RefundRequest{Key: key, RentalID: rentalID, Minor: minor, Why: "broken brake"})
}

func TestRefunds(t *testing.T) {
	b := newBooks(t)
	id, who, price := b.ridden(b.scooter())
	require.Greater(t, price.Minor, int64(60))
	require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 20)))

	part := wallet.Settlement{Charged: price.Minor, Refunded: 50}
	for range 2 {
		got, err := b.refund(id, "part", 50)
		require.NoError(t, err)
		require.Equal(t, part, got, "once for its key")
	}
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'rental.refund' AND reason = 'broken brake'`))
	_, err := b.refund(id, "part", 51)
	require.ErrorIs(t, err, wallet.ErrKeyConflict)
	_, err = b.refund(id, "more", price.Minor-49)
	f, _ := fault.From(err)
	require.ErrorIs(t, err, wallet.ErrRefundTooHigh)
	require.Equal(t, money.Of(price.Minor-50, "EUR"), f.Details["left"])

	rest, err := b.refund(id, "rest", 0)
	require.NoError(t, err)
	require.Equal(t, wallet.Settlement{Charged: price.Minor, Refunded: price.Minor}, rest)
	again, err := b.refund(id, "rest", 0)
	require.NoError(t, err)
	require.Equal(t, rest, again)
	for _, minor := range []int64{0, 1} {
		_, err = b.refund(id, "none", minor)
		require.ErrorIs(t, err, wallet.ErrNothingLeft)
	}
	require.Zero(t, b.balance(wallet.Rider(who), "EUR"))
	r, err := b.RentalForStaff(b.ctx, id)
	require.NoError(t, err)
	require.True(t, r.Charged)
	require.Equal(t, price.Minor, r.Refunded)
	b.sound()
}

func TestWhatIsNotChargedYetIsVoid(t *testing.T) {
	b := newBooks(t)
	id, who, price := b.ridden(b.scooter())
	_, err := b.refund(id, "part", 1)
	require.ErrorIs(t, err, wallet.ErrNotCharged)
	for range 2 {
		got, err := b.refund(id, "all", 0)
		require.NoError(t, err)
		require.Equal(t, wallet.Settlement{Waived: true}, got)
	}
	require.ErrorIs(t, b.Book(b.ctx, wallet.Charge(id, who, price, 0)), wallet.ErrKeyConflict, "the charge comes too late")
	waived, err := b.Waived(b.ctx, id)
	require.NoError(t, err)
	require.True(t, waived)
	_, err = b.refund(id, "part", 1)
	require.ErrorIs(t, err, wallet.ErrNothingLeft)
	require.Zero(t, b.balance(wallet.Rider(who), "EUR"))
	r, err := b.RentalForStaff(b.ctx, id)
	require.NoError(t, err)
	require.True(t, r.Waived)
	require.False(t, r.Charged)
	b.sound()
}

func TestRefundsThatCanNotBe(t *testing.T) {
	b := newBooks(t)
	for _, id := range []string{uuid.NewString(), "x"} {
		_, err := b.refund(id, "k", 0)
		require.ErrorIs(t, err, rental.ErrUnknown)
	}
	open := b.open(b.request(b.rider().ID, b.scooter())).ID
	_, err := b.refund(open, "k", 0)
	require.ErrorIs(t, err, rental.ErrState, "the ride goes on")
	id, who, price := b.ridden(b.scooter())
	other, _, _ := b.ridden(b.scooter())
	require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 0)))
	_, err = b.refund(id, "k", 1)
	require.NoError(t, err)
	_, err = b.refund(other, "k", 1)
	require.Error(t, err, "the key is another ride's")
	b.sound()
}

// The charge and many refunds come at once: whoever is first, what is given back is never more than what was charged.
func TestRefundsAndTheChargeRace(t *testing.T) {
	b := newBooks(t)
	for round := range 12 {
		id, who, price := b.ridden(b.scooter())
		var all sync.WaitGroup
		charge := func() {
			if err := b.Book(b.ctx, wallet.Charge(id, who, price, 0)); err != nil {
				require.ErrorIs(t, err, wallet.ErrKeyConflict)
			}
		}
		work := []func(){charge, charge}
		for i := range 8 {
			minor := int64(0)
			if (i+round)%3 > 0 {
				minor = price.Minor/3 + 1
			}
			work = append(work, func() {
				_, err := b.refund(id, id+strconv.Itoa(i), minor)
				if f, is := fault.From(err); err != nil {
					require.True(t, is, err)
					require.Contains(t, []string{"refund_nothing_left", "refund_too_high", "rental_not_charged"}, f.Code)
				}
			})
		}
		rand.Shuffle(len(work), func(i, j int) { work[i], work[j] = work[j], work[i] })
		for _, do := range work {
			all.Go(do)
		}
		all.Wait()
		r, err := b.RentalForStaff(b.ctx, id)
		require.NoError(t, err)
		require.NotEqual(t, r.Charged, r.Waived, "one of the two")
		if r.Waived {
			require.Zero(t, b.balance(wallet.Rider(who), "EUR"))
		} else {
			require.LessOrEqual(t, r.Refunded, price.Minor)
			require.Equal(t, r.Refunded-price.Minor, b.balance(wallet.Rider(who), "EUR"))
		}
	}
	b.sound()
}

func TestStaffPutWalletsRight(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	ctx := staff.Acting(b.ctx, staff.Actor{Email: "eva@example.org"})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			m, balance, err := b.BookByStaff(ctx, who, "EUR", wallet.Adjust("eva/1", who, money.Of(-250, "EUR"), "damage"))
			require.NoError(t, err)
			require.EqualValues(t, -250, m.Amount.Minor)
			require.EqualValues(t, -250, balance.Minor)
		})
	}
	all.Wait()
	_, balance, err := b.BookByStaff(ctx, who, "EUR", wallet.Give("eva/2", who, money.Of(1000, "EUR"), "welcome"))
	require.NoError(t, err)
	require.EqualValues(t, 750, balance.Minor)
	require.Equal(t, 2, b.count(`SELECT count(*) FROM audit_log WHERE subject = $1`, who))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'wallet.bonus' AND reason = 'welcome'
		AND before ->> 'balance' = '-250' AND after ->> 'balance' = '750'`))

	_, _, err = b.BookByStaff(ctx, who, "EUR", wallet.Give("eva/2", who, money.Of(1001, "EUR"), "welcome"))
	require.ErrorIs(t, err, wallet.ErrKeyConflict)
	_, _, err = b.BookByStaff(ctx, who, "EUR", wallet.Give("eva/2", who, money.Of(1000, "EUR"), "another reason"))
	require.ErrorIs(t, err, wallet.ErrKeyConflict)
	for _, nobody := range []string{uuid.NewString(), "x"} {
		_, _, err = b.BookByStaff(ctx, nobody, "EUR", wallet.Give("eva/3", nobody, money.Of(1, "EUR"), "welcome"))
		require.ErrorIs(t, err, wallet.ErrRider)
	}
	require.Equal(t, 2, b.count(`SELECT count(*) FROM audit_log`), "what was refused is no deed")
	b.sound()
}

func TestTheHistoryOfAWallet(t *testing.T) {
	b := newBooks(t)
	id, who, price := b.ridden(b.scooter())
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("k", who, money.Of(2000, "EUR"))))
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("stranger", b.rider().ID, money.Of(9, "EUR"))))
	require.NoError(t, b.Book(b.ctx, wallet.Deposit("dollars", who, money.Of(5, "USD"))))
	require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 20)))
	_, err := b.refund(id, "k", 7)
	require.NoError(t, err)

	all, err := b.Movements(b.ctx, who, "EUR", 10, "")
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Equal(t, []wallet.Kind{wallet.Refund, wallet.Ride, wallet.TopUp}, []wallet.Kind{all[0].Kind, all[1].Kind, all[2].Kind})
	require.Equal(t, "broken brake", all[0].Note)
	require.Equal(t, id, all[1].RentalID)
	require.Equal(t, price.Negate(), all[1].Amount)
	require.Equal(t, []wallet.Part{{Item: wallet.RideItem, Minor: 20 - price.Minor}, {Item: wallet.PauseItem, Minor: -20}}, all[1].Items)

	var paged []wallet.Movement
	for before := ""; ; before = paged[len(paged)-1].ID {
		page, err := b.Movements(b.ctx, who, "EUR", 2, before)
		require.NoError(t, err)
		if paged = append(paged, page...); len(page) == 0 {
			break
		}
	}
	require.Equal(t, all, paged)
	var sum int64
	for _, m := range all {
		sum += m.Amount.Minor
	}
	require.Equal(t, b.balance(wallet.Rider(who), "EUR"), sum)
	for _, before := range []string{"x", uuid.NewString()} {
		none, err := b.Movements(b.ctx, who, "EUR", 2, before)
		require.NoError(t, err)
		require.Empty(t, none)
	}
}
