package postgres

import (
	"context"
	"database/sql"

	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// farewell is what keeps a rider here: a ride that runs, one that is not charged, a payment under way, and money owed.
const farewell = `
	SELECT (SELECT id FROM rentals WHERE rider_id = $1 AND outcome = '') AS open_rental,
		EXISTS (SELECT FROM rentals n WHERE n.rider_id = $1 AND n.outcome = 'ended'
			AND coalesce((n.bill #>> '{total,amount}')::bigint, 1) > 0 AND NOT EXISTS (
			SELECT FROM ledger_transactions t WHERE t.rental_id = n.id AND t.kind IN ('ride', 'void'))) AS unsettled,
		EXISTS (SELECT FROM payments p WHERE p.rider_id = $1 AND p.state IN ('created', 'needs_action', 'processing')) AS paying,
		EXISTS (SELECT FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
			WHERE a.name = $2 GROUP BY a.id HAVING sum(e.minor) < 0) AS owes,
		EXISTS (SELECT FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
			WHERE a.name = $2 GROUP BY a.id HAVING sum(e.minor) > CASE a.currency WHEN $4 THEN $3 ELSE 0 END) AS left_over`

type farewellRow struct {
	OpenRental sql.NullString `db:"open_rental"`
	Unsettled  bool           `db:"unsettled"`
	Paying     bool           `db:"paying"`
	Owes       bool           `db:"owes"`
	Left       bool           `db:"left_over"`
}

// DeleteRider erases who a rider is and ends every session: rental.ErrRiderBusy, rider.ErrUnsettled, payment.ErrUnderWay,
// wallet.ErrDebt, rider.ErrLeft where there is more in the wallet than the rider gives up. Rides and bookings stay under the rider's ID, which stands for nobody from then on; the email is free. The letter is the last.
func (s *Store) DeleteRider(ctx context.Context, id string, forfeit money.Amount, e letter.Envelope) error {
	return s.atomically(ctx, "delete rider", func(tx executor) error {
		if err := lockRider(ctx, tx, id); err != nil { // who opens a rental waits for this lock, and then finds nobody
			return err
		}
		var keeps farewellRow
		if err := tx.GetContext(ctx, &keeps, farewell, id, wallet.Rider(id), forfeit.Minor, forfeit.Currency); err != nil {
			return err
		}
		switch {
		case keeps.OpenRental.Valid:
			return rental.ErrRiderBusy.Saying("A ride of yours is still open: end it first.").With("rental_id", keeps.OpenRental.String)
		case keeps.Unsettled:
			return rider.ErrUnsettled
		case keeps.Paying:
			return payment.ErrUnderWay
		case keeps.Owes:
			return wallet.ErrDebt
		case keeps.Left:
			return rider.ErrLeft
		}
		for _, forget := range []string{
			`UPDATE riders SET first_name = '', last_name = '', email = '', password_hash = '', phone = '', suspended_at = NULL,
				suspended_reason = '', deleted_at = now() WHERE id = $1`,
			`DELETE FROM sessions WHERE subject = $1`, // and their tokens
			`DELETE FROM rider_logins WHERE rider_id = $1`,
			`DELETE FROM proofs WHERE rider_id = $1`,
			`DELETE FROM letters WHERE rider_id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, forget, id); err != nil {
				return err
			}
		}
		if err := leavePayments(ctx, tx, id); err != nil {
			return err
		}
		return post(ctx, tx, "", e)
	})
}
