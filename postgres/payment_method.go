package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"rodada/domain/payment"
	"rodada/domain/wallet"
)

const selectMethods = `
	SELECT id, rider_id, provider, reference, is_default, created_at, saved_at, brand, last4, exp_month, exp_year FROM payment_methods `

type methodRow struct {
	ID        string       `db:"id"`
	RiderID   string       `db:"rider_id"`
	Provider  string       `db:"provider"`
	Reference string       `db:"reference"`
	Default   bool         `db:"is_default"`
	CreatedAt time.Time    `db:"created_at"`
	SavedAt   sql.NullTime `db:"saved_at"`
	cardRow
}

func (r methodRow) method() payment.Method {
	return payment.Method{
		ID: r.ID, RiderID: r.RiderID, Provider: r.Provider, Reference: r.Reference, Card: payment.Card(r.cardRow), Default: r.Default,
		CreatedAt: r.CreatedAt.UTC(), SavedAt: timeOf(r.SavedAt),
	}
}

// Customer is the sealed reference of a rider at a provider; empty: there is none.
func (s *Store) Customer(ctx context.Context, riderID, provider string) (sealed string, err error) {
	err = s.once(ctx, "customer", func(db executor) error {
		err := db.GetContext(ctx, &sealed, `
			SELECT reference FROM payment_customers WHERE rider_id = $1 AND provider = $2 AND removed_at IS NULL`, riderID, provider)
		return orElse(err, nil)
	})
	return sealed, err
}

// KeepCustomer keeps who a rider is at a provider, and returns what is kept: of two at once the first.
func (s *Store) KeepCustomer(ctx context.Context, riderID, provider, sealed string) (kept string, err error) {
	err = s.atomically(ctx, "keep customer", func(tx executor) error {
		var alive bool
		if err := tx.GetContext(ctx, &alive, `SELECT true FROM riders WHERE id = $1 AND deleted_at IS NULL FOR SHARE`, riderID); err != nil {
			return orElse(err, wallet.ErrRider)
		}
		return tx.GetContext(ctx, &kept, `
			INSERT INTO payment_customers (rider_id, provider, reference) VALUES ($1, $2, $3)
			ON CONFLICT (rider_id, provider) DO UPDATE SET reference = payment_customers.reference RETURNING reference`, riderID, provider, sealed)
	})
	return kept, err
}

// BeginMethod writes down a card that a rider is about to give: payment.ErrTooMany, payment.ErrTooOften.
func (s *Store) BeginMethod(ctx context.Context, m payment.Method) error {
	return s.atomically(ctx, "begin method", func(tx executor) error {
		var alive bool // the lock makes the count of two at once right
		if err := tx.GetContext(ctx, &alive, `SELECT true FROM riders WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`, m.RiderID); err != nil {
			return orElse(err, wallet.ErrRider)
		}
		var has struct {
			Saved int `db:"saved"`
			Begun int `db:"begun"`
		}
		err := tx.GetContext(ctx, &has, `
			SELECT count(*) FILTER (WHERE saved_at IS NOT NULL AND removed_at IS NULL) AS saved,
				count(*) FILTER (WHERE created_at > now() - $2::interval) AS begun
			FROM payment_methods WHERE rider_id = $1`, m.RiderID, payment.SetupsWithin.String())
		switch {
		case err != nil:
			return err
		case has.Saved >= payment.MaxMethods:
			return payment.ErrTooMany
		case has.Begun >= payment.MaxSetups:
			return payment.ErrTooOften
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO payment_methods (id, rider_id, provider, reference) VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING`,
			m.ID, m.RiderID, m.Provider, m.Reference)
		return err
	})
}

// ReferMethod keeps what the provider calls the setup of a card that was begun.
func (s *Store) ReferMethod(ctx context.Context, m payment.Method) error {
	return s.once(ctx, "refer method", func(db executor) error {
		_, err := db.ExecContext(ctx, `UPDATE payment_methods SET reference = $2 WHERE id = $1 AND saved_at IS NULL AND removed_at IS NULL`, m.ID, m.Reference)
		return err
	})
}

// Method reads a card of a rider, saved or on its way: payment.ErrCardUnknown.
func (s *Store) Method(ctx context.Context, riderID, id string) (payment.Method, error) {
	if !isID(riderID) || !isID(id) {
		return payment.Method{}, payment.ErrCardUnknown
	}
	var row methodRow
	err := s.once(ctx, "method", func(db executor) error {
		err := db.GetContext(ctx, &row, selectMethods+`WHERE id = $1 AND rider_id = $2 AND removed_at IS NULL`, id, riderID)
		return orElse(err, payment.ErrCardUnknown)
	})
	return row.method(), err
}

// Methods lists the saved cards of a rider, the oldest first.
func (s *Store) Methods(ctx context.Context, riderID string) ([]payment.Method, error) {
	var rows []methodRow
	err := s.once(ctx, "methods", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectMethods+`
			WHERE rider_id = $1 AND saved_at IS NOT NULL AND removed_at IS NULL ORDER BY created_at, id`, riderID)
	})
	list := make([]payment.Method, len(rows))
	for i, r := range rows {
		list[i] = r.method()
	}
	return list, err
}

// SaveMethod keeps a card that the provider has, once; the first is the default: payment.ErrTooMany, payment.ErrCardUnknown.
func (s *Store) SaveMethod(ctx context.Context, m payment.Method) (saved payment.Method, err error) {
	err = s.atomically(ctx, "save method", func(tx executor) error {
		var alive bool // the lock makes one of two first cards the default
		if err := tx.GetContext(ctx, &alive, `SELECT true FROM riders WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`, m.RiderID); err != nil {
			return orElse(err, wallet.ErrRider)
		}
		var others int
		err := tx.GetContext(ctx, &others, `
			SELECT count(*) FROM payment_methods WHERE rider_id = $1 AND id <> $2 AND saved_at IS NOT NULL AND removed_at IS NULL`, m.RiderID, m.ID)
		if err != nil || others >= payment.MaxMethods {
			return cmp.Or(err, error(payment.ErrTooMany))
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE payment_methods SET reference = $3, brand = $4, last4 = $5, exp_month = $6, exp_year = $7, saved_at = now(),
				is_default = NOT EXISTS (SELECT FROM payment_methods d WHERE d.rider_id = $2 AND d.provider = payment_methods.provider AND d.is_default)
			WHERE id = $1 AND rider_id = $2 AND saved_at IS NULL AND removed_at IS NULL`,
			m.ID, m.RiderID, m.Reference, m.Card.Brand, m.Card.Last4, m.Card.ExpMonth, m.Card.ExpYear)
		if err != nil {
			return err
		}
		var row methodRow
		err = tx.GetContext(ctx, &row, selectMethods+`WHERE id = $1 AND rider_id = $2 AND removed_at IS NULL`, m.ID, m.RiderID)
		saved = row.method()
		return orElse(err, payment.ErrCardUnknown)
	})
	return saved, err
}

