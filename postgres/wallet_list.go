package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/wallet"
)

// ledgerList is the transactions of the ledger, each with its entries.
var ledgerList = listed{
	what: "list ledger",
	fields: `t.id, t.public_id, t.key, t.kind, t.rental_id, t.note, t.booked_at,
		(SELECT json_agg(json_build_object('account', a.name, 'minor', e.minor, 'currency', e.currency, 'item', e.item) ORDER BY e.line)
			FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE e.transaction_id = t.id) AS entries`,
	from:    `FROM ledger_transactions t`,
	columns: map[string]column{"booked": {"t.booked_at", "timestamptz"}},
	id:      "t.id", idType: "bigint",
}

type bookedRow struct {
	ID       string         `db:"id"`
	PublicID string         `db:"public_id"`
	Key      string         `db:"key"`
	Kind     wallet.Kind    `db:"kind"`
	Rental   sql.NullString `db:"rental_id"`
	Note     string         `db:"note"`
	At       time.Time      `db:"booked_at"`
	Entries  []byte         `db:"entries"`
	Place    string         `db:"place"`
}

func (r bookedRow) booked() (wallet.Booked, error) {
	b := wallet.Booked{ID: r.PublicID, At: r.At.UTC(), Transaction: wallet.Transaction{
		Key: r.Key, Kind: r.Kind, RentalID: r.Rental.String, Note: r.Note,
	}}
	var entries []struct {
		Account  wallet.Account
		Minor    int64
		Currency string
		Item     wallet.Item
	}
	err := json.Unmarshal(r.Entries, &entries)
	for _, e := range entries {
		b.Entries = append(b.Entries, wallet.Entry{Account: e.Account, Amount: money.Of(e.Minor, e.Currency), Item: e.Item})
	}
	return b, err
}

// Ledger is one page of the transactions that a filter picks, each with its place in the order, and with one more when there is a
// next page; and how many it picks in all.
func (s *Store) Ledger(ctx context.Context, f wallet.Filter, q listing.Query) (list []wallet.Booked, places []listing.Place, total int, err error) {
	var p picked
	if len(f.Kinds) > 0 {
		p.where(`t.kind = ANY(?)`, texts(f.Kinds))
	}
	for _, account := range []wallet.Account{wallet.Rider(f.RiderID), f.Account} {
		if account != wallet.Rider("") && account != "" {
			p.where(`t.id IN (SELECT e.transaction_id FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id WHERE a.name = ?)`, account)
		}
	}
	if f.RentalID != "" {
		p.where(`t.rental_id = ?`, f.RentalID)
	}
	if f.Key != "" {
		p.where(`t.key = ?`, f.Key)
	}
	p.between("t.booked_at", f.Since, f.Until)
	rows, total, err := pageFrom[bookedRow](ctx, s, ledgerList, p, q)
	if err != nil {
		return nil, nil, 0, err
	}
	for _, row := range rows {
		b, err := row.booked()
		if err != nil {
			return nil, nil, 0, err
		}
		list, places = append(list, b), append(places, listing.Place{Value: row.Place, ID: row.ID})
	}
	return list, places, total, nil
}
