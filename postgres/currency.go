package postgres

import "context"

// BooksCurrency is the currency that the books are in; empty: nothing was ever booked.
func (s *Store) BooksCurrency(ctx context.Context) (currency string, err error) {
	err = s.once(ctx, "currency of the books", func(db executor) error {
		return orElse(db.GetContext(ctx, &currency, `SELECT currency FROM ledger_accounts LIMIT 1`), nil)
	})
	return currency, err
}
