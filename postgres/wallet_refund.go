package postgres

import (
	"context"
	"database/sql"
	"errors"

	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// settlement is how the ride r stands in the books.
const settlement = `
	SELECT coalesce(-sum(e.minor) FILTER (WHERE t.kind = 'ride'), 0)::bigint AS charged,
		coalesce(bool_or(t.kind = 'void'), false) AS waived,
		coalesce(sum(e.minor) FILTER (WHERE t.kind = 'refund'), 0)::bigint AS refunded
	FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
	WHERE t.rental_id = r.id AND a.rider_id = r.rider_id`

// ridden is what a refund needs to know of a rental.
type ridden struct {
	RiderID  string         `db:"rider_id"`
	Outcome  rental.Outcome `db:"outcome"`
	Price    int64          `db:"price"`
	Pass     bool           `db:"pass"`  // paid a part of it
	Takes    bool           `db:"takes"` // and has not got it back
	Settled  bool           `db:"settled"`
	Currency string         `db:"currency"`
	Charged  int64          `db:"charged"`
	Waived   bool           `db:"waived"`
	Refunded int64          `db:"refunded"`
}

// lockRidden reads a rental and keeps its charge and every other refund waiting until the transaction is over: whoever books
// for it needs a share of its row.
func lockRidden(ctx context.Context, tx executor, rentalID string) (r ridden, err error) {
	if !isID(rentalID) {
		return r, rental.ErrUnknown
	}
	var id string
	if err := tx.GetContext(ctx, &id, `SELECT id FROM rentals WHERE id = $1 FOR UPDATE`, rentalID); err != nil {
		return r, orElse(err, rental.ErrUnknown)
	}
	// A statement of its own: it sees what was booked while the row was waited for.
	err = tx.GetContext(ctx, &r, `
		SELECT r.rider_id, r.outcome, coalesce((r.bill #>> '{total,amount}')::bigint, 0) AS price, r.tariff ->> 'currency' AS currency, s.*,
			coalesce(r.bill -> 'lines' @> '[{"item": "pass"}]', false) AS pass, `+takes+` AS takes,
			EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = r.id AND t.kind = 'ride') AS settled
		FROM rentals r, LATERAL (`+settlement+`) s WHERE r.id = $1`, rentalID)
	return r, err
}

func (r ridden) settlement() wallet.Settlement {
	return wallet.Settlement{Charged: r.Charged, Waived: r.Waived, Refunded: r.Refunded, PassBack: r.Pass && !r.Takes}
}

// RefundRental gives a ride's price back, or a part of it (Minor above 0), once for its key, and with all of it what a pass paid. All of a
// ride that is not charged yet is voided instead, so that it never will be. It refuses with rental.ErrUnknown, rental.ErrState while the rider rides,
// wallet.ErrNotCharged, wallet.ErrNothingLeft, wallet.ErrRefundTooHigh and wallet.ErrKeyConflict.
func (s *Store) RefundRental(ctx context.Context, q wallet.RefundRequest) (after wallet.Settlement, err error) {
	err = s.atomically(ctx, "refund", func(tx executor) error {
		r, err := lockRidden(ctx, tx, q.RentalID)
		if err != nil {
			return err
		}
		before := r.settlement()
		after, err = refundOn(ctx, tx, r, q)
		if err != nil || after == before {
			return err // nothing new: its key has done it before
		}
		return audit(ctx, tx, staff.Deed{
			Action: "rental.refund", Subject: q.RentalID, Reason: q.Why, Before: settlementFacts(before), After: settlementFacts(after),
		})
	})
	return after, err
}

func settlementFacts(s wallet.Settlement) facts {
	return facts{"charged": s.Charged, "waived": s.Waived, "refunded": s.Refunded, "pass_given_back": s.PassBack}
}

// refundOn refunds a rental that is locked.
func refundOn(ctx context.Context, tx executor, r ridden, q wallet.RefundRequest) (wallet.Settlement, error) {
	now := r.settlement()
	sum := q.Minor
	switch again, err := refundAgain(ctx, tx, r, q); {
	case err != nil || again:
		return now, err
	case r.Outcome != rental.Ridden:
		return now, rental.ErrState
	case r.Price <= 0 && !r.Pass || r.Waived:
		return now, wallet.ErrNothingLeft
	case !r.Settled && sum > 0:
		return now, wallet.ErrNotCharged
	case !r.Settled:
		now.Waived, now.PassBack = true, r.Pass
		_, err := bookOn(ctx, tx, wallet.Waive(q.RentalID, r.RiderID, r.Currency, q.Why))
		return now, err
	case now.Left() <= 0 && (sum > 0 || !r.Pass || now.PassBack):
		return now, wallet.ErrNothingLeft
	case sum > now.Left():
		return now, wallet.ErrRefundTooHigh.With("left", money.Of(now.Left(), r.Currency))
	case sum == 0:
		sum = now.Left()
	}
	now.Refunded += sum
	now.PassBack = r.Pass && now.Left() <= 0
	_, err := bookOn(ctx, tx, wallet.Repay(q.Key, q.RentalID, r.RiderID, money.Of(sum, r.Currency), q.Why))
	return now, err
}

// refundAgain finds the refund that a key has made: wallet.ErrKeyConflict when that was another one.
func refundAgain(ctx context.Context, tx executor, r ridden, q wallet.RefundRequest) (bool, error) {
	if r.Waived && q.Minor == 0 { // a void has the key of the charge, so its reason must do
		m, err := movementOn(ctx, tx, r.RiderID, r.Currency, wallet.Waive(q.RentalID, r.RiderID, r.Currency, "").Key)
		return m.Note == q.Why, err
	}
	m, err := movementOn(ctx, tx, r.RiderID, r.Currency, wallet.Repay(q.Key, q.RentalID, r.RiderID, money.Amount{}, "").Key)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case m.RentalID != q.RentalID || m.Note != q.Why || q.Minor > 0 && m.Amount.Minor != q.Minor:
		return false, wallet.ErrKeyConflict
	}
	return true, nil
}

// Waived reports whether a ride is never to be charged.
func (s *Store) Waived(ctx context.Context, rentalID string) (waived bool, err error) {
	if !isID(rentalID) {
		return false, nil
	}
	err = s.once(ctx, "waived", func(db executor) error {
		return db.GetContext(ctx, &waived, `SELECT EXISTS (SELECT FROM ledger_transactions WHERE rental_id = $1 AND kind = 'void')`, rentalID)
	})
	return waived, err
}
