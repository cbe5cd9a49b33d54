package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/fare"
	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/pass"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/geo"
)

var (
	inTown  = geo.Point{Lat: 40.4, Lng: -3.7}
	outside = geo.Point{Lat: 41.4, Lng: -3.7}
)

const town = `{"type":"Polygon","coordinates":[[[-3.8,40.3],[-3.6,40.3],[-3.6,40.5],[-3.8,40.5],[-3.8,40.3]]]}`

// sell offers a pass: an hour of riding in a week for 999, unless the terms say otherwise.
func (b *books) sell(terms ...func(*pass.Product)) pass.Product {
	b.t.Helper()
	p := pass.Product{NameES: "Una hora", NameEN: "An hour", Price: money.Of(999, "EUR"), Terms: pass.Terms{Allowance: pass.Minutes, Minutes: 60, Days: 7}}
	for _, change := range terms {
		change(&p)
	}
	made, err := b.CreatePassProduct(b.ctx, p, uuid.NewString(), "d", "why")
	require.NoError(b.t, err)
	return made
}

func threeRides(p *pass.Product) {
	p.Allowance, p.Minutes, p.Rides, p.Unlock = pass.Rides, 10, 3, true
}

// holder is a rider with 50.00 in the wallet and a pass.
func (b *books) holder(p pass.Product) (riderID string, bought pass.Pass) {
	b.t.Helper()
	riderID = b.rider().ID
	require.NoError(b.t, b.Book(b.ctx, wallet.Give(uuid.NewString(), riderID, money.Of(5000, "EUR"), "why")))
	bought, err := b.BuyPass(b.ctx, riderID, uuid.NewString(), p.ID)
	require.NoError(b.t, err)
	return riderID, bought
}

// takeRide opens a ride, rides for so long and ends; nothing is charged yet.
func (b *books) takeRide(n rental.New, riding time.Duration) (rental.Rental, fare.Bill) {
	b.t.Helper()
	r := b.open(n)
	used := fare.Usage{Riding: riding}
	bill := fare.QuoteWith(r.Discount, r.Tariff, used)
	b.rode(r, used, bill)
	return r, bill
}

func (b *books) charge(r rental.Rental, bill fare.Bill) {
	b.t.Helper()
	for range 2 {
		require.NoError(b.t, b.Book(b.ctx, wallet.ChargeWith(
			wallet.Others{Promotion: bill.Promotion(), Pass: bill.Pass()}, r.ID, r.RiderID, bill.Total, bill.Pauses())))
	}
}

// left is what a rider's only pass has left.
func (b *books) left(riderID string) (minutes, rides int) {
	b.t.Helper()
	list, _, _, err := b.Passes(b.ctx, pass.Filter{RiderID: riderID}, listing.Query{Order: listing.Order{By: "ends"}, Limit: 10})
	require.NoError(b.t, err)
	require.Len(b.t, list, 1)
	return list[0].Left()
}

// byStaff is books in which what is done is a deed of a member of staff.
func byStaff(t *testing.T) *books {
	t.Helper()
	b := newBooks(t)
	return b.as(b.member())
}

func TestAPassIsBoughtOnce(t *testing.T) {
	b := newBooks(t)
	p, who := b.sell(), b.rider().ID
	_, err := b.BuyPass(b.ctx, who, "key", p.ID)
	f, _ := fault.From(err)
	require.ErrorIs(t, err, wallet.ErrShort)
	require.Equal(t, money.Of(999, "EUR"), f.Details["missing"])
	require.NoError(t, b.Book(b.ctx, wallet.Give(uuid.NewString(), who, money.Of(2500, "EUR"), "why")))

	require.Equal(t, 20, together(t, 20, nil, func(int) error {
		_, err := b.BuyPass(b.ctx, who, "key", p.ID)
		return err
	}))
	require.EqualValues(t, 2500-999, b.purse(who))
	minutes, _ := b.left(who)
	require.Equal(t, 60, minutes)
	_, err = b.BuyPass(b.ctx, who, "key", b.sell().ID)
	require.ErrorIs(t, err, rental.ErrKeyReused)

	// Twenty others at once have money for one.
	require.Equal(t, 1, together(t, 20, wallet.ErrShort, func(int) error {
		_, err := b.BuyPass(b.ctx, who, uuid.NewString(), p.ID)
		return err
	}))
	require.EqualValues(t, 2500-2*999, b.purse(who))
	b.sound()
}

