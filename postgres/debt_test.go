package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rodada/domain/debt"
	"rodada/domain/letter"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// owes books something out of or into a rider's wallet.
func (b *books) owes(riderID string, minor int64) {
	b.t.Helper()
	require.NoError(b.t, b.Book(b.ctx, wallet.Adjust(uuid.NewString(), riderID, money.Of(minor, "EUR"), "test")))
}

func (b *books) follow(riderID string) debt.Debt {
	b.t.Helper()
	d, err := b.FollowDebt(b.ctx, riderID, "EUR", time.Hour)
	require.NoError(b.t, err)
	return d
}

func attempt(d debt.Debt, n int) payment.New {
	return payment.New{ID: uuid.NewString(), RiderID: d.RiderID, Provider: provider, Purpose: payment.Debt, Amount: money.Of(0, "EUR"), Key: d.Key(n)}
}

func TestADebtIsAWalletBelowZero(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	require.Empty(t, b.follow(who).ID)
	require.Empty(t, b.follow("x").ID)
	b.owes(who, -450)

	var all sync.WaitGroup
	found := make([]debt.Debt, 8)
	for i := range found {
		all.Go(func() { found[i] = b.follow(who) })
	}
	all.Wait()
	for _, d := range found {
		require.Equal(t, found[0], d, "one at a time")
	}
	d := found[0]
	require.Equal(t, money.Of(450, "EUR"), d.Owed)
	require.Equal(t, d.BeganAt.Add(time.Hour), d.NextAt)
	require.Equal(t, debt.Open, d.State())
	b.owes(who, -50)
	require.EqualValues(t, 500, b.follow(who).Owed.Minor)
	own, err := b.DebtOf(b.ctx, who)
	require.NoError(t, err)
	require.Equal(t, d.ID, own.ID)

	b.owes(who, 500)
	require.Empty(t, b.follow(who).ID)
	own, err = b.DebtOf(b.ctx, who)
	require.NoError(t, err)
	require.Empty(t, own.ID)
	b.owes(who, -1)
	require.NotEqual(t, d.ID, b.follow(who).ID, "another one")
}

// Bookings either way and looks at them, all at once: at the end a look says what is so.
func TestDebtsFollowTheWallet(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	var all sync.WaitGroup
	for i := range 24 {
		all.Go(func() {
			b.owes(who, []int64{-300, 200}[i%2])
			b.follow(who)
		})
	}
	all.Wait()
	d, err := b.DebtOf(b.ctx, who)
	require.NoError(t, err)
	require.NotEmpty(t, d.ID, "whoever booked last has looked since")
	require.LessOrEqual(t, b.count(`SELECT count(*) FROM debts WHERE ended_at IS NULL`), 1)
	b.owes(who, 1200)
	require.Empty(t, b.follow(who).ID)
}

