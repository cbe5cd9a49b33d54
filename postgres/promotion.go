package postgres

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"rodada/domain/listing"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

// spends holds for a rental r that takes what it was given: one that came to nothing does not.
const spends = `(r.outcome <> 'void' AND NOT EXISTS (SELECT FROM ledger_transactions v WHERE v.rental_id = r.id AND v.kind = 'void'))`

const promotionFields = `p.id, p.code, p.kind, p.amount, p.percent, p.currency, p.starts_at, p.ends_at, p.total_limit, p.rider_limit, p.first_ride,
		p.redeemed, p.created_at, p.ended_at,
		(SELECT count(*) FROM redemptions n WHERE n.promotion_id = p.id
			AND (n.discount IS NULL OR EXISTS (SELECT FROM rentals r WHERE r.redemption_id = n.id AND ` + spends + `))) AS used`

const selectPromotions = `SELECT ` + promotionFields + ` FROM promotions p `

var promotionList = listed{
	what: "list promotions", fields: promotionFields, from: `FROM promotions p`,
	columns: map[string]column{"created": {"p.created_at", "timestamptz"}, "code": {"p.code", "text"}, "redeemed": {"p.redeemed", "integer"}},
	id:      "p.id", idType: "uuid",
}

// promotionStates are the conditions of a promotion p in each state.
var promotionStates = map[promotion.SaleState]string{
	promotion.Over:     `(p.ended_at IS NOT NULL OR p.ends_at <= now()) AND p.starts_at <= now()`,
	promotion.Upcoming: `p.starts_at > now()`,
	promotion.Spent:    `p.starts_at <= now() AND p.ended_at IS NULL AND coalesce(p.ends_at > now(), true) AND p.redeemed >= p.total_limit`,
	promotion.OnOffer:  `p.starts_at <= now() AND p.ended_at IS NULL AND coalesce(p.ends_at > now(), true) AND coalesce(p.redeemed < p.total_limit, true)`,
}

type promotionRow struct {
	ID         string         `db:"id"`
	Code       string         `db:"code"`
	Kind       promotion.Kind `db:"kind"`
	Amount     int64          `db:"amount"`
	Percent    int            `db:"percent"`
	Currency   string         `db:"currency"`
	StartsAt   time.Time      `db:"starts_at"`
	EndsAt     sql.NullTime   `db:"ends_at"`
	TotalLimit sql.NullInt64  `db:"total_limit"`
	RiderLimit int            `db:"rider_limit"`
	FirstRide  bool           `db:"first_ride"`
	Redeemed   int            `db:"redeemed"`
	CreatedAt  time.Time      `db:"created_at"`
	EndedAt    sql.NullTime   `db:"ended_at"`
	Used       int            `db:"used"`
	Place      string         `db:"place"`
}

func (r promotionRow) promotion() promotion.Promotion {
	return promotion.Promotion{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Amount: r.Amount, Percent: r.Percent, Currency: r.Currency,
		StartsAt: r.StartsAt.UTC(), EndsAt: timeOf(r.EndsAt), TotalLimit: int(r.TotalLimit.Int64), RiderLimit: r.RiderLimit,
		FirstRide: r.FirstRide, Redeemed: r.Redeemed, CreatedAt: r.CreatedAt.UTC(), EndedAt: timeOf(r.EndedAt), Used: r.Used,
	}
}

// Promotions is one page of the promotions that a filter picks, with one more when there is a next page, their places, and how many it
// picks.
func (s *Store) Promotions(ctx context.Context, f promotion.Filter, q listing.Query) (list []promotion.Promotion, places []listing.Place, total int, err error) {
	var p picked
	if f.Code != "" {
		p.where(`starts_with(p.code, ?)`, strings.ToUpper(f.Code))
	}
	if len(f.Kinds) > 0 {
		p.where(`p.kind = ANY(?)`, texts(f.Kinds))
	}
	if condition, known := promotionStates[f.State]; known {
		p.where(condition)
	}
	rows, total, err := pageFrom[promotionRow](ctx, s, promotionList, p, q)
	for _, r := range rows {
		list, places = append(list, r.promotion()), append(places, listing.Place{Value: r.Place, ID: r.ID})
	}
	return list, places, total, err
}

