package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/promotion"
	"rodada/domain/staff"
)

// Promotion is what staff offer under a code.
type Promotion struct {
	ID string `json:"id" format:"uuid"`
	PromotionTerms
	Currency  string     `json:"currency"`
	StartsAt  time.Time  `json:"starts_at"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty" doc:"When staff ended it."`
	Redeemed  int        `json:"redeemed" doc:"How often."`
	Used      int        `json:"used" doc:"How many of these were money, or a ride has them."`
}

// PromotionTerms is what a promotion gives, and to whom.
type PromotionTerms struct {
	Code       string         `json:"code" minLength:"3" maxLength:"32" example:"WELCOME" doc:"A-Z, 0-9 and -, in letters of any case."`
	Kind       promotion.Kind `json:"kind" enum:"credit,amount,percent,unlock" doc:"Money in the wallet at once; or, of the next ride: so much off, a part of its price off, or a free unlock."`
	Amount     int64          `json:"amount,omitempty" minimum:"0" maximum:"100000000" example:"0" doc:"In minor units, of credit and amount."`
	Percent    int            `json:"percent,omitempty" minimum:"0" maximum:"100" example:"20" doc:"Of percent."`
	EndsAt     *time.Time     `json:"ends_at,omitempty" doc:"Nobody redeems it from here on, and what was redeemed and not used is lost; absent: never."`
	TotalLimit int            `json:"total_limit,omitempty" minimum:"0" maximum:"1000000000" doc:"How often it can be redeemed in all; 0: no limit."`
	RiderLimit int            `json:"rider_limit,omitempty" minimum:"1" maximum:"1000" default:"1" doc:"How often one rider can."`
	FirstRide  bool           `json:"first_ride,omitempty" doc:"For riders who have not ridden yet."`
}

func showPromotion(p promotion.Promotion) Promotion {
	return Promotion{
		ID: p.ID, Currency: p.Currency, StartsAt: p.StartsAt, CreatedAt: p.CreatedAt, EndedAt: happened(p.EndedAt), Redeemed: p.Redeemed, Used: p.Used,
		PromotionTerms: PromotionTerms{
			Code: p.Code, Kind: p.Kind, Amount: p.Amount, Percent: p.Percent, EndsAt: happened(p.EndsAt),
			TotalLimit: p.TotalLimit, RiderLimit: p.RiderLimit, FirstRide: p.FirstRide,
		},
	}
}

type promotionOut struct{ Body Promotion }

// listPromotions is GET /admin/v1/promotions.
type listPromotions struct{ *promotions }

type listPromotionsOut struct {
	Body struct {
		Promotions []Promotion `json:"promotions" nullable:"false" doc:"The newest first, at most 1000."`
	}
}

func (listPromotions) Meta() meta { return meta{ID: "list-promotions", Summary: "The promotions"} }

func (e listPromotions) Execute(ctx context.Context, _ *struct{}) (*listPromotionsOut, error) {
	list, err := e.store.Promotions(ctx)
	out := &listPromotionsOut{}
	out.Body.Promotions = each(list, showPromotion)
	return out, err
}

// createPromotion is POST /admin/v1/promotions.
type createPromotion struct{ *promotions }

type createPromotionIn struct {
	Body struct {
		PromotionTerms
		StartsAt *time.Time `json:"starts_at,omitempty" doc:"It can be redeemed from here on; absent: from now."`
		Reason   Reason     `json:"reason" minLength:"3" maxLength:"500" example:"The students are back."`
	}
}

func (createPromotion) Meta() meta {
	return meta{
		ID: "create-promotion", Summary: "Offer a promotion", Status: http.StatusCreated, Needs: staff.Pricing,
		Description: "It never changes, but can be ended. A code is good for one promotion, for good.",
		Faults:      []*fault.Error{promotion.ErrInvalid, promotion.ErrTaken},
	}
}

func (e createPromotion) Execute(ctx context.Context, in *createPromotionIn) (*promotionOut, error) {
	b := in.Body
	p := promotion.Promotion{
		Code: b.Code, Kind: b.Kind, Amount: b.Amount, Percent: b.Percent, Currency: e.currency, StartsAt: e.now(),
		TotalLimit: b.TotalLimit, RiderLimit: max(1, b.RiderLimit), FirstRide: b.FirstRide,
	}
	if b.StartsAt != nil {
		p.StartsAt = *b.StartsAt
	}
	if b.EndsAt != nil {
		p.EndsAt = *b.EndsAt
	}
	made, err := e.store.CreatePromotion(ctx, p, string(b.Reason))
	if err != nil {
		return nil, err
	}
	return &promotionOut{Body: showPromotion(made)}, nil
}

// endPromotion is POST /admin/v1/promotions/{id}/end.
type endPromotion struct{ *promotions }

type endPromotionIn struct {
	ID   string `path:"id" format:"uuid"`
	Body struct {
		Reason Reason `json:"reason" minLength:"3" maxLength:"500" example:"The code was shared too widely."`
	}
}

func (endPromotion) Meta() meta {
	return meta{
		ID: "end-promotion", Summary: "End a promotion", Needs: staff.Pricing,
		Description: "Nobody redeems it from now on. What was redeemed stays good. Ending it again changes nothing.",
		Faults:      []*fault.Error{promotion.ErrUnknown},
	}
}

func (e endPromotion) Execute(ctx context.Context, in *endPromotionIn) (*promotionOut, error) {
	p, err := e.store.EndPromotion(ctx, in.ID, string(in.Body.Reason))
	if err != nil {
		return nil, err
	}
	return &promotionOut{Body: showPromotion(p)}, nil
}
