package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// spend takes something out of a rider's wallet, beside all rides.
func (w *world) spend(t *testing.T, riderID string, minor int64) {
	t.Helper()
	require.NoError(t, w.store.Book(t.Context(), wallet.Adjust(key(), riderID, money.Of(-minor, "EUR"), "for the story")))
}

// confirmed is how many payments the sandbox has taken.
func (w *world) confirmed(t *testing.T) (n int) {
	t.Helper()
	slips, err := filepath.Glob(filepath.Join(w.env["PAYMENT_SANDBOX_DIR"], "sandbox_pi_*.json"))
	require.NoError(t, err)
	for _, slip := range slips {
		text, err := os.ReadFile(slip)
		require.NoError(t, err)
		if strings.Contains(string(text), "confirmed_at") {
			n++
		}
	}
	return n
}

// A ride that the wallet does not cover is collected from the card, once, although the worker is killed after the bank has paid and
// before that is booked.
func TestADebtIsCollectedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"PAYMENT_DEBT_STEPS": "5s,1h"})
	b, p := w.box(t), w.rider(t)
	require.NoError(t, p.app.SaveCard(t.Context()))
	r := p.ride(t, b)
	w.spend(t, p.id, credit)
	p.end(t, r.ID)
	require.Eventually(t, func() bool { return w.charges(t, r.ID) == 1 }, patience, tick)
	require.Eventually(t, func() bool {
		return w.number(t, `SELECT count(*) FROM debts WHERE ended_at IS NULL AND rider_id = $1`, p.id) == 1
	}, patience, tick)
	require.Negative(t, p.balance(t))
	w.free(t, b)
	_, err := p.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusPaymentRequired, "wallet_in_debt")

	release := w.holdLedger(t)
	require.Eventually(t, func() bool { return w.confirmed(t) == 1 }, patience, tick, "the bank has paid")
	w.worker.kill()
	release()
	require.Zero(t, w.number(t, `SELECT count(*) FROM payments WHERE state = 'succeeded'`))
	w.worker.start(t)
	require.Eventually(t, func() bool { return p.balance(t) == 0 }, 2*patience, tick)
	require.Eventually(t, func() bool { return w.number(t, `SELECT count(*) FROM debts WHERE ended_at IS NOT NULL`) == 1 }, patience, tick)
	require.Equal(t, 1, w.confirmed(t))
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM payments WHERE purpose = 'debt' AND state = 'succeeded'`))
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM payments`))
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM ledger_transactions WHERE kind = 'topup'`))
	flaws, err := w.store.CheckBooks(t.Context())
	require.NoError(t, err)
	require.Empty(t, flaws)
	w.checkHistories(t)
}

// A card that pays nothing is tried at every step; then the debt is the rider's and staff's.
func TestADebtThatNobodyPays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, set{"PAYMENT_DEBT_STEPS": "1s,2s,3s,4s"})
	b, p, eva := w.box(t), w.rider(t), w.staff(t)
	require.NoError(t, p.app.SaveCard(t.Context()))
	ask := func(path string, body, out any) error {
		return eva.Call(t.Context(), http.MethodPost, path, body, out, "Idempotency-Key", key())
	}
	adjust := func(minor int64) {
		t.Helper()
		require.NoError(t, ask("/admin/v1/riders/"+p.id+"/adjustments", map[string]any{"kind": "adjustment", "amount": minor, "reason": "a story"}, nil))
	}
	adjust(-credit - 291) // a sum that is declined
	require.Eventually(t, func() bool {
		return w.number(t, `SELECT count(*) FROM debts WHERE rider_id = $1 AND next_at IS NULL AND ended_at IS NULL`, p.id) == 1
	}, 2*patience, tick)
	attempts := w.number(t, `SELECT attempts FROM debts WHERE rider_id = $1`, p.id)
	require.Equal(t, attempts, w.number(t, `SELECT count(*) FROM payments WHERE purpose = 'debt' AND state = 'failed'`))
	require.LessOrEqual(t, attempts, 4)
	require.Equal(t, attempts, w.number(t, `SELECT count(*) FROM letters WHERE rider_id = $1 AND kind LIKE 'debt%'`, p.id), "a mail after each")
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM letters WHERE rider_id = $1 AND kind = 'debt_last'`, p.id))
	var alerts struct {
		Alerts []struct {
			RiderID string `json:"rider_id"`
		} `json:"alerts"`
	}
	open := func() int {
		t.Helper()
		require.NoError(t, eva.Call(t.Context(), http.MethodGet, "/admin/v1/alerts?kind=debt", nil, &alerts))
		return len(alerts.Alerts)
	}
	require.Equal(t, 1, open())
	require.Equal(t, p.id, alerts.Alerts[0].RiderID)
	_, err := p.app.Rent(t.Context(), key(), b.qr)
	refused(t, err, http.StatusPaymentRequired, "wallet_in_debt")

	adjust(1) // the rest is paid, when somebody asks
	var list struct {
		Debts []struct {
			ID    string `json:"id"`
			State string `json:"state"`
		} `json:"debts"`
	}
	require.NoError(t, eva.Call(t.Context(), http.MethodGet, "/admin/v1/debts?state=blocked", nil, &list))
	require.Len(t, list.Debts, 1)
	require.NoError(t, ask("/admin/v1/debts/"+list.Debts[0].ID+"/retry", map[string]any{"reason": "the rider asked for it"}, nil))
	require.Eventually(t, func() bool { return p.balance(t) == 0 && open() == 0 }, 2*patience, tick)
	require.Equal(t, 1, w.number(t, `SELECT count(*) FROM audit_log WHERE action = 'debt.retry'`))
	adjust(credit)
	p.end(t, p.ride(t, b).ID)
	w.checkHistories(t)
}
