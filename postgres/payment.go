package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/money"
	"rodada/domain/payment"
	"rodada/domain/rental"
	"rodada/domain/wallet"
)

const selectPayments = `
	SELECT p.id, p.rider_id, p.method_id, p.purpose, p.provider, p.minor, p.currency, p.state, p.failure, p.reference, p.created_at, p.settled_at,
		m.brand, m.last4, m.exp_month, m.exp_year
	FROM payments p JOIN payment_methods m ON m.id = p.method_id `

type paymentRow struct {
	ID        string          `db:"id"`
	RiderID   string          `db:"rider_id"`
	MethodID  string          `db:"method_id"`
	Purpose   payment.Purpose `db:"purpose"`
	Provider  string          `db:"provider"`
	Minor     int64           `db:"minor"`
	Currency  string          `db:"currency"`
	State     payment.State   `db:"state"`
	Failure   payment.Failure `db:"failure"`
	Reference string          `db:"reference"`
	CreatedAt time.Time       `db:"created_at"`
	SettledAt sql.NullTime    `db:"settled_at"`
	cardRow
}

type cardRow struct {
	Brand    string `db:"brand"`
	Last4    string `db:"last4"`
	ExpMonth int    `db:"exp_month"`
	ExpYear  int    `db:"exp_year"`
}

func (r paymentRow) payment() payment.Payment {
	return payment.Payment{
		ID: r.ID, RiderID: r.RiderID, MethodID: r.MethodID, Purpose: r.Purpose, Provider: r.Provider, Amount: money.Of(r.Minor, r.Currency),
		State: r.State, Failure: r.Failure, Reference: r.Reference, Card: payment.Card(r.cardRow), CreatedAt: r.CreatedAt.UTC(), SettledAt: timeOf(r.SettledAt),
	}
}

// OpenPayment writes a payment down before anything is asked of the provider. A key that the rider used before gives that payment:
// rental.ErrKeyReused when it was another. It refuses with payment.ErrNoCard and payment.ErrCardUnknown.
func (s *Store) OpenPayment(ctx context.Context, n payment.New) (p payment.Payment, err error) {
	if !isID(n.RiderID) || n.MethodID != "" && !isID(n.MethodID) {
		return p, payment.ErrCardUnknown
	}
	err = s.atomically(ctx, "open payment", func(tx executor) error {
		p, err = openPaymentOn(ctx, tx, n)
		return err
	})
	return p, err
}

func openPaymentOn(ctx context.Context, tx executor, n payment.New) (payment.Payment, error) {
	if p, found, err := paymentOfKey(ctx, tx, n); err != nil || found {
		return p, err
	}
	var method string
	err := tx.GetContext(ctx, &method, `
		SELECT id FROM payment_methods
		WHERE rider_id = $1 AND provider = $2 AND saved_at IS NOT NULL AND removed_at IS NULL AND (id = $3 OR $3::uuid IS NULL AND is_default)
		FOR SHARE`, n.RiderID, n.Provider, nullText(n.MethodID))
	switch {
	case errors.Is(err, sql.ErrNoRows) && n.MethodID != "":
		return payment.Payment{}, payment.ErrCardUnknown
	case err != nil:
		return payment.Payment{}, orElse(err, payment.ErrNoCard)
	}
	var row paymentRow
	done, err := tx.ExecContext(ctx, `
		INSERT INTO payments (id, rider_id, method_id, purpose, provider, minor, currency, key, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT DO NOTHING`,
		n.ID, n.RiderID, method, n.Purpose, n.Provider, n.Amount.Minor, n.Amount.Currency, nullText(n.Key), nullText(n.Digest))
	if err != nil {
		return payment.Payment{}, err
	}
	if fresh, err := done.RowsAffected(); err != nil || fresh == 0 { // of two with one key at once, this is the second
		p, found, look := paymentOfKey(ctx, tx, n)
		if err == nil && look == nil && !found {
			look = errors.New("a payment is missing that is in the way")
		}
		return p, errors.Join(err, look)
	}
	err = tx.GetContext(ctx, &row, selectPayments+`WHERE p.id = $1`, n.ID)
	return row.payment(), err
}

// paymentOfKey finds what was opened under the rider's key, or under the same ID.
func paymentOfKey(ctx context.Context, tx executor, n payment.New) (payment.Payment, bool, error) {
	var row struct {
		paymentRow
		Digest string `db:"digest"`
	}
	err := tx.GetContext(ctx, &row, `
		SELECT p.*, k.digest FROM (`+selectPayments+`) p JOIN (SELECT id, key, coalesce(digest, '') AS digest FROM payments) k USING (id)
		WHERE p.rider_id = $1 AND (k.key = $2 OR p.id = $3)`, n.RiderID, nullText(n.Key), n.ID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return payment.Payment{}, false, nil
	case err == nil && row.Digest != n.Digest:
		return payment.Payment{}, false, rental.ErrKeyReused
	}
	return row.payment(), err == nil, err
}