func TestADebtIsPaidOnce(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.owes(who, -450)
	d := b.follow(who)
	_, err := b.OpenDebtPayment(b.ctx, attempt(d, 1))
	require.ErrorIs(t, err, payment.ErrNoCard)
	b.card(who)

	// An attempt, repeated, and the rider's own try, all at once: one of them is opened.
	var all sync.WaitGroup
	var mu sync.Mutex
	opened := map[string]payment.Payment{}
	for i := range 12 {
		n := attempt(d, 1)
		if i%3 == 0 {
			n = newPayment(who, 0)
		}
		all.Go(func() {
			p, err := b.OpenDebtPayment(b.ctx, n)
			if err != nil {
				require.ErrorIs(t, err, payment.ErrUnderWay)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			opened[p.ID] = p
		})
	}
	all.Wait()
	require.Len(t, opened, 1)
	for id, p := range opened {
		require.Equal(t, money.Of(450, "EUR"), p.Amount)
		_, err = b.AdvancePayment(b.ctx, id, payment.News{State: payment.Succeeded})
		require.NoError(t, err)
	}
	_, err = b.OpenDebtPayment(b.ctx, attempt(d, 2))
	require.ErrorIs(t, err, debt.ErrNone)
	require.Empty(t, b.follow(who).ID)
	b.sound()
}

func TestAttemptsAreWrittenDownOnce(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.owes(who, -450)
	d := b.follow(who)
	said := letter.Envelope{ID: uuid.NewString(), Kind: letter.DebtFailed, Language: "es", Content: "{}"}
	first := debt.Outcome{DebtID: d.ID, Attempt: 1, Trouble: "declined", Due: d.NextAt, Next: d.BeganAt.Add(24 * time.Hour)}
	for range 3 {
		require.NoError(t, b.SettleDebtAttempt(b.ctx, first, said))
	}
	require.Equal(t, 1, b.count(`SELECT count(*) FROM letters WHERE kind = 'debt_failed' AND rider_id = $1`, who))
	d = b.follow(who)
	require.Equal(t, 1, d.Attempts)
	require.Equal(t, debt.Trouble("declined"), d.Trouble)
	require.Equal(t, first.Next, d.NextAt)

	// Somebody asks for another meanwhile: that is not lost.
	require.NoError(t, b.AskForDebt(b.ctx, who))
	second := debt.Outcome{DebtID: d.ID, Attempt: 2, Trouble: "declined", Due: d.NextAt, Next: d.BeganAt.Add(240 * time.Hour)}
	require.NoError(t, b.SettleDebtAttempt(b.ctx, second, letter.Envelope{}))
	asked := b.follow(who)
	require.Equal(t, 2, asked.Attempts)
	require.WithinDuration(t, time.Now(), asked.NextAt, time.Minute)

	last := debt.Outcome{DebtID: d.ID, Attempt: 3, Trouble: "no_card", Due: asked.NextAt}
	require.NoError(t, b.SettleDebtAttempt(b.ctx, last, letter.Envelope{}))
	require.Equal(t, debt.Blocked, b.follow(who).State())
	open, err := b.ListAlerts(b.ctx, staff.AlertQuery{Kinds: []staff.AlertKind{staff.Debt}, State: staff.OpenAlerts}, 0)
	require.NoError(t, err)
	require.Len(t, open, 1)
	require.Equal(t, who, open[0].RiderID)
	b.owes(who, 450)
	b.follow(who)
	open, err = b.ListAlerts(b.ctx, staff.AlertQuery{Kinds: []staff.AlertKind{staff.Debt}, State: staff.OpenAlerts}, 0)
	require.NoError(t, err)
	require.Empty(t, open, "it is settled")
	require.NoError(t, b.SettleDebtAttempt(b.ctx, debt.Outcome{DebtID: d.ID, Attempt: 4, Trouble: "declined"}, said), "late")
	require.ErrorIs(t, b.SettleDebtAttempt(b.ctx, debt.Outcome{DebtID: uuid.NewString(), Attempt: 1}, said), debt.ErrUnknown)
}

func TestWhatWasPaidEndsADebt(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.owes(who, -450)
	d := b.follow(who)
	require.NoError(t, b.SettleDebtAttempt(b.ctx, debt.Outcome{DebtID: d.ID, Attempt: 1, Due: d.NextAt}, letter.Envelope{}))
	again := b.follow(who)
	require.NotEqual(t, d.ID, again.ID, "what is owed beyond that begins anew")
	require.Zero(t, again.Attempts)
}

func TestStaffLookAtDebts(t *testing.T) {
	b := newBooks(t)
	ctx := staff.Acting(b.ctx, staff.Actor{Email: "eva@example.org"})
	var all []debt.Debt
	for i := range 5 {
		who := b.rider().ID
		b.owes(who, -int64(100+i))
		all = append(all, b.follow(who))
	}
	require.NoError(t, b.SettleDebtAttempt(b.ctx, debt.Outcome{DebtID: all[0].ID, Attempt: 1, Trouble: "declined", Due: all[0].NextAt}, letter.Envelope{}))
	b.owes(all[1].RiderID, 101)
	b.follow(all[1].RiderID)

	page := func(f debt.Filter) []debt.Debt {
		t.Helper()
		list, _, total, err := b.Debts(b.ctx, f, listing.Query{Order: listing.Order{By: "began"}, Limit: 10})
		require.NoError(t, err)
		require.Len(t, list, total)
		return list
	}
	require.Len(t, page(debt.Filter{}), 5)
	require.Len(t, page(debt.Filter{States: []debt.State{debt.Open}}), 3)
	blocked := page(debt.Filter{States: []debt.State{debt.Blocked}})
	require.Len(t, blocked, 1)
	require.EqualValues(t, 100, blocked[0].Owed.Minor)
	ended := page(debt.Filter{RiderID: all[1].RiderID})
	require.Len(t, ended, 1)
	require.Zero(t, ended[0].Owed.Minor)

	again, err := b.RetryDebt(ctx, all[0].ID, "another card")
	require.NoError(t, err)
	require.Equal(t, debt.Open, again.State())
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'debt.retry' AND subject = $1 AND reason = 'another card'`, all[0].RiderID))
	_, err = b.RetryDebt(ctx, all[1].ID, "again")
	require.ErrorIs(t, err, debt.ErrOver)
	for _, id := range []string{"x", uuid.NewString()} {
		_, err = b.RetryDebt(ctx, id, "again")
		require.ErrorIs(t, err, debt.ErrUnknown)
	}
	b.card(all[2].RiderID)
	_, err = b.OpenDebtPayment(b.ctx, attempt(all[2], 1))
	require.NoError(t, err)
	_, err = b.RetryDebt(ctx, all[2].ID, "again")
	require.ErrorIs(t, err, payment.ErrUnderWay)
	require.Equal(t, 1, b.count(`SELECT count(*) FROM audit_log WHERE action = 'debt.retry'`), "what was refused is no deed")
}

func TestDebtsThatNobodyCollects(t *testing.T) {
	b := newBooks(t)
	who, other := b.rider().ID, b.rider().ID
	b.owes(who, -1)
	b.owes(other, 5)
	lost, err := b.UnfollowedDebts(b.ctx, "EUR", time.Time{})
	require.NoError(t, err)
	require.Equal(t, []string{who}, lost)
	lost, err = b.UnfollowedDebts(b.ctx, "EUR", time.Now().Add(time.Minute))
	require.NoError(t, err)
	require.Empty(t, lost)
	d := b.follow(who)
	lost, err = b.UnfollowedDebts(b.ctx, "EUR", time.Time{})
	require.NoError(t, err)
	require.Empty(t, lost)
	overdue, err := b.OverdueDebts(b.ctx, d.NextAt)
	require.NoError(t, err)
	require.Empty(t, overdue)
	overdue, err = b.OverdueDebts(b.ctx, d.NextAt.Add(time.Second))
	require.NoError(t, err)
	require.Equal(t, []string{who}, overdue)
}

func TestTooManyNewCardsDoNotCollect(t *testing.T) {
	b := newBooks(t)
	who := b.rider().ID
	b.card(who)
	b.owes(who, -450)
	d := b.follow(who)
	for n := range debt.MaxAsked {
		require.NoError(t, b.AskForDebt(b.ctx, who))
		asked := b.follow(who)
		require.NotEqual(t, d.NextAt, asked.NextAt)
		p, err := b.OpenDebtPayment(b.ctx, attempt(d, n+1))
		require.NoError(t, err)
		_, err = b.AdvancePayment(b.ctx, p.ID, payment.News{State: payment.Failed, Failure: payment.Declined})
		require.NoError(t, err)
		require.NoError(t, b.SettleDebtAttempt(b.ctx, debt.Outcome{DebtID: d.ID, Attempt: n + 1, Trouble: "declined", Due: asked.NextAt, Next: d.NextAt}, letter.Envelope{}))
	}
	require.NoError(t, b.AskForDebt(b.ctx, who))
	require.Equal(t, d.NextAt, b.follow(who).NextAt)
}

func TestADebtorIsWritten(t *testing.T) {
	b := newBooks(t)
	r := b.rider()
	to, _, err := b.Debtor(b.ctx, r.ID)
	require.NoError(t, err)
	require.Empty(t, to, "who owes nothing is nobody's business")
	b.owes(r.ID, -1)
	b.follow(r.ID)
	to, language, err := b.Debtor(b.ctx, r.ID)
	require.NoError(t, err)
	require.Equal(t, r.Email, to)
	require.NotEmpty(t, language)
	require.ErrorIs(t, b.DeleteRider(b.ctx, r.ID, money.Amount{}, letter.Envelope{}), wallet.ErrDebt)
}
