package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/pass"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/staff"
	"rodada/domain/wallet"
)

// passList is passes with what rides have taken of them.
var passList = listed{
	what: "list passes",
	fields: `p.id, p.product_id, p.rider_id, p.given, p.starts_at, p.ends_at, p.revoked_at, p.refunded, u.used_rides, u.used_minutes,
		CASE WHEN p.given THEN 0 ELSE d.price END AS paid, ` + productFields,
	from: `FROM passes p JOIN pass_products d ON d.id = p.product_id, ` + passUse,
	columns: map[string]column{
		"started": {"p.starts_at", "timestamptz"}, "ends": {"p.ends_at", "timestamptz"},
	},
	id: "p.id", idType: "uuid",
}

type passRow struct {
	ID        string       `db:"id"`
	ProductID string       `db:"product_id"`
	RiderID   string       `db:"rider_id"`
	Given     bool         `db:"given"`
	StartsAt  time.Time    `db:"starts_at"`
	EndsAt    time.Time    `db:"ends_at"`
	RevokedAt sql.NullTime `db:"revoked_at"`
	Refunded  bool         `db:"refunded"`
	Rides     int          `db:"used_rides"`
	Minutes   int          `db:"used_minutes"`
	Paid      int64        `db:"paid"`
	productColumns
	Place string `db:"place"`
}

func (r passRow) pass() (pass.Pass, error) {
	product, err := r.product(r.ProductID)
	return pass.Pass{
		ID: r.ID, RiderID: r.RiderID, Product: product, Paid: r.Paid, Given: r.Given, StartsAt: r.StartsAt.UTC(), EndsAt: r.EndsAt.UTC(),
		RevokedAt: timeOf(r.RevokedAt), Refunded: r.Refunded, UsedMinutes: r.Minutes, UsedRides: r.Rides,
	}, err
}

// Passes is one page of the passes that a filter picks, with one more when there is a next page, their places, and how many it picks.
func (s *Store) Passes(ctx context.Context, f pass.Filter, q listing.Query) (list []pass.Pass, places []listing.Place, total int, err error) {
	var p picked
	if f.RiderID != "" {
		p.where(`p.rider_id = ?`, f.RiderID)
	}
	if f.ProductID != "" {
		p.where(`p.product_id = ?`, f.ProductID)
	}
	if f.Current {
		p.where(current)
	}
	p.between("p.starts_at", f.Since, f.Until)
	rows, total, err := pageFrom[passRow](ctx, s, passList, p, q)
	for _, r := range rows {
		one, broken := r.pass()
		list, places, err = append(list, one), append(places, listing.Place{Value: r.Place, ID: r.ID}), errors.Join(err, broken)
	}
	return list, places, total, err
}

func passOn(ctx context.Context, tx executor, id string) (pass.Pass, error) {
	var row passRow
	if err := tx.GetContext(ctx, &row, `SELECT `+passList.fields+` `+passList.from+` WHERE p.id = $1`, id); err != nil {
		return pass.Pass{}, orElse(err, pass.ErrUnknown)
	}
	return row.pass()
}

// BuyPass sells a rider a pass and takes its price from the wallet, once for the key: pass.ErrProduct, pass.ErrNotOnSale,
// rider.ErrUnverified, wallet.ErrShort, and rental.ErrKeyReused when the key bought another. What rides cost that are over and not charged
// yet is not there any more.
func (s *Store) BuyPass(ctx context.Context, riderID, key, productID string) (pass.Pass, error) {
	o := passOrder{riderID: riderID, key: "own/" + key, productID: productID}
	return s.handOut(ctx, "buy a pass", o, func(tx executor, p pass.Pass, sale saleRow) error {
		price, balance := p.Price, money.Of(sale.Balance, p.Price.Currency)
		switch {
		case !sale.OnSale:
			return pass.ErrNotOnSale
		case !sale.Verified:
			return rider.ErrUnverified
		case balance.Minor < price.Minor:
			return wallet.ErrShort.With("balance", balance).With("price", price).With("missing", money.Of(price.Minor-balance.Minor, price.Currency))
		}
		_, err := bookOn(ctx, tx, wallet.BuyPass(p.ID, riderID, price))
		return err
	})
}

