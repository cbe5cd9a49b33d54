package postgres_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/payment"
	"rodada/domain/wallet"
	"rodada/postgres"
)

// What nobody can do through the store, the check finds all the same.
func TestTheCheckFindsWhatIsWrong(t *testing.T) {
	harms := map[string]string{
		"a charge is the bill of a ridden rental":                              `UPDATE ledger_entries SET minor = minor * 2 WHERE item <> ''`,
		"a transaction sums to zero and has all of its lines":                  `UPDATE ledger_entries SET minor = minor + 1 WHERE line = 1`,
		"the ledger sums to zero in every currency":                            `DELETE FROM ledger_entries WHERE line = 1`,
		"a ride is charged or void, not both":                                  `UPDATE ledger_transactions SET kind = 'void', rental_id = (SELECT id FROM rentals LIMIT 1) WHERE key LIKE 'topup/%'`,
		"no ride is refunded beyond its charge":                                `UPDATE ledger_transactions SET kind = 'refund', rental_id = (SELECT id FROM rentals LIMIT 1) WHERE key LIKE 'topup/%'`,
		"money about a ride is its rider's":                                    `UPDATE ledger_transactions SET rental_id = (SELECT id FROM rentals LIMIT 1) WHERE key LIKE 'topup/%'`,
		"what riders have is what came in less what was earned":                `UPDATE ledger_entries SET minor = 0 WHERE line = 2`,
		"a payment that succeeded is one top-up of its rider, and no other is": `UPDATE payments SET minor = minor + 1 WHERE state = 'succeeded'`,
		"a top-up has its payment, since there are payments":                   `UPDATE ledger_transactions SET key = key || 'x' WHERE kind = 'topup'`,
	}
	const ofPromotions, ofPasses = 3, 4 // which have tests of their own
	require.Len(t, harms, len(postgres.BookLaws())-ofPromotions-ofPasses, "a law without its breach")
	for law, harm := range harms {
		t.Run(law, func(t *testing.T) {
			b := newBooks(t)
			id, who, price := b.ridden(b.scooter())
			require.NoError(t, b.Book(b.ctx, wallet.Charge(id, who, price, 0)))
			for _, rider := range []string{who, b.rider().ID} {
				p := b.payment(rider, 2000)
				_, err := b.AdvancePayment(b.ctx, p.ID, payment.News{State: payment.Succeeded})
				require.NoError(t, err)
			}
			b.payment(who, 700)
			b.sound()
			for _, table := range []string{"ledger_entries", "ledger_transactions", "payments"} {
				require.NoError(t, b.exec(`ALTER TABLE `+table+` DISABLE TRIGGER ALL`))
			}
			require.NoError(t, b.exec(`DROP INDEX ledger_transactions_one_charge`))
			require.NoError(t, b.exec(harm))
			require.True(t, b.breaksLaw(law))
		})
	}
}

func (b *books) breaksLaw(law string) bool {
	b.t.Helper()
	flaws, err := b.CheckBooks(b.ctx)
	require.NoError(b.t, err)
	return slices.ContainsFunc(flaws, func(f wallet.Flaw) bool { return f.Law == law })
}

// A payment that failed and is in the wallet all the same, and one that is in somebody else's.
func TestTheCheckComparesPaymentsAndTopUps(t *testing.T) {
	const law = "a payment that succeeded is one top-up of its rider, and no other is"
	b := newBooks(t)
	who := b.rider().ID
	failed := b.payment(who, 500)
	_, err := b.AdvancePayment(b.ctx, failed.ID, payment.News{State: payment.Failed, Failure: payment.Declined})
	require.NoError(t, err)
	require.False(t, b.breaksLaw(law))
	require.NoError(t, b.Book(b.ctx, wallet.Deposit(failed.ID, who, failed.Amount)))
	require.True(t, b.breaksLaw(law), "it failed, and is in the wallet")

	b = newBooks(t)
	who, other := b.rider().ID, b.rider().ID
	p := b.payment(who, 500)
	require.NoError(t, b.Book(b.ctx, wallet.Deposit(p.ID, other, p.Amount)))
	_, err = b.AdvancePayment(b.ctx, p.ID, payment.News{State: payment.Succeeded})
	require.ErrorIs(t, err, wallet.ErrKeyConflict)
	require.NoError(t, b.exec(`UPDATE payments SET state = 'succeeded', settled_at = now() WHERE id = $1`, p.ID))
	require.True(t, b.breaksLaw(law), "it is in another wallet")
}
