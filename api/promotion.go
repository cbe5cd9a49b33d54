package api

import (
	"context"
	"time"

	"rodada/domain/fault"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/rider"
)

// promotionStore is what promotions need of the books.
type promotionStore interface {
	Redeem(ctx context.Context, riderID, key, code string) (promotion.Redemption, error)
	Redemptions(ctx context.Context, riderID string) ([]promotion.Redemption, error)
	Promotions(ctx context.Context, f promotion.Filter, q listing.Query) ([]promotion.Promotion, []listing.Place, int, error)
	CreatePromotion(ctx context.Context, p promotion.Promotion, key, digest, reason string) (promotion.Promotion, error)
	EndPromotion(ctx context.Context, id, reason string) (promotion.Promotion, error)
}

// promotions is what codes give.
type promotions struct {
	store    promotionStore
	traces   *traces
	currency string
	now      func() time.Time
	debts    *debtors
}

// Redemption is a promotion that a rider has redeemed.
type Redemption struct {
	ID         string          `json:"id" format:"uuid"`
	Code       string          `json:"code" example:"WELCOME"`
	Kind       promotion.Kind  `json:"kind" enum:"credit,amount,percent,unlock" doc:"Money in the wallet at once; or, of the next ride: so much off, a part of its price off, or a free unlock."`
	Amount     *money.Amount   `json:"amount,omitempty" doc:"Of a credit, and of so much off."`
	Percent    int             `json:"percent,omitempty"`
	FirstRide  bool            `json:"first_ride,omitempty" doc:"It is for the first ride alone."`
	State      promotion.State `json:"state" enum:"waiting,used,expired" doc:"Waiting for the next ride that opens. What a ride had that came to nothing waits again. One for a first ride is expired once there was one."`
	RedeemedAt time.Time       `json:"redeemed_at"`
	ExpiresAt  *time.Time      `json:"expires_at,omitempty"`
	RentalID   string          `json:"rental_id,omitempty" format:"uuid" doc:"That it was used for."`
}

func (p *promotions) show(r promotion.Redemption) Redemption {
	shown := Redemption{
		ID: r.ID, Code: r.Code, Kind: r.Kind, Percent: r.Percent, FirstRide: r.FirstRide, State: r.State(p.now()),
		RedeemedAt: r.At.UTC(), ExpiresAt: happened(r.ExpiresAt), RentalID: r.RentalID,
	}
	if r.Amount.Minor > 0 {
		shown.Amount = &r.Amount
	}
	return shown
}

// redeemPromotion is POST /v1/promotions.
type redeemPromotion struct{ *promotions }

type redeemPromotionIn struct {
	Keyed
	Body struct {
		Code string `json:"code" minLength:"3" maxLength:"40" example:"WELCOME" doc:"In letters of any case."`
	}
}

type redeemPromotionOut struct{ Body Redemption }

func (redeemPromotion) Meta() meta {
	return meta{
		ID: "redeem-promotion", Class: classCode, Summary: "Redeem a promotion",
		Description: "A credit is in the wallet at once. Anything else is taken off the next ride that opens, one promotion a ride, those that expire first before " +
			"the others; the ride shows it as `discount`, and its price as a line. Happens once for the Idempotency-Key.",
		Faults: []*fault.Error{
			promotion.ErrUnknown, promotion.ErrOver, promotion.ErrSpent, promotion.ErrRedeemed, promotion.ErrFirstRide, rider.ErrUnverified,
			rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused,
		},
	}
}

func (e redeemPromotion) Execute(ctx context.Context, in *redeemPromotionIn) (*redeemPromotionOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	if err := e.traces.keep(ctx, subjectFrom(ctx)); err != nil { // whoever comes back under another account has redeemed it
		return nil, err
	}
	made, err := e.store.Redeem(ctx, subjectFrom(ctx), key, in.Body.Code)
	if err != nil {
		return nil, err
	}
	e.debts.follow(ctx, subjectFrom(ctx)) // a credit may pay what is owed
	return &redeemPromotionOut{Body: e.show(made)}, nil
}

// listRedemptions is GET /v1/promotions.
type listRedemptions struct{ *promotions }

type listRedemptionsOut struct {
	Body struct {
		Promotions []Redemption `json:"promotions" nullable:"false" doc:"The newest first."`
	}
}

func (listRedemptions) Meta() meta {
	return meta{ID: "list-redemptions", Summary: "The promotions that you have redeemed"}
}

func (e listRedemptions) Execute(ctx context.Context, _ *struct{}) (*listRedemptionsOut, error) {
	list, err := e.store.Redemptions(ctx, subjectFrom(ctx))
	out := &listRedemptionsOut{}
	out.Body.Promotions = each(list, e.show)
	return out, err
}
