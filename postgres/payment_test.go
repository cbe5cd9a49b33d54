package postgres_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/rental"
	"rodada/domain/wallet"
	"rodada/seal"
)

const provider = "sandbox"

// sealedAs is what a reference of a provider looks like here.
func sealedAs(what string) string { return seal.Prefix + "k:" + what }

// card is a saved card of a rider.
func (b *books) card(riderID string) payment.Method {
	b.t.Helper()
	m := payment.Method{ID: uuid.NewString(), RiderID: riderID, Provider: provider, Reference: sealedAs("setup")}
	require.NoError(b.t, b.BeginMethod(b.ctx, m))
	m.Reference, m.Card = sealedAs("card"), payment.Card{Brand: "visa", Last4: "4242", ExpMonth: 12, ExpYear: 2034}
	saved, err := b.SaveMethod(b.ctx, m)
	require.NoError(b.t, err)
	return saved
}

func newPayment(riderID string, minor int64) payment.New {
	return payment.New{ID: uuid.NewString(), RiderID: riderID, Provider: provider, Purpose: payment.TopUp, Amount: money.Of(minor, "EUR"), Key: uuid.NewString(), Digest: "d"}
}

// payment is one that was just opened.
func (b *books) payment(riderID string, minor int64) payment.Payment {
	b.t.Helper()
	if has, err := b.Methods(b.ctx, riderID); err != nil || len(has) == 0 {
		b.card(riderID)
	}
	p, err := b.OpenPayment(b.ctx, newPayment(riderID, minor))
	require.NoError(b.t, err)
	return p
}

func TestAKeyOpensOnePayment(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	_, err := b.OpenPayment(b.ctx, newPayment(who, 500))
	require.ErrorIs(t, err, payment.ErrNoCard)
	card := b.card(who)
	n := newPayment(who, 500)

	var all sync.WaitGroup
	ids := make([]string, 16)
	for i := range ids {
		all.Go(func() {
			mine := n
			mine.ID = uuid.NewString()
			p, err := b.OpenPayment(b.ctx, mine)
			if err == nil {
				ids[i] = p.ID
			}
		})
	}
	all.Wait()
	for _, id := range ids {
		require.NotEmpty(t, id)
		require.Equal(t, ids[0], id)
	}
	p, err := b.Payment(b.ctx, who, ids[0])
	require.NoError(t, err)
	require.Equal(t, card.ID, p.MethodID)
	require.Equal(t, card.Card, p.Card)
	require.Equal(t, payment.Created, p.State)
	other := n
	other.Digest = "another request"
	_, err = b.OpenPayment(b.ctx, other)
	require.ErrorIs(t, err, rental.ErrKeyReused)
	b.card(b.rider().ID)
	other = newPayment(b.rider().ID, 500)
	other.MethodID = card.ID
	_, err = b.OpenPayment(b.ctx, other)
	require.ErrorIs(t, err, payment.ErrCardUnknown, "somebody else's")
	_, err = b.Payment(b.ctx, b.rider().ID, p.ID)
	require.ErrorIs(t, err, payment.ErrUnknown)
	for _, id := range []string{"", "x", uuid.NewString()} {
		_, err = b.Payment(b.ctx, "", id)
		require.ErrorIs(t, err, payment.ErrUnknown)
		_, err = b.AdvancePayment(b.ctx, id, payment.News{State: payment.Succeeded})
		require.ErrorIs(t, err, payment.ErrUnknown)
	}
}

