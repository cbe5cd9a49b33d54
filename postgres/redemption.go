package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"rodada/domain/fare"
	"rodada/domain/money"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
	"rodada/geo"
)

// nextRedemption is the promotion that the next ride of a rider has, if it opens at a moment: what expires first goes first. No two
// rides have the same, for a rider has one ride at a time. The rider and the moment are parameters of the statement, such as $1.
func nextRedemption(rider, at string) string {
	return `
	SELECT n.id, n.discount FROM redemptions n
	WHERE n.rider_id = ` + rider + ` AND n.discount IS NOT NULL AND (n.expires_at IS NULL OR n.expires_at > ` + at + `)
		AND NOT EXISTS (SELECT FROM rentals r WHERE r.redemption_id = n.id AND ` + spends + `)
		AND NOT (n.first_ride AND EXISTS (SELECT FROM rentals r WHERE r.rider_id = ` + rider + ` AND ` + spends + `))
	ORDER BY n.first_ride DESC, n.expires_at NULLS LAST, n.created_at, n.id LIMIT 1`
}

// NextDiscount is what a ride of a rider has taken off that opens at a moment and a place with a scooter of a model: what a pass pays, or
// else what a promotion gives; nil: nothing. Without a place, nobody knows where.
func (s *Store) NextDiscount(ctx context.Context, riderID string, modelID int64, place *geo.Point, at time.Time) (d *fare.Discount, err error) {
	if !isID(riderID) {
		return nil, nil //nolint:nilnil // nobody has one
	}
	err = s.once(ctx, "next discount", func(db executor) error {
		d = nil
		here, err := passesHere(ctx, db, riderID, place, at)
		if err != nil {
			return err
		}
		var text []byte
		err = db.GetContext(ctx, &text, `
			SELECT coalesce((SELECT discount FROM (`+nextPass("$1", "$2::bigint", "$3::uuid[]", "$4")+`) p),
				(SELECT discount FROM (`+nextRedemption("$1", "$4")+`) v))`, riderID, modelID, here, at)
		if err != nil || text == nil {
			return err
		}
		return json.Unmarshal(text, &d)
	})
	return d, err
}

const selectRedemptions = `
	SELECT n.id, n.key, p.code, p.kind, p.amount, p.currency, p.percent, n.first_ride, n.created_at, n.expires_at,
		(SELECT r.id FROM rentals r WHERE r.redemption_id = n.id AND ` + spends + ` ORDER BY r.created_at DESC LIMIT 1) AS rental_id,
		n.first_ride AND EXISTS (SELECT FROM rentals r WHERE r.rider_id = n.rider_id AND ` + spends + `) AS missed
	FROM redemptions n JOIN promotions p ON p.id = n.promotion_id `

type redemptionRow struct {
	ID        string         `db:"id"`
	Key       string         `db:"key"`
	Code      string         `db:"code"`
	Kind      promotion.Kind `db:"kind"`
	Amount    int64          `db:"amount"`
	Currency  string         `db:"currency"`
	Percent   int            `db:"percent"`
	FirstRide bool           `db:"first_ride"`
	CreatedAt time.Time      `db:"created_at"`
	ExpiresAt sql.NullTime   `db:"expires_at"`
	RentalID  sql.NullString `db:"rental_id"`
	Missed    bool           `db:"missed"`
}

func (r redemptionRow) redemption() promotion.Redemption {
	return promotion.Redemption{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Amount: money.Of(r.Amount, r.Currency), Percent: r.Percent, FirstRide: r.FirstRide,
		At: r.CreatedAt.UTC(), ExpiresAt: timeOf(r.ExpiresAt), RentalID: r.RentalID.String, Missed: r.Missed,
	}
}

