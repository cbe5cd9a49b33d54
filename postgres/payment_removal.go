package postgres

import (
	"context"
	"time"

	"rodada/domain/payment"
)

// leavePayments has the provider forget a rider whose account ends, with all cards, and erases what it calls the payments, which
// stay in the books.
func leavePayments(ctx context.Context, tx executor, riderID string) error {
	for _, forget := range []string{
		`UPDATE payment_customers SET removed_at = now(), due_at = now() WHERE rider_id = $1`,
		`UPDATE payment_methods SET is_default = false, removed_at = coalesce(removed_at, now()), brand = '', last4 = '', exp_month = 0, exp_year = 0,
			due_at = CASE WHEN saved_at IS NOT NULL AND reference <> '' THEN now() END,
			reference = CASE WHEN saved_at IS NOT NULL THEN reference ELSE '' END WHERE rider_id = $1`,
		`UPDATE payments SET reference = '', key = NULL, digest = NULL WHERE rider_id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, forget, riderID); err != nil {
			return err
		}
	}
	return nil
}

// DueRemovals takes references that the provider is to forget: cards first, as they are gone with their rider. Each is nobody else's
// for a while. A card waits for the payments that are taken from it.
func (s *Store) DueRemovals(ctx context.Context, provider string, limit int, mine time.Duration) ([]payment.Removal, error) {
	var rows []struct {
		ID        string `db:"id"`
		Customer  bool   `db:"customer"`
		Reference string `db:"reference"`
	}
	err := s.once(ctx, "due removals", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, `
			WITH cards AS (
				UPDATE payment_methods SET due_at = now() + $3::interval WHERE id IN (
					SELECT m.id FROM payment_methods m WHERE m.due_at <= now() AND m.provider = $1 AND NOT EXISTS (
						SELECT FROM payments p WHERE p.method_id = m.id AND p.state IN ('created', 'needs_action', 'processing'))
					ORDER BY m.due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
				RETURNING id, false AS customer, reference
			), customers AS (
				UPDATE payment_customers SET due_at = now() + $3::interval WHERE provider = $1 AND rider_id IN (
					SELECT c.rider_id FROM payment_customers c WHERE c.due_at <= now() AND c.provider = $1 AND NOT EXISTS (
						SELECT FROM payment_methods m WHERE m.rider_id = c.rider_id AND m.due_at IS NOT NULL)
					ORDER BY c.due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
				RETURNING rider_id AS id, true AS customer, reference
			)
			SELECT * FROM cards UNION ALL SELECT * FROM customers`, provider, limit, mine.String())
	})
	list := make([]payment.Removal, len(rows))
	for i, r := range rows {
		list[i] = payment.Removal{ID: r.ID, Customer: r.Customer, Provider: provider, Reference: r.Reference}
	}
	return list, err
}

// Removed erases a reference that the provider has forgotten.
func (s *Store) Removed(ctx context.Context, r payment.Removal) error {
	erase := `UPDATE payment_methods SET reference = '', due_at = NULL WHERE id = $1 AND provider = $2 AND removed_at IS NOT NULL`
	if r.Customer {
		erase = `DELETE FROM payment_customers WHERE rider_id = $1 AND provider = $2 AND removed_at IS NOT NULL`
	}
	return s.once(ctx, "removed", func(db executor) error {
		_, err := db.ExecContext(ctx, erase, r.ID, r.Provider)
		return err
	})
}

// NotRemoved has a removal tried again at a time.
func (s *Store) NotRemoved(ctx context.Context, r payment.Removal, next time.Time) error {
	later := `UPDATE payment_methods SET due_at = $3 WHERE id = $1 AND provider = $2 AND due_at IS NOT NULL`
	if r.Customer {
		later = `UPDATE payment_customers SET due_at = $3 WHERE rider_id = $1 AND provider = $2 AND due_at IS NOT NULL`
	}
	return s.once(ctx, "not removed", func(db executor) error {
		_, err := db.ExecContext(ctx, later, r.ID, r.Provider, next)
		return err
	})
}