// Webhooks and looks, late, repeated, in any order and all at once: what succeeded is in the wallet once, and a state only goes up.
func TestNewsOfAPaymentProperty(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.card(who)
	total := int64(0)
	rapid.Check(t, func(rt *rapid.T) {
		p := b.payment(who, rapid.Int64Range(1, 100_000).Draw(rt, "amount"))
		type one struct {
			event string // empty: a look
			news  payment.News
		}
		news := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) one {
			o := one{news: payment.News{State: rapid.SampledFrom(payment.States()).Draw(rt, "state")}}
			if o.news.State == payment.Failed {
				o.news.Failure = rapid.SampledFrom(payment.Failures()).Draw(rt, "failure")
			}
			if n := rapid.IntRange(0, 4).Draw(rt, "event"); n > 0 {
				o.event = fmt.Sprint(p.ID, n)
			}
			return o
		}), 0, 8).Draw(rt, "news")
		want, seen := payment.Created, map[string]bool{}
		for _, o := range news {
			if o.event == "" || !seen[o.event] {
				want = want.Join(o.news.State)
			}
			seen[o.event] = true
		}
		tell := func(o one) {
			var err error
			if o.event == "" {
				_, err = b.AdvancePayment(b.ctx, p.ID, o.news)
			} else {
				_, err = b.TakeEvent(b.ctx, provider, payment.Event{ID: o.event, PaymentID: p.ID}, o.news)
			}
			require.NoError(rt, err)
		}
		if at := rapid.Bool().Draw(rt, "at once"); at && len(seen) == len(news) { // of two with one ID the first counts, whichever that is
			var all sync.WaitGroup
			for _, o := range news {
				all.Go(func() { tell(o) })
			}
			all.Wait()
		} else {
			for _, o := range news {
				tell(o)
			}
		}
		got, err := b.Payment(b.ctx, who, p.ID)
		require.NoError(rt, err)
		require.Equal(rt, want, got.State)
		require.Equal(rt, want.Final(), !got.SettledAt.IsZero())
		require.Equal(rt, want == payment.Failed, got.Failure != "")
		if want == payment.Succeeded {
			total += p.Amount.Minor
		}
		require.Equal(rt, total, b.balance(wallet.Rider(who), "EUR"))
	})
	b.sound()
}

func TestTheDatabaseKeepsPayments(t *testing.T) {
	b := newBooks(t)
	p := b.payment(b.rider().ID, 500)
	_, err := b.AdvancePayment(b.ctx, p.ID, payment.News{State: payment.Succeeded})
	require.NoError(t, err)
	for what, harm := range map[string]string{
		"a state goes down":   `UPDATE payments SET state = 'processing', settled_at = NULL`,
		"the sum changes":     `UPDATE payments SET minor = 1`,
		"it is deleted":       `DELETE FROM payments`,
		"a reference is bare": `UPDATE payments SET reference = 'pi_123'`,
		"a card is bare":      `UPDATE payment_methods SET reference = 'pm_123'`,
		"a card number":       `UPDATE payment_methods SET last4 = '4242424242424242'`,
	} {
		require.Error(t, b.exec(harm), what)
	}
}

func TestAReferenceIsKeptOnce(t *testing.T) {
	b := newBooks(t)
	p := b.payment(b.rider().ID, 500)
	for range 2 {
		kept, err := b.ReferPayment(b.ctx, p.ID, sealedAs(uuid.NewString()))
		require.NoError(t, err)
		if p.Reference == "" {
			p.Reference = kept
		}
		require.Equal(t, p.Reference, kept)
	}
}

func TestOpenPayments(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	first, second, over := b.payment(who, 1), b.payment(who, 2), b.payment(who, 3)
	_, err := b.AdvancePayment(b.ctx, over.ID, payment.News{State: payment.Failed, Failure: payment.Declined})
	require.NoError(t, err)
	_, err = b.AdvancePayment(b.ctx, second.ID, payment.News{State: payment.Processing})
	require.NoError(t, err)
	ids, err := b.OpenPayments(b.ctx, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, []string{first.ID, second.ID}, ids)
	ids, err = b.OpenPayments(b.ctx, time.Now().Add(-time.Hour))
	require.NoError(t, err)
	require.Empty(t, ids)
}

func TestEventsAreForgottenInTheEnd(t *testing.T) {
	b := newBooks(t)
	p := b.payment(b.rider().ID, 500)
	for _, fresh := range []bool{true, false} {
		got, err := b.TakeEvent(b.ctx, provider, payment.Event{ID: "e", PaymentID: p.ID}, payment.News{})
		require.NoError(t, err)
		require.Equal(t, fresh, got)
	}
	_, err := b.TakeEvent(b.ctx, provider, payment.Event{ID: "lost", PaymentID: uuid.NewString()}, payment.News{State: payment.Succeeded})
	require.ErrorIs(t, err, payment.ErrUnknown)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM payment_events`), "what failed may come again")
	require.NoError(t, b.ForgetEvents(b.ctx, time.Now().Add(time.Hour)))
	require.Zero(t, b.count(`SELECT count(*) FROM payment_events`))
}

// Of many cards that are saved, preferred and removed at once, one is the default as long as there is one.
func TestOneCardIsTheDefault(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			m := payment.Method{ID: uuid.NewString(), RiderID: who, Provider: provider, Reference: sealedAs("setup")}
			if b.BeginMethod(b.ctx, m) != nil {
				return
			}
			m.Reference = sealedAs("card")
			if _, err := b.SaveMethod(b.ctx, m); err != nil {
				return
			}
			if i%2 == 0 {
				_, _ = b.PreferMethod(b.ctx, who, m.ID)
			}
			if i%3 == 0 {
				_ = b.RemoveMethod(b.ctx, who, m.ID)
			}
		})
	}
	all.Wait()
	cards, err := b.Methods(b.ctx, who)
	require.NoError(t, err)
	require.Len(t, cards, 5)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM payment_methods WHERE is_default`))
	for _, c := range cards {
		require.NoError(t, b.RemoveMethod(b.ctx, who, c.ID))
	}
	require.Zero(t, b.count(`SELECT count(*) FROM payment_methods WHERE is_default`))
	_, err = b.PreferMethod(b.ctx, who, cards[0].ID)
	require.ErrorIs(t, err, payment.ErrCardUnknown)
}