// What a ride costs that is over is spent, whether it is charged or not.
func TestARideThatIsNotChargedYetBuysNoPass(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	require.NoError(t, b.Book(b.ctx, wallet.Give(uuid.NewString(), who, money.Of(1000, "EUR"), "why")))
	r, bill := b.takeRide(b.request(who, b.scooter()), 2*time.Minute)
	p := b.sell()
	_, err := b.BuyPass(b.ctx, who, "key", p.ID)
	require.ErrorIs(t, err, wallet.ErrShort)
	b.charge(r, bill)
	_, err = b.BuyPass(b.ctx, who, "key", p.ID)
	require.ErrorIs(t, err, wallet.ErrShort)
}

func TestWhatIsOnSale(t *testing.T) {
	b := byStaff(t)
	who := b.rider().ID
	later, over, ended := b.sell(func(p *pass.Product) { p.SaleFrom = time.Now().Add(time.Hour) }),
		b.sell(func(p *pass.Product) {
			p.SaleFrom, p.SaleUntil = time.Now().Add(-time.Hour), time.Now().Add(-time.Second)
		}), b.sell()
	for range 2 {
		_, err := b.EndPassProduct(b.ctx, ended.ID, "why")
		require.NoError(t, err)
	}
	for _, p := range []pass.Product{later, over, ended} {
		_, err := b.BuyPass(b.ctx, who, uuid.NewString(), p.ID)
		require.ErrorIs(t, err, pass.ErrNotOnSale)
	}
	for _, id := range []string{uuid.NewString(), "x"} {
		_, err := b.BuyPass(b.ctx, who, uuid.NewString(), id)
		require.ErrorIs(t, err, pass.ErrProduct)
		_, err = b.EndPassProduct(b.ctx, id, "why")
		require.ErrorIs(t, err, pass.ErrProduct)
	}
	states := map[pass.SaleState]int{pass.OnSale: 0, pass.Upcoming: 1, pass.Ended: 2, "": 3}
	for state, n := range states {
		list, _, total, err := b.PassProducts(b.ctx, state, listing.Query{Order: listing.Order{By: "created"}, Limit: 1})
		require.NoError(t, err)
		require.Equal(t, n, total, state)
		for _, p := range list {
			require.True(t, state == "" || p.State(time.Now()) == state)
		}
	}
	require.Equal(t, 4, b.count(`SELECT count(*) FROM audit_log WHERE action IN ('pass.offer', 'pass.end')`), "ending it again was no deed")

	// The key of who made a product makes one.
	p := ended
	for range 2 {
		_, err := b.CreatePassProduct(b.ctx, p, "key", "d", "why")
		require.NoError(t, err)
	}
	_, err := b.CreatePassProduct(b.ctx, p, "key", "another", "why")
	require.ErrorIs(t, err, rental.ErrKeyReused)
	p.Models = []int64{b.model.ID + 1}
	_, err = b.CreatePassProduct(b.ctx, p, "other key", "d", "why")
	require.ErrorIs(t, err, fleet.ErrModelUnknown)
}

// Minutes of one ride after the other are taken once, whether the ride before is charged or not, and a ride that the rest does not
// reach for is paid in part.
func TestRidesTakeFromAPass(t *testing.T) {
	b := newBooks(t)
	who, bought := b.holder(b.sell(func(p *pass.Product) { p.Minutes = 12 }))
	first, bill := b.takeRide(b.request(who, b.scooter()), 9*time.Minute+time.Second)
	require.Equal(t, &fare.Discount{PassID: bought.ID, Minutes: 12}, first.Discount)
	require.EqualValues(t, 10*25, bill.Pass())
	require.EqualValues(t, 100, bill.Total.Minor, "the unlock is not part of it")
	minutes, _ := b.left(who)
	require.Equal(t, 2, minutes)

	second, rest := b.takeRide(b.request(who, b.scooter()), 5*time.Minute)
	require.Equal(t, 2, second.Discount.Minutes, "the ride before is not charged yet")
	require.EqualValues(t, 2*25, rest.Pass())
	b.charge(second, rest)
	b.charge(first, bill)
	third, plain := b.takeRide(b.request(who, b.scooter()), time.Minute)
	require.Nil(t, third.Discount, "nothing is left")
	b.charge(third, plain)
	require.EqualValues(t, 5000-999-100-(100+3*25)-125, b.purse(who))
	require.EqualValues(t, 999-12*25, b.balance(wallet.Passes, "EUR"))
	b.sound()
}

