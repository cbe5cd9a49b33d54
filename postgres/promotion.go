package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"rodada/domain/promotion"
	"rodada/domain/staff"
)

// spends holds for a rental r that takes what it was given: one that came to nothing does not.
const spends = `(r.outcome <> 'void' AND NOT EXISTS (SELECT FROM ledger_transactions v WHERE v.rental_id = r.id AND v.kind = 'void'))`

const selectPromotions = `
	SELECT p.id, p.code, p.kind, p.amount, p.percent, p.currency, p.starts_at, p.ends_at, p.total_limit, p.rider_limit, p.first_ride,
		p.redeemed, p.created_at, p.ended_at,
		(SELECT count(*) FROM redemptions n WHERE n.promotion_id = p.id
			AND (n.discount IS NULL OR EXISTS (SELECT FROM rentals r WHERE r.redemption_id = n.id AND ` + spends + `))) AS used
	FROM promotions p `

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
}

func (r promotionRow) promotion() promotion.Promotion {
	return promotion.Promotion{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Amount: r.Amount, Percent: r.Percent, Currency: r.Currency,
		StartsAt: r.StartsAt.UTC(), EndsAt: timeOf(r.EndsAt), TotalLimit: int(r.TotalLimit.Int64), RiderLimit: r.RiderLimit,
		FirstRide: r.FirstRide, Redeemed: r.Redeemed, CreatedAt: r.CreatedAt.UTC(), EndedAt: timeOf(r.EndedAt), Used: r.Used,
	}
}

// maxPromotions bounds a list of promotions.
const maxPromotions = 1000

// Promotions lists the promotions, the newest first and at most a thousand.
func (s *Store) Promotions(ctx context.Context) ([]promotion.Promotion, error) {
	var rows []promotionRow
	err := s.once(ctx, "promotions", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectPromotions+`ORDER BY p.created_at DESC, p.id LIMIT $1`, maxPromotions)
	})
	list := make([]promotion.Promotion, len(rows))
	for i, r := range rows {
		list[i] = r.promotion()
	}
	return list, err
}

// CreatePromotion offers a promotion under a code: promotion.ErrInvalid, promotion.ErrTaken.
func (s *Store) CreatePromotion(ctx context.Context, p promotion.Promotion, reason string) (promotion.Promotion, error) {
	p, err := p.Checked()
	if err != nil {
		return p, err
	}
	err = s.atomically(ctx, "create promotion", func(tx executor) error {
		var id string
		err := tx.GetContext(ctx, &id, `
			INSERT INTO promotions (code, kind, amount, percent, currency, starts_at, ends_at, total_limit, rider_limit, first_ride)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
			p.Code, p.Kind, p.Amount, p.Percent, p.Currency, p.StartsAt, nullTime(p.EndsAt), nullInt(int64(p.TotalLimit)), p.RiderLimit, p.FirstRide)
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
