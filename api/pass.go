package api

import (
	"context"
	"net/http"
	"time"

	"rodada/domain/fault"
	"rodada/domain/fleet"
	"rodada/domain/listing"
	"rodada/domain/money"
	"rodada/domain/pass"
	"rodada/domain/rental"
	"rodada/domain/rider"
	"rodada/domain/wallet"
)

// passStore is what passes need of the books.
type passStore interface {
	PassProducts(ctx context.Context, state pass.SaleState, q listing.Query) ([]pass.Product, []listing.Place, int, error)
	CreatePassProduct(ctx context.Context, p pass.Product, key, digest, reason string) (pass.Product, error)
	EndPassProduct(ctx context.Context, id, reason string) (pass.Product, error)
	Passes(ctx context.Context, f pass.Filter, q listing.Query) ([]pass.Pass, []listing.Place, int, error)
	BuyPass(ctx context.Context, riderID, key, productID string) (pass.Pass, error)
	GivePass(ctx context.Context, riderID, key, productID, reason string) (pass.Pass, error)
	RevokePass(ctx context.Context, id, reason string) (pass.Pass, error)
	RefundPass(ctx context.Context, id, reason string) (pass.Pass, error)
	Models(ctx context.Context) ([]fleet.Model, error)
}

// passes is what riders buy ahead.
type passes struct {
	store    passStore
	prices   priceStore
	currency string
	now      func() time.Time
}

// PassTerms is what a pass gives.
type PassTerms struct {
	Allowance pass.Allowance `json:"allowance" enum:"minutes,rides" doc:"So many minutes of riding on however many rides; or so many rides, of each so many minutes of riding."`
	Minutes   int            `json:"minutes" minimum:"1" maximum:"100000" example:"60" doc:"Of riding: in all, or of each ride. Minutes count as they are begun."`
	Rides     int            `json:"rides,omitempty" minimum:"0" maximum:"10000" example:"0" doc:"Of the allowance rides."`
	Unlock    bool           `json:"free_unlock,omitempty" doc:"Rides that it pays for are unlocked for free."`
	Days      int            `json:"days" minimum:"1" maximum:"366" example:"7" doc:"It is good for, of 24 hours each, from when it is bought."`
	City      string         `json:"city,omitempty" maxLength:"100" example:"Madrid" doc:"Rides that begin there alone; absent: anywhere."`
}

func showTerms(t pass.Terms) PassTerms {
	return PassTerms{Allowance: t.Allowance, Minutes: t.Minutes, Rides: t.Rides, Unlock: t.Unlock, Days: t.Days, City: t.City}
}

// PassOffer is a pass that is on sale.
type PassOffer struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name" example:"An hour a week"`
	PassTerms
	Models    []string     `json:"models,omitempty" doc:"Of scooters that it is for; absent: all."`
	Price     money.Amount `json:"price"`
	SaleUntil *time.Time   `json:"sale_until,omitempty" doc:"Absent: nobody says."`
}

// Pass is one that a rider has.
type Pass struct {
	ID   string `json:"id" format:"uuid"`
	Name string `json:"name" example:"An hour a week"`
	PassTerms
	Models      []string     `json:"models,omitempty" doc:"Of scooters that it is for; absent: all."`
	State       pass.State   `json:"state" enum:"active,used_up,expired,revoked,refunded"`
	MinutesLeft int          `json:"minutes_left" doc:"Of riding: in all, or of the next ride."`
	RidesLeft   *int         `json:"rides_left,omitempty" doc:"Of the allowance rides."`
	Paid        money.Amount `json:"paid" doc:"0 where it was given."`
	StartsAt    time.Time    `json:"starts_at"`
	EndsAt      time.Time    `json:"ends_at" doc:"A ride that began with it before keeps it."`
}