func TestRidesOfAPass(t *testing.T) {
	b := newBooks(t)
	who, _ := b.holder(b.sell(threeRides))
	free, bill := b.takeRide(b.request(who, b.scooter()), 8*time.Minute)
	require.Zero(t, bill.Total.Minor)
	require.EqualValues(t, 100+8*25, bill.Pass())
	b.charge(free, bill)
	_, rides := b.left(who)
	require.Equal(t, 2, rides)
	long, more := b.takeRide(b.request(who, b.scooter()), 30*time.Minute)
	require.EqualValues(t, 20*25, more.Total.Minor, "the cap is of each ride")
	b.charge(long, more)
	// One that comes to nothing takes nothing.
	void := b.open(b.request(who, b.scooter()))
	require.NoError(t, b.VoidUnstarted(b.ctx, void.ID, rental.NotStarted, time.Now()))
	_, rides = b.left(who)
	require.Equal(t, 1, rides)
	b.sound()
}

// What is void or refunded whole is back in the pass, once; a part of a refund is money alone.
func TestAPassGetsBackWhatIsGivenBack(t *testing.T) {
	b := newBooks(t)
	for name, c := range map[string]struct {
		charged bool
		refunds []int64
		back    bool
	}{
		"not charged: void":   {false, []int64{0}, true},
		"charged: refunded":   {true, []int64{0}, true},
		"in part":             {true, []int64{40}, false},
		"in parts, all of it": {true, []int64{40, 60}, true},
		"the rest of it":      {true, []int64{40, 0}, true},
	} {
		t.Run(name, func(t *testing.T) {
			who, _ := b.holder(b.sell())
			r, bill := b.takeRide(b.request(who, b.scooter()), 9*time.Minute)
			if c.charged {
				b.charge(r, bill)
			}
			var after wallet.Settlement
			for i, minor := range c.refunds {
				for range 2 {
					var err error
					after, err = b.refund(r.ID, r.ID+string(rune('a'+i)), minor)
					require.NoError(t, err)
				}
			}
			require.Equal(t, c.back, after.PassBack)
			minutes, _ := b.left(who)
			require.Equal(t, map[bool]int{true: 60, false: 51}[c.back], minutes)
			if c.back && c.charged {
				_, err := b.refund(r.ID, "again", 0)
				require.ErrorIs(t, err, wallet.ErrNothingLeft)
			}
			b.sound()
		})
	}
}