// Redemptions lists what a rider has redeemed, the newest first.
func (s *Store) Redemptions(ctx context.Context, riderID string) ([]promotion.Redemption, error) {
	if !isID(riderID) {
		return nil, nil
	}
	var rows []redemptionRow
	err := s.once(ctx, "redemptions", func(db executor) error {
		rows = nil
		return db.SelectContext(ctx, &rows, selectRedemptions+`WHERE n.rider_id = $1 ORDER BY n.created_at DESC, n.id`, riderID)
	})
	list := make([]promotion.Redemption, len(rows))
	for i, r := range rows {
		list[i] = r.redemption()
	}
	return list, err
}

// Redeem gives a rider what a code promises, once for the key: promotion.ErrUnknown, promotion.ErrOver, promotion.ErrSpent,
// promotion.ErrRedeemed, promotion.ErrFirstRide, rider.ErrUnverified, or rental.ErrKeyReused when the key redeemed another code.
func (s *Store) Redeem(ctx context.Context, riderID, key, typed string) (made promotion.Redemption, err error) {
	code, fine := promotion.Code(typed)
	if !fine || !isID(riderID) {
		return made, promotion.ErrUnknown
	}
	err = s.atomically(ctx, "redeem", func(tx executor) error {
		// Whoever redeems the same code waits here, so that no limit is passed.
		var id string
		if err := tx.GetContext(ctx, &id, `SELECT id FROM promotions WHERE code = $1 FOR UPDATE`, code); err != nil {
			return orElse(err, promotion.ErrUnknown)
		}
		var again redemptionRow
		switch err := tx.GetContext(ctx, &again, selectRedemptions+`WHERE n.rider_id = $1 AND n.key = $2`, riderID, key); {
		case err == nil && again.Code != code:
			return rental.ErrKeyReused
		case err == nil:
			made = again.redemption()
			return nil
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		p, err := redeemable(ctx, tx, id, riderID)
		if err != nil {
			return err
		}
		redemption := uuid.NewString()
		discount, err := jsonText(p.Discount())
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO redemptions (id, promotion_id, rider_id, key, discount, first_ride, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			redemption, p.ID, riderID, key, discount, p.FirstRide, nullTime(p.EndsAt))
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE promotions SET redeemed = redeemed + 1 WHERE id = $1`, p.ID); err != nil {
			return err
		}
		if p.Kind == promotion.Credit {
			if _, err := bookOn(ctx, tx, wallet.Credit(redemption, riderID, p.Credit(), p.Code)); err != nil {
				return err
			}
		}
		var row redemptionRow
		err = tx.GetContext(ctx, &row, selectRedemptions+`WHERE n.id = $1`, redemption)
		made = row.redemption()
		return err
	})
	return made, err
}

// redeemable is a promotion that a rider may redeem now, under its lock. What the same person did under another account counts too.
func redeemable(ctx context.Context, tx executor, id, riderID string) (promotion.Promotion, error) {
	var row struct {
		promotionRow
		Now      time.Time `db:"now"`
		Own      int       `db:"own"`
		Verified bool      `db:"verified"`
		Rode     bool      `db:"rode"`
	}
	err := tx.GetContext(ctx, &row, `
		SELECT p.*, clock_timestamp() AS now, (SELECT count(*) FROM redemptions n WHERE n.promotion_id = p.id AND n.rider_id IN `+same("$2")+`) AS own,
			EXISTS (SELECT FROM riders w WHERE w.id = $2 AND w.email <> '') AS verified,
			EXISTS (SELECT FROM rentals r WHERE r.rider_id IN `+same("$2")+` AND `+spends+`) AS rode
		FROM (`+selectPromotions+`WHERE p.id = $1) p`, id, riderID)
	if err != nil {
		return promotion.Promotion{}, err
	}
	p := row.promotion()
	switch err := p.Open(row.Now); {
	case errors.Is(err, promotion.ErrUnknown):
		return p, err
	case row.Own >= p.RiderLimit:
		return p, promotion.ErrRedeemed
	case err != nil:
		return p, err
	case !row.Verified:
		return p, rider.ErrUnverified
	case p.FirstRide && row.Rode:
		return p, promotion.ErrFirstRide
	}
	return p, nil
}
