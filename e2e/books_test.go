package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rodada/domain/fleet"
)

// What may never be found in the books, as queries that name the offenders.
var laws = map[string]string{
	"a transaction that does not sum to zero": `
		SELECT transaction_id::text FROM ledger_entries GROUP BY transaction_id, currency HAVING sum(minor) <> 0`,
	"a ledger that does not sum to zero": `
		SELECT currency FROM ledger_entries GROUP BY currency HAVING sum(minor) <> 0`,
	"a charge for a rental that was not ridden, or not yet": `
		SELECT r.id::text FROM rentals r JOIN ledger_transactions t ON t.rental_id = r.id AND t.kind = 'ride'
		WHERE r.outcome <> 'ended' OR r.unlocked_at IS NULL`,
	"a rental that was charged twice": `
		SELECT rental_id::text FROM ledger_transactions WHERE kind = 'ride' GROUP BY rental_id HAVING count(*) > 1`,
	"a charge that is not the bill": `
		SELECT r.id::text FROM rentals r
		JOIN ledger_transactions t ON t.rental_id = r.id AND t.kind = 'ride'
		JOIN ledger_entries e ON e.transaction_id = t.id
		JOIN ledger_accounts a ON a.id = e.account_id AND a.name = 'rider:' || r.rider_id
		GROUP BY r.id HAVING -sum(e.minor) IS DISTINCT FROM (r.bill #>> '{total,amount}')::bigint`,
	"a bill without an unlock": `
		SELECT id::text FROM rentals WHERE bill IS NOT NULL AND unlocked_at IS NULL`,
	"a scooter that is held without a rental, or has one and is not held": `
		SELECT s.plate FROM scooters s
		LEFT JOIN rentals r ON r.scooter_id = s.id AND r.state NOT IN ('ended', 'void')
		WHERE (s.hold = 'free') <> (r.id IS NULL)`,
	"an upgrade that goes on in a rollout that is over": `
		SELECT t.upgrade_id::text FROM rollout_targets t JOIN rollouts r ON r.id = t.rollout_id
		WHERE t.state = 'running' AND r.state IN ('finished', 'stopped')`,
	"a scooter whose rollout brought it a version that it does not run": `
		SELECT s.plate FROM rollout_targets t JOIN scooters s ON s.id = t.scooter_id JOIN rollouts r ON r.id = t.rollout_id
		JOIN firmware_images i ON i.id = r.image_id WHERE t.state = 'done' AND s.firmware <> i.version`,
}

// unpaid are the ridden rentals whose bill is not in the ledger yet.
const unpaid = `
	SELECT r.id::text FROM rentals r
	WHERE r.outcome = 'ended' AND coalesce((r.bill #>> '{total,amount}')::bigint, 1) > 0
	  AND NOT EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind IN ('ride', 'void'))`

// checkBooks is how every story ends.
func (w *world) checkBooks(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool { return len(w.rows(t, unpaid)) == 0 }, patience, tick, "a ride that is not paid")
	for law, query := range laws {
		require.Empty(t, w.rows(t, query), law)
	}
	require.Empty(t, w.sealedElsewhere(t), "is sealed and not in SealedColumns of postgres/sealed.go: it would be lost with its key")
	for _, b := range w.boxes {
		require.False(t, !b.Locked() && w.hold(t, b) == fleet.Free, "%s is open and nobody has it", b.plate)
	}
}

// rows is the first column of a query.
func (w *world) rows(t *testing.T, query string, args ...any) []string {
	t.Helper()
	rows, err := w.db.QueryContext(lasting(t), query, args...)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var v string
		require.NoError(t, rows.Scan(&v))
		list = append(list, v)
	}
	require.NoError(t, rows.Err())
	return list
}

// number is the one number that a query gives.
func (w *world) number(t *testing.T, query string, args ...any) int {
	t.Helper()
	var n int
	require.NoError(t, w.db.QueryRowContext(lasting(t), query, args...).Scan(&n))
	return n
}

// charges is how often a rental was charged.
func (w *world) charges(t *testing.T, rentalID string) int {
	t.Helper()
	return w.number(t, `SELECT count(*) FROM ledger_transactions WHERE kind = 'ride' AND rental_id = $1`, rentalID)
}

// counts is how many rows every table has that a request could change.
func (w *world) counts(t *testing.T) map[string]int {
	t.Helper()
	all := map[string]int{}
	for _, table := range []string{
		"riders", "staff", "scooters", "scooter_events", "zone_versions", "rentals", "rental_keys", "rental_events",
		"ledger_accounts", "ledger_transactions", "ledger_entries", "alerts",
	} {
		all[table] = w.number(t, `SELECT count(*) FROM `+table)
	}
	return all
}