// A ride that a pass paid alone has no money to give back, and the pass all the same.
func TestARideThatAPassPaidAloneIsGivenBack(t *testing.T) {
	b := newBooks(t)
	for name, charged := range map[string]bool{"charged": true, "not yet": false} {
		t.Run(name, func(t *testing.T) {
			who, _ := b.holder(b.sell(threeRides))
			r, bill := b.takeRide(b.request(who, b.scooter()), 8*time.Minute)
			if charged {
				b.charge(r, bill)
			}
			_, err := b.refund(r.ID, "part", 1)
			require.Error(t, err)
			for range 2 {
				after, err := b.refund(r.ID, r.ID, 0)
				require.NoError(t, err)
				require.True(t, after.PassBack)
				require.Equal(t, !charged, after.Waived)
			}
			_, rides := b.left(who)
			require.Equal(t, 3, rides)
			require.EqualValues(t, 5000-999, b.purse(who))
			require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'rental.refund' AND subject = $1`, r.ID))
			_, err = b.refund(r.ID, "again", 0)
			if charged { // a void has the key of the charge
				require.ErrorIs(t, err, wallet.ErrNothingLeft)
			}
			b.sound()
		})
	}
}

func TestAFailedRideIsBackInThePass(t *testing.T) {
	b := newBooks(t)
	who, _ := b.holder(b.sell(threeRides))
	r, _ := b.takeRide(b.request(who, b.scooter()), time.Minute)
	after, err := b.ClaimFailed(b.ctx, who, r.ID, rental.FailedRule{Under: 3 * time.Minute, Within: 200})
	require.NoError(t, err)
	require.True(t, after.Waived && after.PassBack)
	_, rides := b.left(who)
	require.Equal(t, 3, rides)
}

func TestWhichPassARideHas(t *testing.T) {
	b := newBooks(t)
	week := b.sell()
	who, _ := b.holder(week)
	other, err := b.CreateModel(b.ctx, fleet.Model{Name: "M2", MaxKmh: 25, RangeMeters: 30000})
	require.NoError(t, err)
	b.offer(promotionOf("HALF"))
	b.redeem(who, "HALF")
	next := func(model int64, at *geo.Point, when time.Time) string {
		t.Helper()
		d, err := b.NextDiscount(b.ctx, who, model, at, when)
		require.NoError(t, err)
		if d == nil {
			return ""
		}
		return d.PassID + d.Code
	}
	buy := func(terms ...func(*pass.Product)) string {
		t.Helper()
		p, err := b.BuyPass(b.ctx, who, uuid.NewString(), b.sell(terms...).ID)
		require.NoError(t, err)
		return p.ID
	}
	first := next(b.model.ID, nil, time.Now())
	day := buy(func(p *pass.Product) { p.Days = 1 })
	require.Equal(t, day, next(b.model.ID, nil, time.Now()), "what ends first goes first")
	require.Equal(t, first, next(b.model.ID, nil, time.Now().Add(25*time.Hour)))
	require.Equal(t, "HALF", next(b.model.ID, nil, time.Now().Add(8*24*time.Hour)), "none is good any more, and the promotion waits for that")
	ofOther := buy(func(p *pass.Product) { p.Days, p.Models = 1, []int64{other.ID} })
	require.Equal(t, day, next(b.model.ID, nil, time.Now()))
	inTheTown := buy(func(p *pass.Product) { p.Days, p.City, p.Area = 1, "Madrid", []byte(town) })
	require.NoError(t, b.exec(`UPDATE passes SET ends_at = ends_at - interval '1 hour' WHERE id IN ($1, $2)`, ofOther, inTheTown))
	require.Equal(t, ofOther, next(other.ID, nil, time.Now()))
	require.Equal(t, inTheTown, next(b.model.ID, &inTown, time.Now()))
	require.Equal(t, day, next(b.model.ID, &outside, time.Now()))

	s := b.scooter()
	a, err := b.Admission(b.ctx, who, "key", s.QRCode)
	require.NoError(t, err)
	here, err := pass.Here(a.LocalPasses, &inTown)
	require.NoError(t, err)
	require.Equal(t, []string{inTheTown}, here)
	n := b.request(who, s)
	n.Passes = here
	r := b.open(n)
	require.Equal(t, inTheTown, r.Discount.PassID)
	a, err = b.Admission(b.ctx, who, "key", s.QRCode)
	require.NoError(t, err)
	require.Equal(t, r.Discount, a.OpenDiscount)
	require.Equal(t, 0, b.count(`SELECT count(*) FROM rentals WHERE redemption_id IS NOT NULL`), "a ride with a pass takes no promotion")
}

func TestStaffGivePassesAndTakeThemBack(t *testing.T) {
	b := byStaff(t)
	p, who := b.sell(threeRides), b.rider().ID
	_, err := b.EndPassProduct(b.ctx, p.ID, "why")
	require.NoError(t, err)
	var given pass.Pass
	for range 2 {
		given, err = b.GivePass(b.ctx, who, "key", p.ID, "a broken brake")
		require.NoError(t, err)
	}
	require.True(t, given.Given)
	require.Zero(t, given.Paid)
	require.Zero(t, b.purse(who))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'pass.give' AND reason = 'a broken brake'`))
	_, err = b.GivePass(b.ctx, uuid.NewString(), "key", p.ID, "why")
	require.ErrorIs(t, err, rider.ErrUnknown)
	_, err = b.RefundPass(b.ctx, given.ID, "why")
	require.ErrorIs(t, err, pass.ErrGiven)

	// A ride that began with it keeps it.
	n := b.request(who, b.scooter())
	r := b.open(n)
	for range 2 {
		revoked, err := b.RevokePass(b.ctx, given.ID, "why")
		require.NoError(t, err)
		require.Equal(t, pass.Revoked, revoked.State(time.Now()))
	}
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'pass.revoke'`))
	used := fare.Usage{Riding: time.Minute}
	bill := fare.QuoteWith(r.Discount, r.Tariff, used)
	b.rode(r, used, bill)
	b.charge(r, bill)
	require.Nil(t, b.open(b.request(who, b.scooter())).Discount)
	for _, id := range []string{uuid.NewString(), "x"} {
		_, err = b.RevokePass(b.ctx, id, "why")
		require.ErrorIs(t, err, pass.ErrUnknown)
	}
	b.sound()
}

func TestAPassThatNoRideHasIsRefunded(t *testing.T) {
	b := byStaff(t)
	who, bought := b.holder(b.sell())
	require.Equal(t, 20, together(t, 20, nil, func(int) error {
		p, err := b.RefundPass(b.ctx, bought.ID, "a mistake")
		if err == nil {
			require.Equal(t, pass.Refunded, p.State(time.Now()))
		}
		return err
	}))
	require.EqualValues(t, 5000, b.purse(who))
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'pass.refund'`))

	who, bought = b.holder(b.sell())
	r := b.open(b.request(who, b.scooter()))
	_, err := b.RefundPass(b.ctx, bought.ID, "why")
	require.ErrorIs(t, err, pass.ErrUsed, "a ride has it")
	used := fare.Usage{Riding: time.Minute}
	b.rode(r, used, fare.QuoteWith(r.Discount, r.Tariff, used))
	_, err = b.RefundPass(b.ctx, bought.ID, "why")
	require.ErrorIs(t, err, pass.ErrUsed)
	_, err = b.refund(r.ID, "all", 0)
	require.NoError(t, err)
	_, err = b.RefundPass(b.ctx, bought.ID, "why")
	require.NoError(t, err, "the ride was given back")
	require.EqualValues(t, 5000, b.purse(who))
	b.sound()
}

