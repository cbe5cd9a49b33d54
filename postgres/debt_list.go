package postgres

import (
	"context"
	"time"

	"rodada/domain/debt"
	"rodada/domain/listing"
	"rodada/domain/payment"
	"rodada/domain/staff"
)

// debtsList is the debts of riders.
var debtsList = listed{
	what: "list debts",
	fields: `d.id, d.rider_id, d.currency, d.began_at, d.attempts, d.trouble, d.next_at, d.ended_at,
		CASE WHEN d.ended_at IS NULL THEN (SELECT greatest(0, -coalesce(sum(e.minor), 0))::bigint FROM ledger_accounts a
			JOIN ledger_entries e ON e.account_id = a.id WHERE a.name = 'rider:' || d.rider_id AND a.currency = d.currency) ELSE 0 END AS owed`,
	from: `FROM debts d`,
	columns: map[string]column{
		"began": {"d.began_at", "timestamptz"},
		"next":  {"coalesce(d.next_at, 'infinity'::timestamptz)", "timestamptz"},
	},
	id: "d.id", idType: "uuid",
}

// Debts is one page of the debts that a filter picks, each with its place in the order, and with one more when there is a next page;
// and how many it picks in all.
func (s *Store) Debts(ctx context.Context, f debt.Filter, q listing.Query) (list []debt.Debt, places []listing.Place, total int, err error) {
	var p picked
	if f.RiderID != "" {
		p.where(`d.rider_id = ?`, f.RiderID)
	}
	if len(f.States) > 0 {
		p.where(`CASE WHEN d.ended_at IS NOT NULL THEN 'ended' WHEN d.next_at IS NULL THEN 'blocked' ELSE 'open' END = ANY(?)`, texts(f.States))
	}
	p.between("d.began_at", f.Since, f.Until)
	rows, total, err := pageFrom[struct {
		debtRow
		Owed  int64  `db:"owed"`
		Place string `db:"place"`
	}](ctx, s, debtsList, p, q)
	for _, r := range rows {
		list, places = append(list, r.debt(r.Owed)), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// RetryDebt has a debt collected now in the name of staff: debt.ErrUnknown, debt.ErrOver, payment.ErrUnderWay.
func (s *Store) RetryDebt(ctx context.Context, id, reason string) (d debt.Debt, err error) {
	if !isID(id) {
		return d, debt.ErrUnknown
	}
	err = s.atomically(ctx, "retry debt", func(tx executor) error {
		var row debtRow
		if err := tx.GetContext(ctx, &row, `SELECT `+debtColumns+` FROM debts WHERE id = $1 FOR UPDATE`, id); err != nil {
			return orElse(err, debt.ErrUnknown)
		}
		if row.EndedAt.Valid {
			return debt.ErrOver
		}
		var paying bool // what only waits for the rider is given up by the attempt
		err := tx.GetContext(ctx, &paying, `SELECT EXISTS (SELECT FROM payments WHERE rider_id = $1 AND state IN ('created', 'processing'))`, row.RiderID)
		if err != nil {
			return err
		}
		if paying {
			return payment.ErrUnderWay
		}
		before := row.debt(0)
		if err := tx.GetContext(ctx, &row, `UPDATE debts SET next_at = now() WHERE id = $1 RETURNING `+debtColumns, id); err != nil {
			return err
		}
		d = row.debt(0)
		return audit(ctx, tx, staff.Deed{
			Action: "debt.retry", Subject: row.RiderID, Reason: reason,
			Before: facts{"state": before.State(), "attempts": before.Attempts}, After: facts{"debt": d.ID, "state": d.State()},
		})
	})
	return d, err
}

// OverdueDebts lists riders whose debt was to be collected before a time.
func (s *Store) OverdueDebts(ctx context.Context, before time.Time) ([]string, error) {
	return s.debtors(ctx, `SELECT rider_id FROM debts WHERE next_at < $1 ORDER BY next_at LIMIT 1000`, before)
}

// UnfollowedDebts lists riders whose wallet is below zero and who have no debt, of those whose wallet changed since a time.
func (s *Store) UnfollowedDebts(ctx context.Context, currency string, since time.Time) ([]string, error) {
	return s.debtors(ctx, `
		WITH moved AS (
			SELECT DISTINCT a.id, a.rider_id FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
				JOIN ledger_accounts a ON a.id = e.account_id
			WHERE t.booked_at >= $1 AND a.rider_id IS NOT NULL AND a.currency = $2)
		SELECT m.rider_id FROM moved m
		WHERE NOT EXISTS (SELECT FROM debts d WHERE d.rider_id = m.rider_id AND d.ended_at IS NULL)
			AND (SELECT sum(e.minor) FROM ledger_entries e WHERE e.account_id = m.id) < 0
		LIMIT 1000`, since, currency)
}

func (s *Store) debtors(ctx context.Context, query string, args ...any) (riders []string, err error) {
	err = s.once(ctx, "debtors", func(db executor) error {
		riders = nil
		return db.SelectContext(ctx, &riders, query, args...)
	})
	return riders, err
}
