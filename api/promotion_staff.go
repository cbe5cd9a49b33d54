package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/promotion"
	"rodada/domain/rental"
	"rodada/domain/staff"
)

// Promotion is what staff offer under a code.
type Promotion struct {
	ID string `json:"id" format:"uuid"`
	PromotionTerms
	Currency  string              `json:"currency"`
	State     promotion.SaleState `json:"state" enum:"upcoming,on_offer,spent,over"`
	StartsAt  time.Time           `json:"starts_at"`
	CreatedAt time.Time           `json:"created_at"`
	EndedAt   *time.Time          `json:"ended_at,omitempty" doc:"When staff ended it."`
	Redeemed  int                 `json:"redeemed" doc:"How often."`
	Used      int                 `json:"used" doc:"How many of these were money, or a ride has them."`
}

// PromotionTerms is what a promotion gives, and to whom.
type PromotionTerms struct {
	Code       string         `json:"code" minLength:"3" maxLength:"32" example:"WELCOME" doc:"A-Z, 0-9 and -, in letters of any case."`
	Kind       promotion.Kind `json:"kind" enum:"credit,amount,percent,unlock" doc:"Money in the wallet at once; or, of the next ride: so much off, a part of its price off, or a free unlock."`
	Amount     int64          `json:"amount,omitempty" minimum:"0" maximum:"1000000" example:"0" doc:"In minor units, of credit and amount."`
	Percent    int            `json:"percent,omitempty" minimum:"0" maximum:"100" example:"20" doc:"Of percent."`
	EndsAt     *time.Time     `json:"ends_at,omitempty" doc:"Nobody redeems it from here on, and what was redeemed and not used is lost; absent: never."`
	TotalLimit int            `json:"total_limit,omitempty" minimum:"0" maximum:"1000000000" doc:"How often it can be redeemed in all; 0: no limit."`
	RiderLimit int            `json:"rider_limit,omitempty" minimum:"1" maximum:"1000" default:"1" doc:"How often one rider can."`
	FirstRide  bool           `json:"first_ride,omitempty" doc:"For riders who have not ridden yet."`
}

func (p *promotions) offered(of promotion.Promotion) Promotion {
	return Promotion{
		ID: of.ID, Currency: of.Currency, State: of.State(p.now()), StartsAt: of.StartsAt, CreatedAt: of.CreatedAt, EndedAt: happened(of.EndedAt), Redeemed: of.Redeemed, Used: of.Used,
		PromotionTerms: PromotionTerms{
			Code: of.Code, Kind: of.Kind, Amount: of.Amount, Percent: of.Percent, EndsAt: happened(of.EndsAt),
			TotalLimit: of.TotalLimit, RiderLimit: of.RiderLimit, FirstRide: of.FirstRide,
		},
	}
}

type promotionOut struct{ Body Promotion }

// PromotionFilter narrows the list of promotions. What is absent takes all.
type PromotionFilter struct {
	Code  string   `query:"code" maxLength:"32" doc:"Those whose code begins so."`
	Kind  []string `query:"kind" enum:"credit,amount,percent,unlock" doc:"One or more, with commas."`
	State string   `query:"state" enum:"upcoming,on_offer,spent,over"`
}

var promotionSorts = sorts{"-created", "code", "redeemed"}

// listPromotions is GET /admin/v1/promotions.
type listPromotions struct{ *promotions }

type listPromotionsIn struct {
	Listing
	PromotionFilter
}

type listPromotionsOut struct {
	Body struct {
		Promotions []Promotion `json:"promotions" nullable:"false"`
		Paging
	}
}

func (listPromotions) Meta() meta {
	return meta{ID: "list-promotions", Summary: "The promotions", Description: promotionSorts.describe(), Faults: listFaults}
}

func (e listPromotions) Execute(ctx context.Context, in *listPromotionsIn) (*listPromotionsOut, error) {
	q, err := in.page(promotionSorts, in.PromotionFilter)
	if err != nil {
		return nil, err
	}
	f := promotion.Filter{Code: in.Code, Kinds: as[promotion.Kind](in.Kind), State: promotion.SaleState(in.State)}
	list, places, total, err := e.store.Promotions(ctx, f, q)
	if err != nil {
		return nil, err
	}
	out := &listPromotionsOut{}
	out.Body.Promotions, out.Body.Paging = pageOf(list, places, total, q, in.PromotionFilter, e.offered)
	return out, nil
}

// sentLate is how long a request may have been on its way whose beginning was now.
const sentLate = 5 * time.Minute

// createPromotion is POST /admin/v1/promotions.
type createPromotion struct{ *promotions }

type createPromotionIn struct {
	MaybeKeyed
	Body struct {
		PromotionTerms
		StartsAt *time.Time `json:"starts_at,omitempty" doc:"It can be redeemed from here on, now or later; absent: from now."`
		Reason   Reason     `json:"reason" minLength:"3" maxLength:"500" example:"The students are back."`
	}
}

func (createPromotion) Meta() meta {
	return meta{
		ID: "create-promotion", Summary: "Offer a promotion", Status: http.StatusCreated, Needs: staff.Pricing,
		Description: "It never changes, but can be ended. A code is good for one promotion, for good. Credit is money: it needs the permission `money` too. With an Idempotency-Key, repeating the request answers the same.",
		Faults:      []*fault.Error{promotion.ErrInvalid, promotion.ErrTaken, rental.ErrKeyInvalid, rental.ErrKeyReused},
	}
}

func (e createPromotion) Execute(ctx context.Context, in *createPromotionIn) (*promotionOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(in.Body)
	if err != nil {
		return nil, err
	}
	if key != "" {
		key = staffKey(ctx, key)
	}
	b := in.Body
	if b.Kind == promotion.Credit {
		if err := need(ctx, staff.Money); err != nil {
			return nil, err
		}
	}
	p := promotion.Promotion{
		Code: b.Code, Kind: b.Kind, Amount: b.Amount, Percent: b.Percent, Currency: e.currency, StartsAt: e.now(),
		TotalLimit: b.TotalLimit, RiderLimit: max(1, b.RiderLimit), FirstRide: b.FirstRide,
	}
	if b.StartsAt != nil {
		p.StartsAt = *b.StartsAt
		if p.StartsAt.Before(e.now().Add(-sentLate)) {
			return nil, promotion.ErrInvalid
		}
	}
	if b.EndsAt != nil {
		p.EndsAt = *b.EndsAt
	}
	made, err := e.store.CreatePromotion(ctx, p, key, digest(string(text)), string(b.Reason))
	if err != nil {
		return nil, err
	}
	return &promotionOut{Body: e.offered(made)}, nil
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
	return &promotionOut{Body: e.offered(p)}, nil
}