// A pass is refunded and a ride opens with it at the same time: one of the two has it.
func TestAPassIsRefundedOrRidden(t *testing.T) {
	b := newBooks(t)
	for range 20 {
		who, bought := b.holder(b.sell())
		n := b.request(who, b.scooter())
		var r rental.Rental
		var refused error
		together(t, 2, nil, func(i int) (err error) {
			if i == 0 {
				r, _, err = b.OpenRental(b.ctx, n, never)
				return err
			}
			_, refused = b.RefundPass(b.ctx, bought.ID, "why")
			return nil
		})
		if r.Discount != nil {
			require.ErrorIs(t, refused, pass.ErrUsed)
		} else {
			require.NoError(t, refused)
		}
	}
	b.sound()
}

func TestTheBooksSayWhenAPassIsWrong(t *testing.T) {
	for law, harm := range map[string]string{
		"what a pass pays of a charge is what the bill says":                                                       `UPDATE ledger_entries SET item = 'ride' WHERE item = 'pass'`,
		"a pass is paid once, unless it was given, and given back once at most":                                    `UPDATE passes SET given = true`,
		"what was paid for a pass has its pass":                                                                    `UPDATE ledger_transactions SET key = 'pass/x' WHERE kind = 'pass'`,
		"a pass pays for rides of its rider alone, no more than it has, and for none once its price is given back": `UPDATE pass_products SET minutes = 1`,
	} {
		t.Run(law, func(t *testing.T) {
			b := newBooks(t)
			who, _ := b.holder(b.sell())
			b.charge(b.takeRide(b.request(who, b.scooter()), 5*time.Minute))
			b.sound()
			for _, table := range []string{"ledger_entries", "ledger_transactions"} {
				require.NoError(t, b.exec(`ALTER TABLE `+table+` DISABLE TRIGGER ALL`))
			}
			require.NoError(t, b.exec(harm))
			require.True(t, b.breaksLaw(law))
		})
	}
}