// PreferMethod makes a saved card the default: payment.ErrCardUnknown.
func (s *Store) PreferMethod(ctx context.Context, riderID, id string) (m payment.Method, err error) {
	if !isID(riderID) || !isID(id) {
		return m, payment.ErrCardUnknown
	}
	err = s.atomically(ctx, "prefer method", func(tx executor) error {
		var alive bool
		if err := tx.GetContext(ctx, &alive, `SELECT true FROM riders WHERE id = $1 FOR NO KEY UPDATE`, riderID); err != nil {
			return orElse(err, wallet.ErrRider)
		}
		if _, err := tx.ExecContext(ctx, `
			UPDATE payment_methods SET is_default = false WHERE rider_id = $1 AND is_default AND id <> $2
				AND provider = (SELECT provider FROM payment_methods WHERE id = $2 AND rider_id = $1)`, riderID, id); err != nil {
			return err
		}
		var row methodRow
		err := tx.GetContext(ctx, &row, `
			UPDATE payment_methods SET is_default = true WHERE id = $1 AND rider_id = $2 AND saved_at IS NOT NULL AND removed_at IS NULL
			RETURNING id, rider_id, provider, reference, is_default, created_at, saved_at, brand, last4, exp_month, exp_year`, id, riderID)
		m = row.method()
		return orElse(err, payment.ErrCardUnknown)
	})
	return m, err
}

// RemoveMethod takes a card away, at once here and soon at the provider; the newest of the others becomes the default if it was that.
func (s *Store) RemoveMethod(ctx context.Context, riderID, id string) error {
	if !isID(riderID) || !isID(id) {
		return payment.ErrCardUnknown
	}
	return s.atomically(ctx, "remove method", func(tx executor) error {
		var alive bool
		if err := tx.GetContext(ctx, &alive, `SELECT true FROM riders WHERE id = $1 FOR NO KEY UPDATE`, riderID); err != nil {
			return orElse(err, wallet.ErrRider)
		}
		var was bool
		err := tx.GetContext(ctx, &was, `SELECT is_default FROM payment_methods WHERE id = $1 AND rider_id = $2 AND removed_at IS NULL FOR UPDATE`, id, riderID)
		if err != nil {
			return orElse(err, payment.ErrCardUnknown)
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE payment_methods SET is_default = false, removed_at = now(), due_at = CASE WHEN saved_at IS NOT NULL THEN now() END,
				reference = CASE WHEN saved_at IS NOT NULL THEN reference ELSE '' END
			WHERE id = $1`, id)
		if err != nil || !was {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			UPDATE payment_methods SET is_default = true WHERE id = (
				SELECT id FROM payment_methods WHERE rider_id = $1 AND saved_at IS NOT NULL AND removed_at IS NULL
					AND provider = (SELECT provider FROM payment_methods WHERE id = $2) ORDER BY created_at DESC LIMIT 1)`, riderID, id)
		return err
	})
}
