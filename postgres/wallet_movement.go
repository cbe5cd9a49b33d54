package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/money"
	"rodada/domain/rental"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// movements are the transactions that touch the account $1 in the currency $2, as it sees them.
const movements = `
	SELECT t.public_id, t.kind, t.booked_at, t.rental_id, t.note, sum(e.minor)::bigint AS minor,
		coalesce(json_agg(json_build_object('item', e.item, 'amount', e.minor) ORDER BY e.line) FILTER (WHERE e.item <> ''), '[]') AS items
	FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transactions t ON t.id = e.transaction_id
	WHERE a.name = $1 AND a.currency = $2 `

type movementRow struct {
	ID     string         `db:"public_id"`
	Kind   wallet.Kind    `db:"kind"`
	At     time.Time      `db:"booked_at"`
	Rental sql.NullString `db:"rental_id"`
	Note   string         `db:"note"`
	Minor  int64          `db:"minor"`
	Items  []byte         `db:"items"`
}

func (r movementRow) movement(currency string) (wallet.Movement, error) {
	m := wallet.Movement{
		ID: r.ID, Kind: r.Kind, At: r.At.UTC(), RentalID: r.Rental.String, Note: r.Note, Amount: money.Of(r.Minor, currency),
	}
	return m, json.Unmarshal(r.Items, &m.Items)
}

// maxMovements bounds one page of a wallet's history.
const maxMovements = 500

// Movements lists what happened in a wallet in a currency, newest first and at most limit: all, or what was booked before the
// movement with an ID.
func (s *Store) Movements(ctx context.Context, riderID, currency string, limit int, before string) ([]wallet.Movement, error) {
	if !isID(riderID) || before != "" && !isID(before) {
		return nil, nil
	}
	var rows []movementRow
	err := s.once(ctx, "movements", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, movements+`
				AND ($3::uuid IS NULL OR e.transaction_id < (SELECT b.id FROM ledger_transactions b WHERE b.public_id = $3))
			GROUP BY t.id ORDER BY t.id DESC LIMIT $4`,
			wallet.Rider(riderID), currency, nullText(before), max(0, min(limit, maxMovements)))
	})
	if err != nil {
		return nil, err
	}
	list := make([]wallet.Movement, len(rows))
	for i, r := range rows {
		if list[i], err = r.movement(currency); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// RentalMovements lists what happened to the money of a rental, as the wallet of its rider saw it, in its order.
func (s *Store) RentalMovements(ctx context.Context, r rental.Rental) ([]wallet.Movement, error) {
	var rows []movementRow
	err := s.once(ctx, "movements of a rental", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, movements+` AND t.rental_id = $3 GROUP BY t.id ORDER BY t.id`,
			wallet.Rider(r.RiderID), r.Tariff.Currency, r.ID)
	})
	list := make([]wallet.Movement, len(rows))
	for i, row := range rows {
		if list[i], err = row.movement(r.Tariff.Currency); err != nil {
			return nil, err
		}
	}
	return list, err
}

func movementOn(ctx context.Context, db executor, riderID, currency, key string) (wallet.Movement, error) {
	var row movementRow
	err := db.GetContext(ctx, &row, movements+` AND t.key = $3 GROUP BY t.id`, wallet.Rider(riderID), currency, key)
	if err != nil {
		return wallet.Movement{}, err
	}
	return row.movement(currency)
}

// BookByStaff books what a member of staff puts right in a rider's wallet, and writes the deed down with it, both once for the
// key: wallet.ErrRider, wallet.ErrKeyConflict.
func (s *Store) BookByStaff(ctx context.Context, riderID, currency string, t wallet.Transaction) (m wallet.Movement, balance money.Amount, err error) {
	if !isID(riderID) {
		return m, balance, wallet.ErrRider
	}
	err = s.atomically(ctx, "book by staff", func(tx executor) error {
		fresh, err := bookOn(ctx, tx, t)
		if err != nil {
			return err
		}
		if m, err = movementOn(ctx, tx, riderID, currency, t.Key); err != nil {
			return err
		}
		var gone bool
		if fresh {
			if err := tx.GetContext(ctx, &gone, `SELECT deleted_at IS NOT NULL FROM riders WHERE id = $1 FOR NO KEY UPDATE`, riderID); err != nil {
				return err
			}
		}
		if balance, err = balanceOn(ctx, tx, wallet.Rider(riderID), currency); err != nil || !fresh {
			return err
		}
		if gone && (m.Amount.Minor > 0 || balance.Minor < 0) { // a deleted account may be paid out, but gets nothing more and owes nothing
			return wallet.ErrRider
		}
		return audit(ctx, tx, staff.Deed{
			Action: "wallet." + string(t.Kind), Subject: riderID, Reason: t.Note,
			Before: facts{"balance": balance.Minor - m.Amount.Minor}, After: facts{"balance": balance.Minor, "movement": m.ID, "currency": currency},
		})
	})
	return m, balance, err
}