// shower shows passes in a language, with the models by their names.
func (p *passes) shower(ctx context.Context) (func(pass.Pass) Pass, func(pass.Product) PassOffer, error) {
	list, err := p.store.Models(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := map[int64]string{}
	for _, m := range list {
		names[m.ID] = m.Name
	}
	named := func(ids []int64) []string { return each(ids, func(id int64) string { return names[id] }) }
	lang, now := languageFrom(ctx), p.now()
	return func(one pass.Pass) Pass {
			shown := Pass{
				ID: one.ID, Name: one.Name(lang), PassTerms: showTerms(one.Terms), Models: named(one.Models), State: one.State(now),
				Paid: money.Of(one.Paid, one.Price.Currency), StartsAt: one.StartsAt, EndsAt: one.EndsAt,
			}
			minutes, rides := one.Left()
			if shown.MinutesLeft = minutes; one.Allowance == pass.Rides {
				shown.RidesLeft = &rides
			}
			return shown
		}, func(d pass.Product) PassOffer {
			return PassOffer{
				ID: d.ID, Name: d.Name(lang), PassTerms: showTerms(d.Terms), Models: named(d.Models), Price: d.Price, SaleUntil: happened(d.SaleUntil),
			}
		}, nil
}

func (p *passes) show(ctx context.Context, one pass.Pass) (*passOut, error) {
	show, _, err := p.shower(ctx)
	if err != nil {
		return nil, err
	}
	return &passOut{Body: show(one)}, nil
}

type passOut struct{ Body Pass }

// maxPasses bounds what a rider sees of passes at once.
const maxPasses = 200

// listOffers is GET /v1/pass-products.
type listOffers struct{ *passes }

type listOffersOut struct {
	Body struct {
		Products []PassOffer `json:"pass_products" nullable:"false" doc:"The cheapest first."`
	}
}

func (listOffers) Meta() meta {
	return meta{ID: "list-pass-offers", Summary: "The passes on sale"}
}

func (e listOffers) Execute(ctx context.Context, _ *struct{}) (*listOffersOut, error) {
	_, show, err := e.shower(ctx)
	if err != nil {
		return nil, err
	}
	list, _, _, err := e.store.PassProducts(ctx, pass.OnSale, listing.Query{Order: listing.Order{By: "price"}, Limit: maxPasses})
	out := &listOffersOut{}
	out.Body.Products = each(list, show)
	return out, err
}

// listPasses is GET /v1/passes.
type listPasses struct{ *passes }

type listPassesIn struct {
	Current bool `query:"current" doc:"Those alone that are good now."`
}

type listPassesOut struct {
	Body struct {
		Passes []Pass `json:"passes" nullable:"false" doc:"The newest first, at most 200."`
	}
}

func (listPasses) Meta() meta {
	return meta{
		ID: "list-passes", Summary: "Your passes",
		Description: "With what is left of them. A ride takes from a pass what it paid, by its bill, and a ride that comes to nothing or is given back whole, nothing.",
	}
}

func (e listPasses) Execute(ctx context.Context, in *listPassesIn) (*listPassesOut, error) {
	show, _, err := e.shower(ctx)
	if err != nil {
		return nil, err
	}
	q := listing.Query{Order: listing.Order{By: "started", Descending: true}, Limit: maxPasses}
	list, _, _, err := e.store.Passes(ctx, pass.Filter{RiderID: subjectFrom(ctx), Current: in.Current}, q)
	out := &listPassesOut{}
	out.Body.Passes = each(list[:min(len(list), maxPasses)], show)
	return out, err
}

// buyPass is POST /v1/passes.
type buyPass struct{ *passes }

type buyPassIn struct {
	Keyed
	Body struct {
		ProductID string `json:"product_id" format:"uuid"`
	}
}

func (buyPass) Meta() meta {
	return meta{
		ID: "buy-pass", Summary: "Buy a pass", Status: http.StatusCreated,
		Description: "Its price is taken out of the wallet, which has to hold it: balance_short says what is missing. Happens once for the Idempotency-Key. " +
			"The pass is good at once. A ride that opens from then on has it, the one that ends first of several, and takes no promotion; the ride shows it as `discount`, and what it paid as a line.",
		Faults: []*fault.Error{
			pass.ErrProduct, pass.ErrNotOnSale, wallet.ErrShort, rider.ErrUnverified, rental.ErrKeyMissing, rental.ErrKeyInvalid, rental.ErrKeyReused,
		},
	}
}

func (e buyPass) Execute(ctx context.Context, in *buyPassIn) (*passOut, error) {
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	bought, err := e.store.BuyPass(ctx, subjectFrom(ctx), key, in.Body.ProductID)
	if err != nil {
		return nil, err
	}
	return e.show(ctx, bought)
}

// of is all the passes that a rider has had, the newest first.
func (p *passes) of(ctx context.Context, riderID string) ([]Pass, error) {
	show, _, err := p.shower(ctx)
	if err != nil {
		return nil, err
	}
	list, _, _, err := p.store.Passes(ctx, pass.Filter{RiderID: riderID}, listing.Query{Order: listing.Order{By: "started", Descending: true}, Limit: exportLimit})
	return each(list, show), err
}
