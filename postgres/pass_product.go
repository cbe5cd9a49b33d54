package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/pass"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

// productFields are what a product d of passes is, but for its ID and how often it was sold.
const productFields = `d.name_es, d.name_en, d.allowance, d.minutes, d.rides, d.unlock, d.days, d.city, to_jsonb(d.models) AS models, d.price,
	d.currency, d.sale_from, d.sale_until, d.created_at, d.ended_at`

type productColumns struct {
	NameES    string         `db:"name_es"`
	NameEN    string         `db:"name_en"`
	Allowance pass.Allowance `db:"allowance"`
	Minutes   int            `db:"minutes"`
	Rides     int            `db:"rides"`
	Unlock    bool           `db:"unlock"`
	Days      int            `db:"days"`
	City      string         `db:"city"`
	Models    []byte         `db:"models"`
	Price     int64          `db:"price"`
	Currency  string         `db:"currency"`
	SaleFrom  time.Time      `db:"sale_from"`
	SaleUntil sql.NullTime   `db:"sale_until"`
	CreatedAt time.Time      `db:"created_at"`
	EndedAt   sql.NullTime   `db:"ended_at"`
}

func (c productColumns) product(id string) (pass.Product, error) {
	p := pass.Product{
		ID: id, NameES: c.NameES, NameEN: c.NameEN, Price: money.Of(c.Price, c.Currency),
		SaleFrom: c.SaleFrom.UTC(), SaleUntil: timeOf(c.SaleUntil), CreatedAt: c.CreatedAt.UTC(), EndedAt: timeOf(c.EndedAt),
		Terms: pass.Terms{Allowance: c.Allowance, Minutes: c.Minutes, Rides: c.Rides, Unlock: c.Unlock, Days: c.Days, City: c.City},
	}
	return p, json.Unmarshal(c.Models, &p.Models)
}

var productList = listed{
	what:    "list products of passes",
	fields:  `d.id, d.digest, ` + productFields + `, (SELECT count(*) FROM passes p WHERE p.product_id = d.id) AS sold`,
	from:    `FROM pass_products d`,
	columns: map[string]column{"created": {"d.created_at", "timestamptz"}, "price": {"d.price", "bigint"}},
	id:      "d.id", idType: "uuid",
}

type productRow struct {
	ID     string `db:"id"`
	Digest string `db:"digest"`
	productColumns
	Sold  int    `db:"sold"`
	Place string `db:"place"`
}

func (r productRow) product() (pass.Product, error) {
	p, err := r.productColumns.product(r.ID)
	p.Sold = r.Sold
	return p, err
}

// onSale holds for a product d that riders can buy now.
const onSale = `(d.ended_at IS NULL AND d.sale_from <= now() AND (d.sale_until IS NULL OR d.sale_until > now()))`

// saleStates are the conditions of a product d in each state.
var saleStates = map[pass.SaleState]string{
	pass.OnSale:   onSale,
	pass.Upcoming: `(d.ended_at IS NULL AND d.sale_from > now())`,
	pass.Ended:    `(d.ended_at IS NOT NULL OR d.sale_until <= now())`,
}

// PassProducts is one page of the products in a state, or of all, with one more when there is a next page, their places, and how many
// there are.
func (s *Store) PassProducts(ctx context.Context, state pass.SaleState, q listing.Query) (list []pass.Product, places []listing.Place, total int, err error) {
	var p picked
	if condition, known := saleStates[state]; known {
		p.where(condition)
	}
	rows, total, err := pageFrom[productRow](ctx, s, productList, p, q)
	for _, r := range rows {
		one, broken := r.product()
		list, places, err = append(list, one), append(places, listing.Place{Value: r.Place, ID: r.ID}), errors.Join(err, broken)
	}
	return list, places, total, err
}

// CreatePassProduct offers a pass, once for the key: pass.ErrInvalid, fleet.ErrModelUnknown, rental.ErrKeyReused when the key made another.
func (s *Store) CreatePassProduct(ctx context.Context, p pass.Product, key, digest, reason string) (made pass.Product, err error) {
	if p, err = p.Checked(); err != nil {
		return made, err
	}
	err = s.atomically(ctx, "create a product of passes", func(tx executor) error {
		var known []int64
		if err := tx.SelectContext(ctx, &known, `SELECT id FROM models`); err != nil {
			return err
		}
		for _, id := range p.Models {
			if !slices.Contains(known, id) {
				return fleet.ErrModelUnknown.With("model_id", id)
			}
		}
		var area sql.NullString
		if p.City != "" {
			area = nullText(string(p.Area))
		}
		var id string
		err := tx.GetContext(ctx, &id, `
			INSERT INTO pass_products (key, digest, name_es, name_en, allowance, minutes, rides, unlock, days, city, area, models, price, currency, sale_from, sale_until)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, coalesce($15, now()), $16)
			ON CONFLICT ON CONSTRAINT pass_products_key DO NOTHING RETURNING id`,
			key, digest, p.NameES, p.NameEN, p.Allowance, p.Minutes, p.Rides, p.Unlock, p.Days, p.City, area, append([]int64{}, p.Models...),
			p.Price.Minor, p.Price.Currency, nullTime(p.SaleFrom), nullTime(p.SaleUntil))
		fresh := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		row, err := productOn(ctx, tx, `d.key = $1`, key)
		switch {
		case err != nil:
			return err
		case row.Digest != digest:
			return rental.ErrKeyReused
		}
		if made, err = row.product(); err != nil || !fresh {
			return err
		}
		return audit(ctx, tx, staff.Deed{Action: "pass.offer", Subject: productSubject(made.ID), Reason: reason, After: facts{
			"name_es": made.NameES, "name_en": made.NameEN, "allowance": made.Allowance, "minutes": made.Minutes, "rides": made.Rides, "unlock": made.Unlock,
			"days": made.Days, "city": made.City, "model_ids": made.Models, "price": made.Price, "sale_from": made.SaleFrom, "sale_until": dated(made.SaleUntil),
		}})
	})
	return made, err
}

func productOn(ctx context.Context, tx executor, condition string, arg any) (row productRow, err error) {
	return row, tx.GetContext(ctx, &row, `SELECT `+productList.fields+` FROM pass_products d WHERE `+condition, arg)
}

func productSubject(id string) string { return "pass-product/" + id }

// EndPassProduct takes a product off sale; passes that were bought stay good. One that has ended stays so: pass.ErrProduct.
func (s *Store) EndPassProduct(ctx context.Context, id, reason string) (p pass.Product, err error) {
	if !isID(id) {
		return p, pass.ErrProduct
	}
	err = s.atomically(ctx, "end a product of passes", func(tx executor) error {
		var at time.Time
		err := tx.GetContext(ctx, &at, `UPDATE pass_products SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING ended_at`, id)
		fresh := err == nil
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		row, err := productOn(ctx, tx, `d.id = $1`, id)
		if err != nil {
			return orElse(err, pass.ErrProduct)
		}
		if p, err = row.product(); err != nil || !fresh {
			return err
		}
		return audit(ctx, tx, staff.Deed{
			Action: "pass.end", Subject: productSubject(id), Reason: reason, Before: facts{"ended_at": nil}, After: facts{"ended_at": at.UTC(), "sold": p.Sold},
		})
	})
	return p, err
}
