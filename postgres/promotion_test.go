package postgres_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/money"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// offer makes a promotion under a code.
func (b *books) offer(p promotion.Promotion) promotion.Promotion {
	b.t.Helper()
	p.Currency, p.StartsAt, p.RiderLimit = "EUR", time.Now().Add(-time.Minute), max(1, p.RiderLimit)
	made, err := b.CreatePromotion(b.ctx, p, "", "", "")
	require.NoError(b.t, err)
	return made
}

// promotionOf is half the price off.
func promotionOf(code string) promotion.Promotion {
	return promotion.Promotion{Code: code, Kind: promotion.Percent, Percent: 50}
}

func (b *books) redeem(who, code string) promotion.Redemption {
	b.t.Helper()
	r, err := b.Redeem(b.ctx, who, uuid.NewString(), code)
	require.NoError(b.t, err)
	return r
}

func (b *books) purse(who string) int64 {
	b.t.Helper()
	sum, err := b.Balance(b.ctx, wallet.Rider(who), "EUR")
	require.NoError(b.t, err)
	return sum.Minor
}

func TestACreditIsInTheWalletOnce(t *testing.T) {
	b := newBooks(t)
	b.offer(promotion.Promotion{Code: "five", Kind: promotion.Credit, Amount: 500})
	who := b.rider().ID
	require.Equal(t, 1, together(t, 20, promotion.ErrRedeemed, func(int) error {
		_, err := b.Redeem(b.ctx, who, uuid.NewString(), "Five")
		return err
	}))
	require.EqualValues(t, 500, b.purse(who))

	// The same key is the same redemption, however many come at once.
	who = b.rider().ID
	var first atomic.Value
	require.Equal(t, 20, together(t, 20, nil, func(int) error {
		r, err := b.Redeem(b.ctx, who, "key", "FIVE")
		if id := first.Swap(r.ID); err == nil && id != nil {
			require.Equal(t, id, r.ID)
		}
		return err
	}))
	require.EqualValues(t, 500, b.purse(who))
	b.offer(promotion.Promotion{Code: "OTHER", Kind: promotion.Credit, Amount: 500})
	_, err := b.Redeem(b.ctx, who, "key", "OTHER")
	require.ErrorIs(t, err, rental.ErrKeyReused)
	b.sound()
}

func TestNoPromotionIsRedeemedBeyondItsLimits(t *testing.T) {
	b := newBooks(t)
	p := b.offer(promotion.Promotion{Code: "SEVEN", Kind: promotion.Credit, Amount: 100, TotalLimit: 7})
	riders := make([]string, 20)
	for i := range riders {
		riders[i] = b.rider().ID
	}
	require.Equal(t, 7, together(t, 20, promotion.ErrSpent, func(i int) error {
		_, err := b.Redeem(b.ctx, riders[i], uuid.NewString(), p.Code)
		return err
	}))
	var sum int64
	for _, who := range riders {
		sum += b.purse(who)
	}
	require.EqualValues(t, 700, sum)

	b.offer(promotion.Promotion{Code: "TWICE", Kind: promotion.Unlock, RiderLimit: 2})
	require.Equal(t, 2, together(t, 20, promotion.ErrRedeemed, func(int) error {
		_, err := b.Redeem(b.ctx, riders[0], uuid.NewString(), "TWICE")
		return err
	}))
	b.sound()
}

func TestWhoMayRedeemWhat(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	refused := func(code string, why error) {
		t.Helper()
		_, err := b.Redeem(b.ctx, who, uuid.NewString(), code)
		require.ErrorIs(t, err, why)
	}
	refused("NONE", promotion.ErrUnknown)
	refused("no code at all", promotion.ErrUnknown)
	later, err := b.CreatePromotion(b.ctx, promotion.Promotion{
		Code: "LATER", Kind: promotion.Percent, Percent: 10, Currency: "EUR", StartsAt: time.Now().Add(time.Hour), RiderLimit: 1,
	}, "", "", "")
	require.NoError(t, err)
	refused("LATER", promotion.ErrUnknown)
	_, err = b.CreatePromotion(b.ctx, later, "", "", "")
	require.ErrorIs(t, err, promotion.ErrTaken)
	b.offer(promotion.Promotion{Code: "OVER", Kind: promotion.Percent, Percent: 10, EndsAt: time.Now().Add(-time.Second)})
	refused("OVER", promotion.ErrOver)
	p := b.offer(promotion.Promotion{Code: "ENDED", Kind: promotion.Percent, Percent: 10})
	for range 2 {
		_, err = b.EndPromotion(b.ctx, p.ID, "")
		require.NoError(t, err)
	}
	refused("ENDED", promotion.ErrOver)
	_, err = b.EndPromotion(b.ctx, uuid.NewString(), "")
	require.ErrorIs(t, err, promotion.ErrUnknown)

	b.offer(promotion.Promotion{Code: "FIRST", Kind: promotion.Unlock, FirstRide: true})
	n := b.open(b.request(who, b.scooter()))
	refused("FIRST", promotion.ErrFirstRide)
	require.NoError(t, b.VoidUnstarted(b.ctx, n.ID, rental.NotStarted, time.Now()))
	require.Equal(t, promotion.Waiting, b.redeem(who, "FIRST").State(time.Now()), "a ride that came to nothing was none")
}

