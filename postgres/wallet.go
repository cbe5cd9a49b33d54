package postgres

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"rodada/domain/money"
	"rodada/domain/wallet"
)

// BookStatement writes a transaction when all of its accounts exist: one round trip. It tells how many exist, and whether it wrote. Its
// key or its rental may stand in the way, and of two that book the same at once either may be met first. Whoever measures it sends it too.
const BookStatement = `
	WITH wanted AS (
		SELECT * FROM unnest($4::text[], $5::text[], $6::bigint[], $7::text[]) WITH ORDINALITY AS w (account, currency, minor, item, line)
	), known AS (
		SELECT w.line, w.minor, w.item, a.currency, a.id FROM wanted w JOIN ledger_accounts a ON a.name = w.account AND a.currency = w.currency
	), booked AS (
		INSERT INTO ledger_transactions (key, kind, rental_id, note, lines)
		SELECT $1, $2, $3, $8, cardinality($4) WHERE (SELECT count(*) FROM known) = cardinality($4)
		ON CONFLICT DO NOTHING RETURNING id
	), entries AS (
		INSERT INTO ledger_entries (transaction_id, line, account_id, minor, currency, item)
		SELECT b.id, k.line, k.id, k.minor, k.currency, k.item FROM booked b, known k
	)
	SELECT (SELECT count(*) FROM known) AS known, EXISTS (SELECT FROM booked) AS booked`

type columns struct {
	accounts   []string
	currencies []string
	minors     []int64
	items      []string
}

func columnsOf(t wallet.Transaction) (c columns) {
	for _, e := range t.Entries {
		c.accounts = append(c.accounts, string(e.Account))
		c.currencies = append(c.currencies, e.Amount.Currency)
		c.minors = append(c.minors, e.Amount.Minor)
		c.items = append(c.items, string(e.Item))
	}
	return c
}

func (c columns) equal(other columns) bool {
	return slices.Equal(c.accounts, other.accounts) && slices.Equal(c.currencies, other.currencies) &&
		slices.Equal(c.minors, other.minors) && slices.Equal(c.items, other.items)
}

// Book writes a transaction into the ledger, once for its key: wallet.ErrUnbalanced unless its entries sum to zero in every
// currency, wallet.ErrKeyConflict when the key, or the charge of its rental, booked something else.
func (s *Store) Book(ctx context.Context, t wallet.Transaction) error {
	return s.once(ctx, "book", func(db executor) error {
		_, err := bookOn(ctx, db, t)
		return err
	})
}

// bookOn is Book on a transaction of the database, or on the pool. It tells whether the key is new.
func bookOn(ctx context.Context, db executor, t wallet.Transaction) (fresh bool, err error) {
	if err := t.Validate(); err != nil {
		return false, err
	}
	if len(t.Entries) < 2 {
		return false, wallet.ErrUnbalanced.Saying("A transaction has at least two entries.")
	}
	c := columnsOf(t)
	done, fresh, err := tryBook(ctx, db, t, c)
	if err != nil || done {
		return fresh, err
	}
	// Accounts open at their first entry, in one order everywhere so that two bookings never wait for each other.
	_, err = db.ExecContext(ctx, `
		INSERT INTO ledger_accounts (name, currency)
		SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS a (name, currency) ORDER BY name, currency
		ON CONFLICT ON CONSTRAINT ledger_accounts_name_key DO NOTHING`, c.accounts, c.currencies)
	if err != nil {
		return false, err
	}
	if done, fresh, err = tryBook(ctx, db, t, c); err == nil && !done {
		err = errors.New("an account is missing that was just opened")
	}
	return fresh, err
}

func tryBook(ctx context.Context, db executor, t wallet.Transaction, c columns) (done, fresh bool, err error) {
	var result struct {
		Known  int  `db:"known"`
		Booked bool `db:"booked"`
	}
	err = db.GetContext(ctx, &result, BookStatement, t.Key, t.Kind, nullText(t.RentalID), c.accounts, c.currencies, c.minors, c.items, t.Note)
	switch {
	case err != nil:
		return false, false, err
	case result.Booked:
		return true, true, nil
	case result.Known < len(c.minors):
		return false, false, nil
	}
	return true, false, sameBooked(ctx, db, t, c)
}

// sameBooked compares a transaction with the one that its key has booked.
func sameBooked(ctx context.Context, db executor, t wallet.Transaction, c columns) error {
	var rows []struct {
		Kind     wallet.Kind    `db:"kind"`
		Rental   sql.NullString `db:"rental_id"`
		Account  string         `db:"name"`
		Currency string         `db:"currency"`
		Minor    int64          `db:"minor"`
		Item     string         `db:"item"`
		Note     string         `db:"note"`
	}
	err := db.SelectContext(ctx, &rows, `
		SELECT t.kind, t.rental_id, t.note, a.name, e.currency, e.minor, e.item
		FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
		WHERE t.key = $1 ORDER BY e.line`, t.Key)
	if err != nil {
		return err
	}
	var booked columns
	for _, r := range rows {
		if r.Kind != t.Kind || r.Rental.String != t.RentalID || r.Note != t.Note {
			return wallet.ErrKeyConflict
		}
		booked.accounts = append(booked.accounts, r.Account)
		booked.currencies = append(booked.currencies, r.Currency)
		booked.minors = append(booked.minors, r.Minor)
		booked.items = append(booked.items, r.Item)
	}
	if !booked.equal(c) {
		return wallet.ErrKeyConflict
	}
	return nil
}

// Balance is the sum of an account's entries in a currency: zero for an account that nothing was booked on.
func (s *Store) Balance(ctx context.Context, account wallet.Account, currency string) (sum money.Amount, err error) {
	err = s.once(ctx, "balance", func(db executor) error {
		sum, err = balanceOn(ctx, db, account, currency)
		return err
	})
	return sum, err
}

func balanceOn(ctx context.Context, db executor, account wallet.Account, currency string) (money.Amount, error) {
	sum := money.Of(0, currency)
	err := db.GetContext(ctx, &sum.Minor, `
		SELECT coalesce(sum(e.minor), 0)::bigint FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
		WHERE a.name = $1 AND a.currency = $2`, account, currency)
	return sum, err
}