func TestTheProviderForgetsWhatWasRemoved(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	card := b.card(who)
	due := func() []payment.Removal {
		t.Helper()
		list, err := b.DueRemovals(b.ctx, provider, 10, time.Minute)
		require.NoError(t, err)
		return list
	}
	p := b.payment(who, 500)
	require.NoError(t, b.RemoveMethod(b.ctx, who, card.ID))
	require.Empty(t, due(), "it waits for the payment that is under way")
	_, err := b.AdvancePayment(b.ctx, p.ID, payment.News{State: payment.Succeeded})
	require.NoError(t, err)
	others, err := b.DueRemovals(b.ctx, "stripe", 10, time.Minute)
	require.NoError(t, err)
	require.Empty(t, others)
	list := due()
	require.Equal(t, []payment.Removal{{ID: card.ID, Provider: provider, Reference: sealedAs("card")}}, list)
	require.Empty(t, due(), "somebody has it")
	require.NoError(t, b.NotRemoved(b.ctx, list[0], time.Now().Add(-time.Second)))
	require.Equal(t, list, due())
	require.NoError(t, b.Removed(b.ctx, list[0]))
	require.NoError(t, b.NotRemoved(b.ctx, list[0], time.Now().Add(-time.Second)))
	require.Empty(t, due())
	require.Equal(t, 1, b.count(`SELECT count(*) FROM payment_methods WHERE reference = ''`))
}

// An account's end has the provider forget rider and cards, first the cards; the payments stay without what it called them.
func TestAnAccountThatEndsLeavesItsPayments(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	_, err := b.KeepCustomer(b.ctx, who, provider, sealedAs("customer"))
	require.NoError(t, err)
	kept, err := b.KeepCustomer(b.ctx, who, provider, sealedAs("second"))
	require.NoError(t, err)
	require.Equal(t, sealedAs("customer"), kept)
	card := b.card(who)
	begun := payment.Method{ID: uuid.NewString(), RiderID: who, Provider: provider, Reference: sealedAs("setup")}
	require.NoError(t, b.BeginMethod(b.ctx, begun))
	p := b.payment(who, 500)
	_, err = b.ReferPayment(b.ctx, p.ID, sealedAs("intent"))
	require.NoError(t, err)
	require.ErrorIs(t, b.DeleteRider(b.ctx, who, money.Amount{}, letter.Envelope{}), payment.ErrUnderWay)
	_, err = b.AdvancePayment(b.ctx, p.ID, payment.News{State: payment.Succeeded})
	require.NoError(t, err)

	require.NoError(t, b.DeleteRider(b.ctx, who, money.Of(500, "EUR"), letter.Envelope{}))
	got, err := b.Payment(b.ctx, "", p.ID)
	require.NoError(t, err)
	require.Equal(t, payment.Succeeded, got.State)
	require.Empty(t, got.Reference)
	require.Empty(t, got.Card)
	for _, want := range []payment.Removal{
		{ID: card.ID, Provider: provider, Reference: sealedAs("card")}, {ID: who, Customer: true, Provider: provider, Reference: sealedAs("customer")},
	} {
		list, err := b.DueRemovals(b.ctx, provider, 10, time.Minute)
		require.NoError(t, err)
		require.Equal(t, []payment.Removal{want}, list)
		require.NoError(t, b.Removed(b.ctx, list[0]))
	}
	require.Zero(t, b.count(`SELECT count(*) FROM payment_customers`))
	require.Zero(t, b.count(`SELECT count(*) FROM payment_methods WHERE reference <> ''`))
	_, err = b.OpenPayment(b.ctx, newPayment(who, 500))
	require.Error(t, err)
	require.ErrorIs(t, b.BeginMethod(b.ctx, begun), wallet.ErrRider)
	b.sound()
}