// A ride takes what was redeemed; one that comes to nothing gives it back.
func TestTheNextRideHasTheDiscount(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.offer(promotion.Promotion{Code: "FIFTH", Kind: promotion.Percent, Percent: 20})
	b.offer(promotion.Promotion{Code: "SOON", Kind: promotion.Amount, Amount: 50, EndsAt: time.Now().Add(time.Hour)})
	require.Nil(t, b.open(b.request(b.rider().ID, b.scooter())).Discount)
	b.redeem(who, "FIFTH")
	soon := b.redeem(who, "SOON")
	next, err := b.NextDiscount(b.ctx, who, b.model.ID, nil, time.Now())
	require.NoError(t, err)
	require.Equal(t, &fare.Discount{Code: "SOON", Amount: 50}, next, "what expires first goes first")

	r := b.open(b.request(who, b.scooter()))
	require.Equal(t, next, r.Discount)
	again, err := b.RentalForStaff(b.ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, next, again.Discount)
	require.NoError(t, b.VoidUnstarted(b.ctx, r.ID, rental.NotStarted, time.Now()))
	r = b.open(b.request(who, b.scooter()))
	require.Equal(t, next, r.Discount, "it waits again")
	list, err := b.Redemptions(b.ctx, who)
	require.NoError(t, err)
	require.Equal(t, r.ID, list[0].RentalID)
	require.Equal(t, soon.ID, list[0].ID)
	require.Equal(t, promotion.Used, list[0].State(time.Now()))
	require.Equal(t, promotion.Waiting, list[1].State(time.Now()))
	require.NoError(t, b.VoidUnstarted(b.ctx, r.ID, rental.NotStarted, time.Now()))
	b.sound()
}

// A promotion for a first ride waits no longer once there was one that had another.
func TestAFirstRideIsTheFirst(t *testing.T) {
	b := newBooks(t)
	who, _ := b.holder(b.sell())
	b.offer(promotion.Promotion{Code: "FIRST", Kind: promotion.Unlock, FirstRide: true})
	b.redeem(who, "FIRST")
	state := func() promotion.State {
		t.Helper()
		list, err := b.Redemptions(b.ctx, who)
		require.NoError(t, err)
		return list[0].State(time.Now())
	}
	require.Equal(t, promotion.Waiting, state())
	r := b.open(b.request(who, b.scooter()))
	require.NotEmpty(t, r.Discount.PassID)
	require.Equal(t, promotion.Expired, state())
	require.NoError(t, b.VoidUnstarted(b.ctx, r.ID, rental.NotStarted, time.Now()))
	require.Equal(t, promotion.Waiting, state(), "that ride was none")
}

// The ledger has what the ride was worth, and what the promotion paid of it, apart.
func TestADiscountInTheBooks(t *testing.T) {
	b := newBooks(t)
	for name, c := range map[string]struct {
		discount promotion.Promotion
		paid     int64
	}{
		"a part": {promotion.Promotion{Code: "HALF", Kind: promotion.Percent, Percent: 50}, 75},
		"all":    {promotion.Promotion{Code: "ALL", Kind: promotion.Percent, Percent: 100}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			who := b.rider().ID
			require.NoError(t, b.Book(b.ctx, wallet.Give(uuid.NewString(), who, money.Of(1000, "EUR"), "why")))
			b.redeem(who, b.offer(c.discount).Code)
			r := b.open(b.request(who, b.scooter()))
			used := fare.Usage{Riding: 2 * time.Minute} // 100 + 2 * 25
			bill := fare.QuoteWith(r.Discount, r.Tariff, used)
			b.rode(r, used, bill)
			charge := wallet.ChargeWith(wallet.Others{Promotion: bill.Promotion()}, r.ID, who, bill.Total, bill.Pauses())
			for range 2 {
				require.NoError(t, b.Book(b.ctx, charge))
			}
			require.Equal(t, 1000-c.paid, b.purse(who))
			list, err := b.Movements(b.ctx, who, "EUR", 1, "")
			require.NoError(t, err)
			require.Equal(t, []wallet.Part{{Item: wallet.RideItem, Minor: -150}, {Item: wallet.PromotionItem, Minor: 150 - c.paid}}, list[0].Items)
			b.sound()
			_, err = b.RefundRental(b.ctx, wallet.RefundRequest{Key: uuid.NewString(), RentalID: r.ID, Why: "why"})
			if c.paid == 0 {
				require.ErrorIs(t, err, wallet.ErrNothingLeft)
			} else {
				require.NoError(t, err)
			}
			require.EqualValues(t, 1000, b.purse(who), "never more than was paid")
			b.sound()
		})
	}
}

func TestTheBooksSayWhenAPromotionIsWrong(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.redeem(who, b.offer(promotion.Promotion{Code: "HALF", Kind: promotion.Percent, Percent: 50}).Code)
	r := b.open(b.request(who, b.scooter()))
	used := fare.Usage{Riding: 2 * time.Minute}
	bill := fare.QuoteWith(r.Discount, r.Tariff, used)
	b.rode(r, used, bill)
	require.NoError(t, b.Book(b.ctx, wallet.Charge(r.ID, who, bill.Total, 0))) // without what the promotion pays
	require.NoError(t, b.exec(`UPDATE promotions SET redeemed = 5`))
	flaws, err := b.CheckBooks(b.ctx)
	require.NoError(t, err)
	require.Equal(t, []wallet.Flaw{
		{Law: "no promotion is redeemed beyond its limits", Subject: "HALF"},
		{Law: "what a promotion pays of a charge is what the bill says", Subject: r.ID},
	}, flaws)
	require.Error(t, b.exec(`DELETE FROM redemptions`))
	require.Error(t, b.exec(`UPDATE redemptions SET discount = NULL`))
}

// rode takes a rental that is unlocking to its end, with a bill.
func (b *books) rode(r rental.Rental, used fare.Usage, bill fare.Bill) {
	b.t.Helper()
	for _, c := range steps(r.ID) {
		if c.Bill != nil {
			c.Usage, c.Bill = &used, &bill
		}
		require.NoError(b.t, b.Advance(b.ctx, c), c.State)
	}
}
