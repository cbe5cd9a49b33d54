package postgres

import (
	"context"
	"database/sql"

	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/rider"
)

// ridersList is the accounts of riders; $1 is the currency of their wallets.
var ridersList = listed{
	what: "list riders",
	fields: `r.id, r.first_name, r.last_name, r.email, r.phone, r.language, r.created_at, r.suspended_at,
		r.suspended_reason, r.deleted_at, own.currency,
		(SELECT coalesce(sum(e.minor), 0)::bigint FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
			WHERE a.name = 'rider:' || r.id AND a.currency = own.currency) AS balance,
		(SELECT count(*) FROM rentals n WHERE n.rider_id = r.id AND n.outcome = 'ended') AS rides,
		(SELECT max(n.created_at) FROM rentals n WHERE n.rider_id = r.id) AS last_ride,
		(SELECT n.id FROM rentals n WHERE n.rider_id = r.id AND n.outcome = '') AS open_rental`,
	from: `FROM riders r CROSS JOIN (SELECT $1::text AS currency) own`,
	columns: map[string]column{
		"created": {"r.created_at", "timestamptz"},
		"name":    {"lower(r.last_name || ' ' || r.first_name)", "text"},
		"email":   {"lower(r.email)", "text"},
	},
	id: "r.id", idType: "uuid",
}

type riderRecordRow struct {
	riderRow
	SuspendedReason string         `db:"suspended_reason"`
	DeletedAt       sql.NullTime   `db:"deleted_at"`
	Currency        string         `db:"currency"`
	Balance         int64          `db:"balance"`
	Rides           int            `db:"rides"`
	LastRide        sql.NullTime   `db:"last_ride"`
	OpenRental      sql.NullString `db:"open_rental"`
	Place           string         `db:"place"`
}

func (r riderRecordRow) record() rider.Record {
	return rider.Record{
		Rider: r.rider(), SuspendedReason: r.SuspendedReason, DeletedAt: timeOf(r.DeletedAt), Balance: money.Of(r.Balance, r.Currency),
		Rides: r.Rides, LastRide: timeOf(r.LastRide), OpenRental: r.OpenRental.String,
	}
}

// Riders is one page of the accounts that a filter picks, with their wallets in a currency, each with its place in the order, and
// with one more when there is a next page; and how many it picks in all.
func (s *Store) Riders(ctx context.Context, f rider.Filter, currency string, q listing.Query) (list []rider.Record, places []listing.Place, total int, err error) {
	p := picked{args: []any{currency}}
	if f.Text != "" {
		p.where(`strpos(lower(r.first_name || ' ' || r.last_name || ' ' || r.email || ' ' || r.phone), lower(?)) > 0 OR r.id::text = lower(?)`, f.Text, f.Text)
	}
	if len(f.States) > 0 {
		p.where(`CASE WHEN r.deleted_at IS NOT NULL THEN 'deleted' WHEN r.suspended_at IS NOT NULL THEN 'suspended' ELSE 'active' END = ANY(?)`, texts(f.States))
	}
	if f.InDebt != nil {
		p.where(`(r.id IN (SELECT a.rider_id FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
			WHERE a.currency = own.currency AND a.rider_id IS NOT NULL GROUP BY a.rider_id HAVING sum(e.minor) < 0)) = ?::boolean`, *f.InDebt)
	}
	p.between("r.created_at", f.Since, f.Until)
	rows, total, err := pageFrom[riderRecordRow](ctx, s, ridersList, p, q)
	for _, r := range rows {
		list, places = append(list, r.record()), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

type riderTallyRow struct {
	Voids    int   `db:"voids"`
	Charged  int64 `db:"charged"`
	Refunded int64 `db:"refunded"`
	ToppedUp int64 `db:"topped_up"`
	Sessions int   `db:"sessions"`
}

// RiderRecord is one account with what there is of it in the books: rider.ErrUnknown.
func (s *Store) RiderRecord(ctx context.Context, id, currency string) (rider.Record, rider.Tally, error) {
	if !isID(id) {
		return rider.Record{}, rider.Tally{}, rider.ErrUnknown
	}
	var row riderRecordRow
	var tally riderTallyRow
	err := s.once(ctx, "rider record", func(db executor) error {
		err := db.GetContext(ctx, &row, `SELECT `+ridersList.fields+` `+ridersList.from+` WHERE r.id = $2`, currency, id)
		if err != nil {
			return orElse(err, rider.ErrUnknown)
		}
		return db.GetContext(ctx, &tally, `
			SELECT (SELECT count(*) FROM rentals WHERE rider_id = $1 AND outcome = 'void') AS voids,
				(SELECT count(*) FROM sessions WHERE subject = $1 AND ended_at IS NULL AND expires_at > now()) AS sessions,
				coalesce(-sum(e.minor) FILTER (WHERE t.kind = 'ride'), 0)::bigint AS charged,
				coalesce(sum(e.minor) FILTER (WHERE t.kind = 'refund'), 0)::bigint AS refunded,
				coalesce(sum(e.minor) FILTER (WHERE t.kind = 'topup'), 0)::bigint AS topped_up
			FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id JOIN ledger_transactions t ON t.id = e.transaction_id
			WHERE a.name = 'rider:' || $1::text AND a.currency = $2`, id, currency)
	})
	return row.record(), rider.Tally(tally), err
}
