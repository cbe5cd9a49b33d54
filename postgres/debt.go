package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/debt"
	"rodada/domain/letter"
	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

const debtColumns = `id, rider_id, currency, began_at, attempts, trouble, next_at, ended_at`

type debtRow struct {
	ID       string       `db:"id"`
	RiderID  string       `db:"rider_id"`
	Currency string       `db:"currency"`
	BeganAt  time.Time    `db:"began_at"`
	Attempts int          `db:"attempts"`
	Trouble  debt.Trouble `db:"trouble"`
	NextAt   sql.NullTime `db:"next_at"`
	EndedAt  sql.NullTime `db:"ended_at"`
}

func (r debtRow) debt(owed int64) debt.Debt {
	return debt.Debt{
		ID: r.ID, RiderID: r.RiderID, Owed: money.Of(owed, r.Currency), BeganAt: r.BeganAt.UTC(), Attempts: r.Attempts, Trouble: r.Trouble,
		NextAt: timeOf(r.NextAt), EndedAt: timeOf(r.EndedAt),
	}
}

// FollowDebt looks at a rider's wallet: one below zero is a debt, which begins if there is none, to be collected first after a time;
// any other ends it. It returns the debt that there is then; without an ID there is none.
func (s *Store) FollowDebt(ctx context.Context, riderID, currency string, first time.Duration) (d debt.Debt, err error) {
	if !isID(riderID) {
		return d, nil
	}
	err = s.atomically(ctx, "follow debt", func(tx executor) error {
		d, err = followDebtOn(ctx, tx, riderID, currency, first)
		return err
	})
	return d, err
}

// followDebtOn reads the balance once it has the lock: whoever books meanwhile looks after.
func followDebtOn(ctx context.Context, tx executor, riderID, currency string, first time.Duration) (debt.Debt, error) {
	row, found, err := openDebt(ctx, tx, riderID)
	if err != nil {
		return debt.Debt{}, err
	}
	balance, err := balanceOn(ctx, tx, wallet.Rider(riderID), currency)
	switch {
	case err != nil || !found && balance.Minor >= 0:
		return debt.Debt{}, err
	case found && balance.Minor >= 0:
		return debt.Debt{}, endDebt(ctx, tx, row)
	case found:
		return row.debt(-balance.Minor), nil
	}
	err = tx.GetContext(ctx, &row, `
		INSERT INTO debts (rider_id, currency, next_at) VALUES ($1, $2, now() + make_interval(secs => $3))
		ON CONFLICT (rider_id) WHERE ended_at IS NULL DO NOTHING RETURNING `+debtColumns, riderID, currency, first.Seconds())
	if errors.Is(err, sql.ErrNoRows) { // of two at once, this is the second
		row, _, err = openDebt(ctx, tx, riderID)
	}
	return row.debt(-balance.Minor), err
}

// openDebt takes the debt of a rider that is not over, for this transaction alone.
func openDebt(ctx context.Context, tx executor, riderID string) (row debtRow, found bool, err error) {
	err = tx.GetContext(ctx, &row, `SELECT `+debtColumns+` FROM debts WHERE rider_id = $1 AND ended_at IS NULL FOR UPDATE`, riderID)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	return row, err == nil, err
}

// endDebt ends a debt, and closes the alert about it.
func endDebt(ctx context.Context, tx executor, row debtRow) error {
	if _, err := tx.ExecContext(ctx, `UPDATE debts SET ended_at = now(), next_at = NULL WHERE id = $1`, row.ID); err != nil {
		return err
	}
	var closed []alertRow
	err := tx.SelectContext(ctx, &closed, `
		UPDATE alerts SET closed_at = now(), closed_by = $2 WHERE rider_id = $1 AND closed_at IS NULL RETURNING `+alertColumns, row.RiderID, staff.System)
	return tellClosed(staff.Acting(ctx, staff.Actor{Email: staff.System}), tx, closed, err)
}