// CreatePromotion offers a promotion under a code, once for the key where there is one: promotion.ErrInvalid, promotion.ErrTaken, and
// rental.ErrKeyReused when the key made another.
func (s *Store) CreatePromotion(ctx context.Context, p promotion.Promotion, key, digest, reason string) (promotion.Promotion, error) {
	p, err := p.Checked()
	if err != nil {
		return p, err
	}
	err = s.atomically(ctx, "create promotion", func(tx executor) error {
		var id string
		err := tx.GetContext(ctx, &id, `
			INSERT INTO promotions (code, kind, amount, percent, currency, starts_at, ends_at, total_limit, rider_limit, first_ride, key, digest)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT ON CONSTRAINT promotions_key_key DO NOTHING RETURNING id`,
			p.Code, p.Kind, p.Amount, p.Percent, p.Currency, p.StartsAt, nullTime(p.EndsAt), nullInt(int64(p.TotalLimit)), p.RiderLimit, p.FirstRide,
			nullText(key), nullText(digest))
		if errors.Is(err, sql.ErrNoRows) {
			p, err = promotionOfKey(ctx, tx, key, digest)
			return err
		}
		if err != nil {
			return err
		}
		var row promotionRow
		if err := tx.GetContext(ctx, &row, selectPromotions+`WHERE p.id = $1`, id); err != nil {
			return err
		}
		p = row.promotion()
		return audit(ctx, tx, staff.Deed{Action: "promotion.create", Subject: promotionSubject(p.ID), Reason: reason, After: facts{
			"code": p.Code, "kind": p.Kind, "amount": p.Amount, "percent": p.Percent, "starts_at": p.StartsAt, "ends_at": dated(p.EndsAt),
			"total_limit": p.TotalLimit, "rider_limit": p.RiderLimit, "first_ride": p.FirstRide,
		}})
	})
	return p, err
}

func promotionOfKey(ctx context.Context, tx executor, key, digest string) (promotion.Promotion, error) {
	var row struct {
		promotionRow
		Digest string `db:"digest"`
	}
	err := tx.GetContext(ctx, &row, `SELECT `+promotionFields+`, p.digest FROM promotions p WHERE p.key = $1`, key)
	if err == nil && row.Digest != digest {
		err = rental.ErrKeyReused
	}
	return row.promotion(), err
}

func promotionSubject(id string) string { return "promotion/" + id }

// EndPromotion has nobody redeem a promotion from now on; what was redeemed stays good. One that has ended stays so:
// promotion.ErrUnknown.
func (s *Store) EndPromotion(ctx context.Context, id, reason string) (p promotion.Promotion, err error) {
	if !isID(id) {
		return p, promotion.ErrUnknown
	}
	err = s.atomically(ctx, "end promotion", func(tx executor) error {
		fresh := true
		var at time.Time
		err := tx.GetContext(ctx, &at, `UPDATE promotions SET ended_at = now() WHERE id = $1 AND ended_at IS NULL RETURNING ended_at`, id)
		if errors.Is(err, sql.ErrNoRows) {
			fresh, err = false, nil
		}
		if err != nil {
			return err
		}
		var row promotionRow
		if err := tx.GetContext(ctx, &row, selectPromotions+`WHERE p.id = $1`, id); err != nil {
			return orElse(err, promotion.ErrUnknown)
		}
		if p = row.promotion(); !fresh {
			return nil
		}
		return audit(ctx, tx, staff.Deed{
			Action: "promotion.end", Subject: promotionSubject(id), Reason: reason, Before: facts{"ended_at": nil}, After: facts{"ended_at": at.UTC(), "redeemed": p.Redeemed},
		})
	})
	return p, err
}