// GivePass gives a rider a pass for nothing, once for the key, whether it is on sale or not: pass.ErrProduct, rider.ErrUnknown,
// rental.ErrKeyReused.
func (s *Store) GivePass(ctx context.Context, riderID, key, productID, reason string) (pass.Pass, error) {
	if !isID(riderID) {
		return pass.Pass{}, rider.ErrUnknown
	}
	o := passOrder{riderID: riderID, key: "staff/" + key, productID: productID, given: true}
	p, err := s.handOut(ctx, "give a pass", o, func(tx executor, p pass.Pass, _ saleRow) error {
		return audit(ctx, tx, staff.Deed{Action: "pass.give", Subject: riderID, Reason: reason, After: facts{
			"pass_id": p.ID, "product_id": p.Product.ID, "name_en": p.NameEN, "days": p.Days,
		}})
	})
	if errors.Is(err, rider.ErrToken) {
		err = rider.ErrUnknown
	}
	return p, err
}

// passOrder asks for a pass.
type passOrder struct {
	riderID, key, productID string
	given                   bool
}

// saleRow is a product for a rider, under the rider's lock.
type saleRow struct {
	productColumns
	OnSale   bool  `db:"on_sale"`
	Verified bool  `db:"verified"`
	Balance  int64 `db:"balance"`
}

// handOut makes a pass, once for the key; seal has the last word.
func (s *Store) handOut(ctx context.Context, what string, o passOrder, seal func(executor, pass.Pass, saleRow) error) (made pass.Pass, err error) {
	if !isID(o.productID) {
		return made, pass.ErrProduct
	}
	err = s.atomically(ctx, what, func(tx executor) error {
		if err := lockRider(ctx, tx, o.riderID); err != nil { // who spends the same money elsewhere waits here
			return err
		}
		id, err := orderedPass(ctx, tx, o)
		if err != nil {
			return err
		}
		if id == "" {
			if id, err = fillOrder(ctx, tx, o, seal); err != nil {
				return err
			}
		}
		made, err = passOn(ctx, tx, id)
		return err
	})
	return made, err
}

// orderedPass is the pass that the key has made; empty: none.
func orderedPass(ctx context.Context, tx executor, o passOrder) (id string, err error) {
	var again struct {
		ID        string `db:"id"`
		ProductID string `db:"product_id"`
	}
	err = tx.GetContext(ctx, &again, `SELECT id, product_id FROM passes WHERE rider_id = $1 AND key = $2`, o.riderID, o.key)
	if err == nil && again.ProductID != o.productID {
		err = rental.ErrKeyReused
	}
	return again.ID, orElse(err, nil)
}

func fillOrder(ctx context.Context, tx executor, o passOrder, seal func(executor, pass.Pass, saleRow) error) (id string, err error) {
	var sale saleRow
	err = tx.GetContext(ctx, &sale, `
		SELECT `+productFields+`, `+onSale+` AS on_sale, EXISTS (SELECT FROM riders w WHERE w.id = $1 AND w.email <> '') AS verified,
			coalesce((SELECT sum(minor) FROM (
				SELECT a.currency, e.minor FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id WHERE a.name = $3
				UNION ALL `+uncharged+`) moved (currency, minor) WHERE moved.currency = d.currency), 0)::bigint AS balance
		FROM pass_products d WHERE d.id = $2`, o.riderID, o.productID, wallet.Rider(o.riderID))
	if err != nil {
		return "", orElse(err, pass.ErrProduct)
	}
	p := pass.Pass{ID: uuid.NewString(), RiderID: o.riderID, Given: o.given}
	if p.Product, err = sale.product(o.productID); err != nil {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO passes (id, product_id, rider_id, key, given, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, now(), now() + make_interval(hours => 24 * $6))`,
		p.ID, o.productID, o.riderID, o.key, o.given, p.Days)
	if err != nil {
		return "", err
	}
	return p.ID, seal(tx, p, sale)
}