// OpenDebtPayment is OpenPayment of all that a rider owes at the moment: debt.ErrNone, and payment.ErrUnderWay while another payment of
// the rider's is not over, so that nothing is collected twice.
func (s *Store) OpenDebtPayment(ctx context.Context, n payment.New) (p payment.Payment, err error) {
	if !isID(n.RiderID) || n.MethodID != "" && !isID(n.MethodID) {
		return p, payment.ErrCardUnknown
	}
	err = s.atomically(ctx, "open payment of a debt", func(tx executor) error {
		var found bool
		if p, found, err = paymentOfKey(ctx, tx, n); err != nil || found {
			return err
		}
		if _, _, err := openDebt(ctx, tx, n.RiderID); err != nil { // two at once come one after the other
			return err
		}
		balance, err := balanceOn(ctx, tx, wallet.Rider(n.RiderID), n.Amount.Currency)
		if err != nil {
			return err
		}
		if balance.Minor >= 0 {
			return debt.ErrNone
		}
		var paying bool
		err = tx.GetContext(ctx, &paying, `SELECT EXISTS (SELECT FROM payments WHERE rider_id = $1 AND state IN ('created', 'needs_action', 'processing'))`, n.RiderID)
		if err != nil {
			return err
		}
		if paying {
			return payment.ErrUnderWay
		}
		n.Amount = balance.Negate()
		p, err = openPaymentOn(ctx, tx, n)
		return err
	})
	return p, err
}

// SettleDebtAttempt writes down what an attempt came to, once, with a letter to the rider and, when there is no next one, an alert. What
// was paid ends the debt: what is owed beyond that is another.
func (s *Store) SettleDebtAttempt(ctx context.Context, o debt.Outcome, e letter.Envelope) error {
	return s.atomically(ctx, "settle debt attempt", func(tx executor) error {
		var row debtRow
		err := tx.GetContext(ctx, &row, `SELECT `+debtColumns+` FROM debts WHERE id = $1 FOR UPDATE`, o.DebtID)
		if err != nil || row.Attempts >= o.Attempt || row.EndedAt.Valid {
			return orElse(err, debt.ErrUnknown)
		}
		next := nullTime(o.Next)
		if !row.NextAt.Time.Equal(o.Due) { // somebody asked for another meanwhile
			next = row.NextAt
		}
		_, err = tx.ExecContext(ctx, `UPDATE debts SET attempts = $2, trouble = $3, next_at = $4 WHERE id = $1`, row.ID, o.Attempt, o.Trouble, next)
		switch {
		case err != nil:
			return err
		case o.Trouble == "":
			return endDebt(ctx, tx, row)
		case !next.Valid:
			if err := alertOfDebt(ctx, tx, row); err != nil {
				return err
			}
		}
		return post(ctx, tx, row.RiderID, e)
	})
}

// alertOfDebt tells staff that a debt is left to them.
func alertOfDebt(ctx context.Context, tx executor, row debtRow) error {
	var opened alertRow
	err := tx.GetContext(ctx, &opened, `
		INSERT INTO alerts (plate, kind, text, rider_id) VALUES ('', $2, $3, $1)
		ON CONFLICT (rider_id) WHERE closed_at IS NULL DO UPDATE SET text = excluded.text
		RETURNING `+alertColumns+`, xmax = 0 AS opened`, row.RiderID, staff.Debt, "A debt could not be collected, and is not tried again.")
	if err != nil || !opened.Opened {
		return err
	}
	return tell(ctx, tx, staff.AlertOpened, opened.alert())
}

// AskForDebt has the debt of a rider, if there is one, collected now instead of later, unless that was tried too often lately.
func (s *Store) AskForDebt(ctx context.Context, riderID string) error {
	if !isID(riderID) {
		return nil
	}
	return s.once(ctx, "ask for debt", func(db executor) error {
		_, err := db.ExecContext(ctx, `
			UPDATE debts SET next_at = now() WHERE rider_id = $1 AND ended_at IS NULL AND $2 > (
				SELECT count(*) FROM payments WHERE rider_id = $1 AND purpose = 'debt' AND created_at > now() - make_interval(secs => $3))`,
			riderID, debt.MaxAsked, debt.AskedWithin.Seconds())
		return err
	})
}

// Debtor is who gets the letters about a debt; without an address nobody does, as whoever owes nothing.
func (s *Store) Debtor(ctx context.Context, riderID string) (to, language string, err error) {
	var row struct {
		Email    string `db:"email"`
		Language string `db:"language"`
	}
	err = s.once(ctx, "debtor", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT email, language FROM debtors WHERE rider_id = $1`, riderID), nil)
	})
	return row.Email, row.Language, err
}

// DebtOf is the debt of a rider that is not over; without an ID there is none.
func (s *Store) DebtOf(ctx context.Context, riderID string) (d debt.Debt, err error) {
	if !isID(riderID) {
		return d, nil
	}
	var row debtRow
	err = s.once(ctx, "debt of a rider", func(db executor) error {
		return orElse(db.GetContext(ctx, &row, `SELECT `+debtColumns+` FROM debts WHERE rider_id = $1 AND ended_at IS NULL`, riderID), nil)
	})
	return row.debt(0), err
}
