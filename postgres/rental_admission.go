package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"rodada/domain/rental"
	"rodada/domain/wallet"
)

// admission reads in one round trip what stands around a scooter with a printed code, a rider and a key.
var admission = `
	SELECT sc.*, (SELECT version FROM price_book) AS prices, r.id IS NOT NULL AND r.deleted_at IS NULL AS rider_known,
		coalesce(r.email, '') <> '' AS rider_verified, r.suspended_at, ` + admissionKeys + `,
		own.id AS open_rental, coalesce(own.plate, '') AS open_plate, coalesce(own.state, '') AS open_state, coalesce(own.tariff, '{}') AS open_tariff,
		coalesce(own.discount, 'null') AS open_discount, ` + localPasses("now()") + ` AS passes,
		(SELECT count(*) FROM rentals g WHERE g.rider_id = $1 AND g.created_at > now() - make_interval(secs => $5)
			AND g.reserved_until IS NOT NULL AND g.reason IN ('cancelled', 'reservation_over')) AS given_back,
		(SELECT coalesce(jsonb_object_agg(b.currency, b.minor), '{}') FROM (
			SELECT currency, sum(minor) AS minor FROM (
				SELECT a.currency, e.minor FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id WHERE a.name = $4
				UNION ALL ` + uncharged + `) moved GROUP BY currency) b) AS balances
	FROM (` + selectScooters + ` WHERE s.qr_code = $3) sc
		LEFT JOIN riders r ON r.id = $1
		LEFT JOIN rental_keys k ON k.rider_id = $1 AND k.key = $2
		LEFT JOIN rentals own ON own.rider_id = $1 AND own.outcome = ''`

// uncharged is what rides cost that are over and about to be charged: it is owed already.
const uncharged = `
	SELECT n.bill #>> '{total,currency}', -(n.bill #>> '{total,amount}')::bigint FROM rentals n
	WHERE n.rider_id = $1 AND n.outcome = 'ended' AND n.created_at > now() - interval '30 days'
		AND NOT EXISTS (SELECT FROM ledger_transactions t WHERE t.rental_id = n.id AND t.kind IN ('ride', 'void'))`

const admissionKeys = `k.rental_id AS key_rental, coalesce(k.digest, '') AS key_digest`

type admissionRow struct {
	scooterRow
	Prices      int64          `db:"prices"`
	RiderKnown  bool           `db:"rider_known"`
	Verified    bool           `db:"rider_verified"`
	SuspendedAt sql.NullTime   `db:"suspended_at"`
	KeyRental   sql.NullString `db:"key_rental"`
	KeyDigest   string         `db:"key_digest"`
	OpenRental  sql.NullString `db:"open_rental"`
	OpenPlate   string         `db:"open_plate"`
	OpenState   rental.State   `db:"open_state"`
	OpenTariff  []byte         `db:"open_tariff"`
	Discount    []byte         `db:"open_discount"`
	Passes      []byte         `db:"passes"`
	GivenBack   int            `db:"given_back"`
	Balances    []byte         `db:"balances"`
}

// Admission reads what decides whether a rider may rent the scooter with a printed code under a key. With a code that no
// scooter has, it only finds the key.
func (s *Store) Admission(ctx context.Context, riderID, key, code string) (a rental.Admission, err error) {
	if !isID(riderID) {
		return a, nil
	}
	var prices int64
	err = s.once(ctx, "admission", func(db executor) error {
		var row admissionRow
		err := db.GetContext(ctx, &row, admission, riderID, key, code, wallet.Rider(riderID), rental.ReservationSpan.Seconds())
		if errors.Is(err, sql.ErrNoRows) {
			err = db.GetContext(ctx, &row, `
				SELECT `+admissionKeys+` FROM rental_keys k WHERE k.rider_id = $1 AND k.key = $2`, riderID, key)
			a = rental.Admission{KeyRental: row.KeyRental.String, KeyDigest: row.KeyDigest}
			return orElse(err, nil)
		}
		if err != nil {
			return err
		}
		prices = row.Prices
		a, err = row.admission()
		return err
	})
	if err == nil && prices > 0 {
		a.Prices, err = s.pricesOf(ctx, prices)
	}
	return a, err
}

func (r admissionRow) admission() (rental.Admission, error) {
	a := rental.Admission{
		KeyRental: r.KeyRental.String, KeyDigest: r.KeyDigest,
		OpenRental: r.OpenRental.String, OpenPlate: r.OpenPlate, OpenState: r.OpenState,
		RiderKnown: r.RiderKnown, RiderVerified: r.Verified, SuspendedAt: timeOf(r.SuspendedAt), GivenBack: r.GivenBack, Scooter: r.scooter(),
	}
	return a, errors.Join(json.Unmarshal(r.OpenTariff, &a.OpenTariff), json.Unmarshal(r.Discount, &a.OpenDiscount),
		json.Unmarshal(r.Passes, &a.LocalPasses), json.Unmarshal(r.Balances, &a.Balances))
}