// Payment reads a payment; of a rider's own, when one is named: payment.ErrUnknown.
func (s *Store) Payment(ctx context.Context, riderID, id string) (payment.Payment, error) {
	if !isID(id) || riderID != "" && !isID(riderID) {
		return payment.Payment{}, payment.ErrUnknown
	}
	var row paymentRow
	err := s.once(ctx, "payment", func(db executor) error {
		err := db.GetContext(ctx, &row, selectPayments+`WHERE p.id = $1 AND (p.rider_id = $2 OR $2::uuid IS NULL)`, id, nullText(riderID))
		return orElse(err, payment.ErrUnknown)
	})
	return row.payment(), err
}

// ReferPayment keeps what the provider calls a payment; one that has a reference keeps it, and that is returned.
func (s *Store) ReferPayment(ctx context.Context, id, sealed string) (kept string, err error) {
	err = s.once(ctx, "refer payment", func(db executor) error {
		return orElse(db.GetContext(ctx, &kept, `
			UPDATE payments SET reference = CASE WHEN reference = '' THEN $2 ELSE reference END WHERE id = $1 RETURNING reference`, id, sealed), payment.ErrUnknown)
	})
	return kept, err
}

// AdvancePayment joins what the provider says to a payment. What it has taken comes into the wallet in the same transaction, once.
func (s *Store) AdvancePayment(ctx context.Context, id string, news payment.News) (p payment.Payment, err error) {
	err = s.atomically(ctx, "advance payment", func(tx executor) error {
		p, err = advanceOn(ctx, tx, id, news)
		return err
	})
	return p, err
}

func advanceOn(ctx context.Context, tx executor, id string, news payment.News) (p payment.Payment, err error) {
	if !isID(id) {
		return p, payment.ErrUnknown
	}
	var row paymentRow
	if err := tx.GetContext(ctx, &row, selectPayments+`WHERE p.id = $1 FOR UPDATE OF p`, id); err != nil {
		return p, orElse(err, payment.ErrUnknown)
	}
	p = row.payment()
	next := p.State.Join(news.State)
	if next == p.State {
		return p, nil
	}
	failure := payment.Failure("")
	if next == payment.Failed {
		failure = news.Failure
	}
	err = tx.GetContext(ctx, &row, `
		UPDATE payments SET state = $2, failure = $3, settled_at = CASE WHEN $4 THEN now() END WHERE id = $1
		RETURNING state, failure, settled_at`, id, next, failure, next.Final())
	if err != nil {
		return p, err
	}
	p = row.payment()
	if p.State == payment.Succeeded {
		_, err = bookOn(ctx, tx, wallet.Deposit(p.ID, p.RiderID, p.Amount))
	}
	return p, err
}

// TakeEvent joins what the provider tells unasked, once for the event's ID. It tells whether the event is new.
func (s *Store) TakeEvent(ctx context.Context, provider string, e payment.Event, news payment.News) (fresh bool, err error) {
	err = s.atomically(ctx, "take event", func(tx executor) error {
		done, err := tx.ExecContext(ctx, `INSERT INTO payment_events (provider, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, provider, e.ID)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if fresh = n > 0; err != nil || !fresh || news.State == "" {
			return err
		}
		_, err = advanceOn(ctx, tx, e.PaymentID, news)
		return err
	})
	return fresh, err
}

// ForgetEvents deletes what providers told before a time: no provider repeats itself for that long, and states only go up anyway.
func (s *Store) ForgetEvents(ctx context.Context, before time.Time) error {
	return s.once(ctx, "forget events", func(db executor) error {
		_, err := db.ExecContext(ctx, `DELETE FROM payment_events WHERE received_at < $1`, before)
		return err
	})
}

// WaitingPayments lists the payments of a rider that wait for the bank's confirmation; of one card, when one is named.
func (s *Store) WaitingPayments(ctx context.Context, riderID, methodID string) ([]string, error) {
	var ids []string
	err := s.once(ctx, "waiting payments", func(db executor) error {
		ids = nil
		return db.SelectContext(ctx, &ids, `
			SELECT id FROM payments WHERE rider_id = $1 AND (method_id = $2 OR $2::uuid IS NULL) AND state = 'needs_action'`, riderID, nullText(methodID))
	})
	return ids, err
}

// OpenPayments lists the payments that are not over and were written down before a time, the oldest first.
func (s *Store) OpenPayments(ctx context.Context, before time.Time) ([]string, error) {
	var ids []string
	err := s.once(ctx, "open payments", func(db executor) error {
		ids = nil
		return db.SelectContext(ctx, &ids, `
			SELECT id FROM payments WHERE state IN ('created', 'needs_action', 'processing') AND created_at < $1 ORDER BY created_at LIMIT 1000`, before)
	})
	return ids, err
}
