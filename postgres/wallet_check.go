package postgres

import (
	"context"
	"maps"
	"slices"

	"rodada/domain/wallet"
)

// bookLaws are what may never be found in the books, as queries that name the offenders.
var bookLaws = map[string]string{ //nolint:gosec // a pass is no password
	"the ledger sums to zero in every currency": `
		SELECT currency FROM ledger_entries GROUP BY currency HAVING sum(minor) <> 0`,
	"a transaction sums to zero and has all of its lines": `
		SELECT t.key FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.transaction_id = t.id
		GROUP BY t.id, t.key, t.lines HAVING count(e) <> t.lines
		UNION SELECT t.key FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
		GROUP BY t.id, t.key, e.currency HAVING sum(e.minor) <> 0`,
	"what riders have is what came in less what was earned": `
		SELECT a.currency FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.currency
		HAVING sum(e.minor) FILTER (WHERE a.rider_id IS NOT NULL) <> -coalesce(sum(e.minor) FILTER (WHERE a.rider_id IS NULL), 0)`,
	"a charge is the bill of a ridden rental": `
		SELECT r.id::text FROM rentals r, LATERAL (` + settlement + `) s
		WHERE s.charged <> 0 AND (r.outcome <> 'ended' OR s.charged IS DISTINCT FROM (r.bill #>> '{total,amount}')::bigint)`,
	"what a promotion pays of a charge is what the bill says": `
		SELECT r.id::text FROM rentals r JOIN ledger_transactions t ON t.rental_id = r.id AND t.kind = 'ride'
		WHERE (SELECT coalesce(sum(e.minor), 0) FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
				WHERE e.transaction_id = t.id AND e.item = 'promotion' AND a.rider_id = r.rider_id)
			<> (SELECT coalesce(-sum((l ->> 'amount')::bigint), 0) FROM jsonb_array_elements(r.bill -> 'lines') l WHERE l ->> 'item' = 'promotion')`,
	"a promotion that was redeemed pays for one ride": `
		SELECT r.redemption_id::text FROM rentals r WHERE r.redemption_id IS NOT NULL AND ` + spends + `
		GROUP BY r.redemption_id HAVING count(*) > 1`,
	"no promotion is redeemed beyond its limits": `
		SELECT p.code FROM promotions p WHERE p.redeemed <> (SELECT count(*) FROM redemptions n WHERE n.promotion_id = p.id)
		UNION SELECT p.code FROM promotions p JOIN redemptions n ON n.promotion_id = p.id GROUP BY p.id, p.code, n.rider_id HAVING count(*) > p.rider_limit`,
	"what a pass pays of a charge is what the bill says": `
		SELECT r.id::text FROM rentals r JOIN ledger_transactions t ON t.rental_id = r.id AND t.kind = 'ride'
		WHERE (SELECT coalesce(sum(e.minor), 0) FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
				WHERE e.transaction_id = t.id AND e.item = 'pass' AND a.rider_id = r.rider_id)
			<> (SELECT coalesce(-sum((l ->> 'amount')::bigint), 0) FROM jsonb_array_elements(r.bill -> 'lines') l WHERE l ->> 'item' = 'pass')`,
	"a pass pays for rides of its rider alone, no more than it has, and for none once its price is given back": `
		SELECT p.id::text FROM passes p JOIN pass_products d ON d.id = p.product_id, ` + passUse + `
		WHERE (d.allowance = 'rides' AND u.used_rides > d.rides) OR (d.allowance = 'minutes' AND u.used_minutes > d.minutes)
			OR (p.refunded AND u.used_rides > 0) OR EXISTS (SELECT FROM rentals r WHERE r.pass_id = p.id AND r.rider_id <> p.rider_id)`,
	"a pass is paid once, unless it was given, and given back once at most": `
		SELECT p.id::text FROM passes p JOIN pass_products d ON d.id = p.product_id,
			LATERAL (SELECT coalesce(-sum(e.minor) FILTER (WHERE t.key = 'pass/' || p.id AND t.kind = 'pass'), 0) AS paid,
				coalesce(sum(e.minor) FILTER (WHERE t.key = 'pass-refund/' || p.id AND t.kind = 'pass_refund'), 0) AS given_back
				FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
				WHERE t.key IN ('pass/' || p.id, 'pass-refund/' || p.id) AND a.rider_id = p.rider_id AND e.currency = d.currency) m
		WHERE m.paid <> CASE WHEN p.given THEN 0 ELSE d.price END OR m.given_back <> CASE WHEN p.refunded THEN d.price ELSE 0 END`,
	"what was paid for a pass has its pass": `
		SELECT t.key FROM ledger_transactions t WHERE t.kind IN ('pass', 'pass_refund')
			AND NOT EXISTS (SELECT FROM passes p WHERE t.key IN ('pass/' || p.id, 'pass-refund/' || p.id))`,
	"a ride is charged or void, not both": `
		SELECT rental_id::text FROM ledger_transactions WHERE kind IN ('ride', 'void') GROUP BY rental_id HAVING count(*) > 1`,
	"no ride is refunded beyond its charge": `
		SELECT r.id::text FROM rentals r, LATERAL (` + settlement + `) s WHERE s.refunded > s.charged OR s.refunded < 0`,
	"a payment that succeeded is one top-up of its rider, and no other is": `
		SELECT p.id::text FROM payments p WHERE (p.state = 'succeeded') <> coalesce((
			SELECT t.kind = 'topup' AND count(*) = 1 AND sum(e.minor) = p.minor AND min(e.currency) = p.currency
			FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
			WHERE t.key = 'topup/' || p.id AND a.rider_id = p.rider_id GROUP BY t.id), false)`,
	"a top-up has its payment, since there are payments": `
		SELECT t.key FROM ledger_transactions t WHERE t.kind = 'topup' AND t.booked_at >= (SELECT min(created_at) FROM payments)
			AND NOT EXISTS (SELECT FROM payments p WHERE 'topup/' || p.id = t.key)`,
	"money about a ride is its rider's": `
		SELECT t.key FROM ledger_transactions t JOIN rentals r ON r.id = t.rental_id JOIN ledger_entries e ON e.transaction_id = t.id
		JOIN ledger_accounts a ON a.id = e.account_id WHERE a.rider_id <> r.rider_id`,
}

// CheckBooks looks at every transaction and names what breaks a law of the books; none: they are right.
func (s *Store) CheckBooks(ctx context.Context) (flaws []wallet.Flaw, err error) {
	for _, law := range slices.Sorted(maps.Keys(bookLaws)) {
		var subjects []string
		err := s.once(ctx, "check: "+law, func(db executor) error {
			subjects = nil
			return db.SelectContext(ctx, &subjects, bookLaws[law])
		})
		if err != nil {
			return nil, err
		}
		for _, subject := range subjects {
			flaws = append(flaws, wallet.Flaw{Law: law, Subject: subject})
		}
	}
	return flaws, nil
}
